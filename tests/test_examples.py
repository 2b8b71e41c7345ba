from __future__ import annotations

import ast
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import kinemesh
from simulations import happened

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = str(Path(kinemesh.__file__).parents[1])
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
WRITTEN = {
    "01_one_line": "walk.npz",
    "02_box_and_report": "lift_box.npz",
    "03_your_own_constraint": "hands_above.npz",
    "04_picture": "lift_box.png",
    "05_scene_file": "scene.npz",
    "06_teleoperate": "session.npz",
    "07_your_own_bvh": "walk_mjlab.npz",
    "08_twenty_boxes": "twenty_boxes",
    "09_climbing": "climb_1.5.npz",
    "10_your_own_robot": "mine",
    "11_moving_constraint": "cup.npz",
    "12_evaluated_constraint": "stick.npz",
    "13_simulated": "lift_mjlab.npz",
}
BESIDES = {
    "07_your_own_bvh": {"walk.bvh"},
    "08_twenty_boxes": {"person.npy", "box.csv", "lift.toml", "aug.toml"},
    "09_climbing": {"climb.npz", "steps.obj", "climb_0.5.npz", "climb_1.npz"},
}
ARGUMENTS = {"08_twenty_boxes": ["1"]}
SAID = {
    "07_your_own_bvh": ["pass"],
    "08_twenty_boxes": [r"original +kept *", r"any_000 +\w+ .*"],
    "09_climbing": ["level ground: unsure", *3 * [r"0\.\d+ m for the robot: pass"]],
}
"""Lines that an example prints, in order."""


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Runs an example in this process, whose warnings are errors; gives what it has printed."""
    monkeypatch.chdir(tmp_path)

    def run(example: Path, *arguments: Path | str) -> str:
        monkeypatch.setattr(sys, "argv", [str(example), *map(str, arguments)])
        runpy.run_path(str(example), run_name="__main__")
        said = capfd.readouterr()
        assert said.err == ""
        return said.out

    return run


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_and_writes_what_it_says(
    example: Path, tmp_path: Path, run: Callable[..., str]
) -> None:
    said = run(example, tmp_path, *ARGUMENTS.get(example.stem, []))
    written = tmp_path / WRITTEN[example.stem]
    assert said.splitlines()[-1] == f"written: {written}"
    besides = BESIDES.get(example.stem, set())
    assert {path.name for path in tmp_path.iterdir()} == {written.name} | besides
    lines = iter(said.splitlines())
    for line in SAID.get(example.stem, []):
        assert any(re.fullmatch(line, other) for other in lines), f"{line!r} in {said}"
    if example.stem == "03_your_own_constraint":
        hands_are_up(said, written)


def hands_are_up(said: str, written: Path) -> None:
    """See that the example of a constraint keeps it."""
    assert "rows of handsabove: (2, 35)" in said
    lowest = re.search(r"lowest hand: ([\d.]+) m, asked: at least ([\d.]+) m", said)
    assert lowest is not None
    assert float(lowest[1]) >= float(lowest[2]) - 5e-4
    result = kinemesh.Result.load(written)
    assert max(r.violation["handsabove"] for r in result.reports) < 5e-4


@pytest.mark.slow
def test_an_example_without_arguments_writes_below_the_temporary_folder(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES[0])],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": PACKAGE},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.split()[-1]).is_relative_to(tmp_path)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_short_and_says_what_it_shows(example: Path) -> None:
    text = example.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 60
    assert ast.get_docstring(ast.parse(text))


def test_every_example_is_run_here() -> None:
    assert {path.stem for path in EXAMPLES} == set(WRITTEN)


def test_the_formats_document_names_every_skeleton_and_its_joints() -> None:
    from kinemesh.motion import SKELETONS

    text = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    for skeleton in SKELETONS.values():
        assert f"| `{skeleton.name}` | {len(skeleton.joints)} |" in text
        unnumbered = [j for j in skeleton.joints if not j[-1].isdigit() or j.startswith("Spine")]
        order = text[text.index(f"\n{skeleton.name} ") :]
        places = [re.search(rf"\b{joint}\b", order) for joint in unnumbered]
        starts = [place.start() for place in places if place is not None]
        assert len(starts) == len(unnumbered)
        assert starts == sorted(starts)


def test_the_conventions_document_names_every_key_of_a_result_file(tmp_path: Path) -> None:
    from kinemesh import demos, retarget

    clip = demos.lift_box().crop(50, 52)
    result = retarget(clip, scene=clip.scene, refine=None)
    result = replace(result, simulation=happened(len(clip)))
    with np.load(result.save(tmp_path / "a.npz")) as file:
        keys = {re.sub(r"shape_\d+_", "shape_K_", name) for name in file.files}
    text = (ROOT / "docs" / "conventions.md").read_text(encoding="utf-8")
    table = text[text.index("## The result file") : text.index("## Notes and warnings")]
    documented = re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)))
    assert set(documented) == keys


def test_the_numbers_in_the_mathematics_are_those_of_the_code() -> None:
    from kinemesh import Retargeter, constraints, objectives
    from kinemesh.detection.stance import StanceRule
    from kinemesh.detection.touch import TouchRule
    from kinemesh.problem import PENALTY, MeshOptions
    from kinemesh.problem.feet import EASE_TIME
    from kinemesh.problem.hands import TOUCH_TIME
    from kinemesh.proximity.hull_clearance import DEEPEST

    text = (ROOT / "docs" / "math.md").read_text(encoding="utf-8")
    ease, touch = constraints.FootEase(), constraints.HandContact()
    turn = objectives.Orientation()
    stance, hand, mesh, loop = StanceRule(), TouchRule(), MeshOptions(), Retargeter("g1")
    said = [
        rf"min_q \; {objectives.Laplacian().weight:g} \sum_i",
        rf"+ {objectives.Smoothness().weight:g}\,",
        rf"+ {objectives.Posture().weight:g} \sum_j",
        f"| $w = {objectives.Acceleration().weight:g}$ |",
        f"| $w = {objectives.HandPlace().weight:g}$, only near a touch |",
        f"| $w = {turn.weight:g}$, $w_p$ = {turn.torso:g} torso, {turn.feet:g} feet, "
        f"{turn.hands:g} hands;",
        rf"\tfrac{{{turn.weight:g}}}{{2}} \sum_p w_p",
        f"| $w = {objectives.Nominal().weight:g}$, only with",
        rf"\tau / {objectives.HandPlace().blend:g}\ \mathrm{{s}}",
        f"| box, $r = {constraints.TrustRegion().radius:g}$ |",
        f"less than {constraints.NonPenetration().within:g} m apart",
        f"less than {constraints.SelfCollision().within:g} m apart",
        rf"$\epsilon = {constraints.FootStance().tolerance * 1e3:g}$ mm at 30 frames/s",
        rf"a time $\tau \le {EASE_TIME:g}$ s from now",
        rf"with $a = {ease.acceleration:g}\ \mathrm{{m/s^2}}$, $\tau_0 = {ease.blend:g}$ s and $h$",
        rf"with $\epsilon = {touch.tolerance * 1e3:g}$ mm for the nearest",
        f"Within {TOUCH_TIME:g} s of the touch",
        rf"with $a = {touch.acceleration:g}\ \mathrm{{m/s^2}}$, $\tau_0 = {touch.blend:g}$ s "
        "and $d$",
        rf"v = {constraints.SlowFoot().speed:g}\ \mathrm{{m/s}}",
        f"a foot that may be planted ({stance.enter_speed:g} m/s)",
        f"\\min(\\delta, {DEEPEST * 1e3:g}\\ \\mathrm{{mm}})",
        f"{mesh.prop_anchors} on each prop and {mesh.terrain_anchors} on the terrain",
        f"and {mesh.ground_anchors} on the ground, on a Vogel spiral of radius {mesh.reach:g} m",
        f"those of the ground ${mesh.ground_weight:g}\\,K$",
        rf"to ${loop.tolerance * 1e4:g} \times 10^{{-4}}$ of itself",
        f"broken by more than {loop.feasibility / 2 * 1e3:g} mm, measured",
        f"At most {loop.iterations} iterations, {loop.first_iterations} in the first frame",
        f"slower than {stance.enter_speed:.2f} m/s and lower than {stance.enter_height:g} m",
        f"faster than {stance.leave_speed:g} m/s, higher than {stance.leave_height:g} m, "
        f"or {stance.drift:g} m from",
        f"low ({stance.hover:g} m) right before or after a stance, for at most "
        f"{stance.hover_time:g} s",
        f"closer than {hand.enter:g} m to the true surface, or where it is inside, until it is "
        f"further than {hand.leave:g} m",
        f"with {hand.palm:g} m added",
        f"Touches shorter than {hand.shortest:g} s",
        f"within {1e3 * hand.firm:g} mm of the person's",
        f"Gaussian of {hand.steady:g} s",
    ]
    assert [line for line in said if line not in text] == []
    prices = [
        float(10.0 ** int(p[3:]) if p.startswith("10^") else p)
        for p in (re.search(r"\\rho = (.*?)\$", text)[1].split(", "))
    ]
    assert tuple(prices) == PENALTY
    terms = [*objectives.defaults(), *constraints.defaults()]
    assert [type(term).__name__ for term in terms if f"`{type(term).__name__}`" not in text] == []
