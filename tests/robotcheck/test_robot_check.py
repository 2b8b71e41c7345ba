from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from commands import Command
from kinemesh.newrobot import new_robot
from kinemesh.robot import RobotModel
from kinemesh.robot.shipped import robots_folder
from kinemesh.robotcheck import check_robot
from kinemesh.robotcheck.standing import standing_checks
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


def test_a_robot_not_shipped_passes_without_an_edit(tmp_path: Path) -> None:
    robot = new_robot(robot_file(TALOS), tmp_path / "talos").robot
    report = check_robot(robot)
    assert {check.name: check.mend for check in report.failed} == {}
    raised = next(check for check in report.checks if check.name == "arm_raise")
    assert "not like the person: " in raised.found  # its arms cannot be raised straight ahead
    assert "limbs.worst_p95" in raised.found
    names = [check.name for check in report.checks]
    assert names[-4:] == ["squat", "arm_raise", "step", "box_lift"]
    assert robot.height == pytest.approx(1.75, abs=0.02)  # PAL: 175 cm


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
    assert "unknown robot" in none.err
