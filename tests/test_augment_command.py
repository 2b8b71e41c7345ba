"""``kinemesh augment``: what it shows, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

from commands import Command

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


def test_a_spec_with_an_unknown_key_is_refused_in_one_line(
    kinemesh_command: Command, recorded: Path, tmp_path: Path
) -> None:
    spec = tmp_path / "aug.toml"
    spec.write_text("[[grid]]\nprop.spin = 3\n")
    run = kinemesh_command("augment", recorded, "--spec", spec)
    assert run.status == 2
    assert "prop.spin" in run.err and run.err.count("\n") == 1
