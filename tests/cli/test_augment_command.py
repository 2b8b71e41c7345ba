"""``kinemesh augment``: what it shows, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

from commands import Command
from kinemesh.motion import Shape

SPEC = """
[[grid]]
name = "fast"
motion.speed = [0.5, 2.0]

[[grid]]
name = "box"
prop.x = 0.1
"""


def test_variants_are_listed_with_what_they_change_and_whether_they_fit(
    kinemesh_command: Command, recorded: Path, tmp_path: Path
) -> None:
    spec = tmp_path / "aug.toml"
    spec.write_text(SPEC)
    run = kinemesh_command("augment", recorded, "--spec", spec, "--json")
    assert run.status == 0
    lines = {line["variant"]: line for line in json.loads(run.out)}
    assert list(lines) == ["original", "fast_motion.speed=0.5", "fast_motion.speed=2", "box"]
    frames = [lines[name]["frames"] for name in list(lines)[:3]]
    assert frames[1] > 1.9 * frames[0] > 3.6 * frames[2]
    assert lines["box"]["unfit"] == "the clip has no prop"
    shown = kinemesh_command("augment", recorded, "--spec", spec)
    assert shown.status == 0
    assert "3 of 4 variants fit the clip" in shown.out


def test_the_boxes_of_a_terrain_are_listed_by_number(
    kinemesh_command: Command, recorded: Path, tmp_path: Path
) -> None:
    boxes = Shape.union([Shape.box((1, 1, h), (x, 2, h / 2)) for x, h in ((3, 0.4), (1, 0.2))])
    text = [f"v {x} {y} {z}" for x, y, z in boxes.vertices]
    text += [f"f {a} {b} {c}" for a, b, c in boxes.faces + 1]
    (tmp_path / "boxes.obj").write_text("\n".join(text))
    spec = tmp_path / "aug.toml"
    spec.write_text("[[grid]]\nterrain.box = [2, 3]\nterrain.box_x = 0.1\n")
    run = kinemesh_command("augment", recorded, "--terrain", tmp_path / "boxes.obj", "--spec", spec)
    assert run.status == 0
    assert "box 1: middle at 1.00, 2.00 m, 0.00 to 0.20 m high" in run.out
    assert "box 2: middle at 3.00, 2.00 m, 0.00 to 0.40 m high" in run.out
    assert "2 of 3 variants fit the clip" in run.out  # there is no third box


def test_a_spec_with_an_unknown_key_is_refused_in_one_line(
    kinemesh_command: Command, recorded: Path, tmp_path: Path
) -> None:
    spec = tmp_path / "aug.toml"
    spec.write_text("[[grid]]\nprop.spin = 3\n")
    run = kinemesh_command("augment", recorded, "--spec", spec)
    assert run.status == 2
    assert "aug.toml: [[grid]] 1, prop: unknown key 'spin'" in run.err and run.err.count("\n") == 1
