from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from commands import Command
from kinemesh import demos, metrics, retarget
from kinemesh.newrobot import new_robot
from kinemesh.robot import RobotModel
from kinemesh.robot.shipped import robots_folder
from kinemesh.robotcheck import check_robot
from kinemesh.robotcheck.checking import _moving
from kinemesh.robotcheck.sided import sided_walk, sides_check
from kinemesh.robotcheck.standing import standing_checks
from kinemesh.solve.retargeter import Retargeter
from kinemesh.viewer import robot_picture
from robot_data import robot_file

TALOS = "talos_data/robots/talos_reduced.urdf"

Spoil = Callable[[str], str]


def failed(folder: Path) -> dict[str, str]:
    return {c.name: c.mend for c in standing_checks(RobotModel.load(folder)) if not c.passed}


@pytest.mark.parametrize("name", ["g1", "g1_base"])
def test_the_shipped_robots_pass_at_rest(name: str) -> None:
    assert failed(robots_folder() / name) == {}


@pytest.mark.parametrize(
    ("what", "old", "new", "where"),
    [
        ("soles", "left_ankle_pitch_joint = -0.15", "left_ankle_pitch_joint = -0.2", "[rest]"),
        ("symmetry", "left_elbow_joint = 1.1", "left_elbow_joint = 0.4", "left_hand"),
        ("collision", "left_shoulder_roll_joint = 0.2", "left_shoulder_roll_joint = -0.4", "arms"),
        ("lengths", "height = 1.32", "height = 2.6", "height"),
        ("mapping", "[hands.right]", "[hands.write]", "[hands.right]"),
        ("balance", "left_hip_pitch_joint = -0.15", "left_hip_pitch_joint = -1.2", "[rest]"),
        ("facing", "[0.14, 0.0, -0.03]", "[-0.14, 0.0, -0.03]", "toes do not point along +x"),
        ("facing", '[soles.left]\nlink = "left_', '[soles.left]\nlink = "right_', "right_ankle"),
        ("limits", "left_knee_joint = 0.3", "left_knee_joint = -0.3", "outside -0.09"),
        (
            "reach",
            'left_hand = { link = "left_wrist_yaw_link"',
            'left_hand = { link = "torso_link"',
            "left_hand",
        ),
    ],
)
def test_what_is_wrong_is_found_and_it_says_where(
    what: str, old: str, new: str, where: str, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(robots_folder() / "g1", folder)
    text = (folder / "robot.toml").read_text()
    assert old in text
    text = text.replace(old, new)
    if what == "balance":
        text = text.replace("right_hip_pitch_joint = -0.15", "right_hip_pitch_joint = -1.2")
    (folder / "robot.toml").write_text(text)
    assert where in failed(folder)[what]


@pytest.mark.slow
def test_a_hand_that_is_elsewhere_on_the_box_points_to_the_palms(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    retargeter, clip = Retargeter(RobotModel.load("g1")), demos.lift_box().crop(60, 75)
    assert _moving(retargeter, "box_lift", clip).passed
    monkeypatch.setattr("kinemesh.robotcheck.checking._LIMITS", metrics.Limits(place_mean=0.1))
    check = _moving(retargeter, "box_lift", clip)
    assert not check.passed and "contact.prop.place_mean" in check.mend
    assert "[hands.left] and [hands.right]" in check.mend


@pytest.mark.slow
def test_a_robot_not_shipped_passes_without_an_edit(tmp_path: Path) -> None:
    robot = new_robot(robot_file(TALOS), tmp_path / "talos").robot
    report = check_robot(robot)
    assert {check.name: check.mend for check in report.failed} == {}
    assert not any("not like the person" in check.found for check in report.checks)
    names = [check.name for check in report.checks]
    assert names[-5:] == ["sides", "squat", "arm_raise", "step", "box_lift"]
    assert robot.height == pytest.approx(1.75, abs=0.02)  # PAL: 175 cm


@pytest.mark.slow
def test_what_a_robots_build_does_not_allow_is_told_and_no_fault() -> None:
    report = check_robot(RobotModel.load("t1"))
    assert {check.name: check.mend for check in report.failed} == {}
    lifted = next(check for check in report.checks if check.name == "box_lift")
    # Its hips bend less than hers, and its arms do not reach round so large a box.
    assert "not like the person: " in lifted.found


@pytest.mark.slow
def test_arms_on_the_wrong_sides_are_seen_limb_by_limb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kinemesh.robotcheck.checking.MOTIONS", {})
    good = check_robot(RobotModel.load("g1")).checks[-1]
    assert (good.name, good.passed) == ("sides", True), good.mend
    folder = tmp_path / "mine"
    shutil.copytree(robots_folder() / "g1", folder)
    text = (folder / "robot.toml").read_text()
    for part in ("shoulder", "elbow", "hand"):
        text = text.replace(f"left_{part} = {{", f"other_{part} = {{")
        text = text.replace(f"right_{part} = {{", f"left_{part} = {{")
        text = text.replace(f"other_{part} = {{", f"right_{part} = {{")
    (folder / "robot.toml").write_text(text)
    swapped = RobotModel.load(folder)
    assert "left_hand is not to the left of right_hand" in failed(folder)["facing"]
    bad = check_robot(swapped).checks[-1]
    assert not bad.passed
    assert "the chest faces" in bad.mend


def test_a_limb_of_the_other_side_is_named() -> None:
    robot, clip = RobotModel.load("g1"), sided_walk().crop(0, 6)
    result = retarget(clip, robot)
    other = clip.skeleton.landmarks
    order = [str(other[_across(name)]) for name in other]
    swapped = clip.positions.copy()
    swapped[:, [clip.skeleton.index(str(other[name])) for name in other]] = clip.positions[
        :, [clip.skeleton.index(name) for name in order]
    ]
    assert sides_check(result, robot, clip).passed
    told = sides_check(result, robot, replace(clip, positions=swapped))
    assert "the left forearm points as the person's of the other side" in told.mend
    assert "the chest faces" in told.mend


def _across(name: str) -> str:
    return name.replace("left", "right") if "left" in name else name.replace("right", "left")


def test_a_foot_that_rolls_beyond_its_toe_edge_stands() -> None:
    robot, clip = RobotModel.load("t1"), demos.walk().crop(43, 52)
    result = retarget(clip, robot)
    held = metrics.Held(result.stance, result.touch)

    def height(lift: float) -> float:
        q = np.array(result.trajectory.q)
        q[:, 2] += lift
        moved = replace(result.trajectory, q=q)
        score = metrics.evaluate(
            *(moved, robot), scene=result.scene, clip=clip, scale=result.scale, held=held
        )
        return score.value("stance.height_p95")

    rolled = np.flatnonzero(result.stance["right_toe"] & ~result.stance["right_heel"])
    sole = next(s for s in robot.soles if s.name == "right")
    posed = robot.configuration(result.trajectory.q[rolled[-1]])
    assert posed.positions(np.full(2, sole.joint), sole.corners[2:])[:, 2].min() > 0.007
    assert height(0.0) < 4.0
    assert height(0.01) > 7.0


def test_the_picture_shows_the_feet_wherever_the_base_is(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(robots_folder() / "h1", folder)
    text = (folder / "robot.toml").read_text()
    # Its base is then as high as the head of a robot of this height.
    (folder / "robot.toml").write_text(re.sub(r"(?m)^height = .*", "height = 1.2", text))
    image = imread(robot_picture(RobotModel.load(folder), tmp_path / "h1.png"))
    red, green, blue = (image[..., k] for k in range(3))
    soles = (red > 0.8) & (green < 0.75) & (green > 0.3) & (blue < 0.4)
    for panel in np.array_split(soles, 3, axis=1):
        rows = np.flatnonzero(panel.any(axis=1))
        assert len(rows)
        assert rows.max() < 0.98 * len(image)


@pytest.mark.slow
def test_the_command_draws_reports_and_says_by_its_status(
    tmp_path: Path, kinemesh_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kinemesh.robotcheck.checking.MOTIONS", {})
    picture = tmp_path / "rest.png"
    good = kinemesh_command("robot", "check", "g1", "--picture", picture, "--json")
    assert good.status == 0
    assert json.loads(good.out)["passed"] is True
    assert picture.read_bytes().startswith(b"\x89PNG")
    folder = tmp_path / "mine"
    shutil.copytree(robots_folder() / "g1", folder)
    text = (folder / "robot.toml").read_text()
    (folder / "robot.toml").write_text(text.replace("height = 1.32", "height = 2.6"))
    bad = kinemesh_command("robot", "check", folder)
    assert (bad.status, "FAIL  lengths" in bad.out) == (1, True)
    none = kinemesh_command("robot", "check", tmp_path / "gone")
    assert (none.status, none.out) == (2, "")
    assert f"there is no folder {tmp_path / 'gone'}; a robot of your own is a folder" in none.err
