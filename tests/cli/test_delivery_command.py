"""What convert delivers at another rate is judged, and what no longer holds is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kinemesh
from commands import Command
from kinemesh.motion import Trajectory
from kinemesh.robot import RobotModel
from recordings import fault

AT = ("--clip-fps", "30")
"""The rate of the dance, which its file does not say."""


@pytest.fixture(scope="module")
def dance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its first seconds, in which all that goes wrong between the frames has gone wrong."""
    path = tmp_path_factory.mktemp("dance") / "dance.npy"
    np.save(path, np.load(fault("convert_50hz_fails/dance.npy"))[:80])
    return path


@pytest.fixture(scope="module")
def danced(dance: Path, robot: RobotModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dance, retargeted at its own 30 frames/s."""
    path = tmp_path_factory.mktemp("danced") / "dance.npz"
    return kinemesh.retarget(kinemesh.read(dance, fps=30.0), robot).save(path)


def rows(score: dict[str, Any]) -> dict[str, Any]:
    return {name: row["value"] for name, row in score["measures"].items()}


@pytest.mark.slow
def test_a_dance_that_is_retargeted_at_the_trainers_rate_passes_there(
    kinemesh_command: Command, dance: Path, tmp_path: Path
) -> None:
    result, file = tmp_path / "dance.npz", tmp_path / "mjlab.npz"
    made = kinemesh_command("retarget", dance, "--fps", "30", "--rate", "50", "-o", result)
    assert (made.status, made.err) == (0, "")
    done = kinemesh_command(
        *("convert", result, file, "--to", "mjlab", "--clip", dance, *AT, "--strict")
    )
    assert done.status == 0 and "warning" not in done.out
    judged = kinemesh_command("evaluate", file, "--clip", dance, *AT, "--json")
    score = json.loads(judged.out)
    assert score["fps"] == 50.0
    assert score["state"] != "fail", score["verdict"]
    assert rows(score)["stance.slip_mean"] < 0.08  # of 0.1: not by a hair


@pytest.mark.slow
def test_convert_says_with_figures_what_held_at_30_and_does_not_at_50(
    kinemesh_command: Command, danced: Path, dance: Path, tmp_path: Path
) -> None:
    convert = ("convert", danced, tmp_path / "mjlab.npz", "--to", "mjlab")
    bare = kinemesh_command(*convert, "--json")
    assert bare.status == 0
    said = json.loads(bare.out)
    before, after = rows(said["before"]), rows(said["score"])
    for name in ("penetration.self.max", "penetration.ground.max"):
        assert before[name] < 1.0 < after[name]
    assert before["held.slip_mean"] < after["held.slip_mean"]
    (warning,) = said["warnings"]
    assert warning.startswith("at 50/s (from 30): penetration.ground.max ")
    assert f"penetration.self.max {after['penetration.self.max']:.3g} mm" in warning
    assert "with --rate 50" in warning
    strict = kinemesh_command(*convert, "--clip", dance, *AT, "--strict")
    assert strict.status == 1 and (tmp_path / "mjlab.npz").exists()
    assert "stance.slip_mean" in strict.out and "verdict: fail" in strict.out
    linted = kinemesh_command("lint", tmp_path / "mjlab.npz")
    deep = after["penetration.self.max"] > 10.0  # mm, which is what lint lists
    assert (linted.status, "self-collision" in linted.out) == (int(deep), deep)


@pytest.mark.slow
def test_a_joint_at_its_speed_limit_that_a_spline_makes_faster_is_reported(
    kinemesh_command: Command, robot: RobotModel, tmp_path: Path
) -> None:
    frames, fps = 31, 30.0
    column = robot.joint_names.index("left_wrist_roll_joint")
    step = 0.999 * robot.velocity[column] / fps
    q = np.tile(robot.rest, (frames, 1))
    q[:, 7 + column] = -0.5 * step + step * (np.arange(frames) % 2)  # back and forth
    path, file = tmp_path / "motion.csv", tmp_path / "mjlab.npz"
    kinemesh.write(
        Trajectory(q, fps, robot.joint_names, robot.name), path, format="unitree-csv", robot=robot
    )
    done = kinemesh_command("convert", path, file, "--to", "mjlab", "--json")
    assert done.status == 0
    said = json.loads(done.out)
    assert rows(said["before"])["limits.velocity_excess"] == 0.0
    assert rows(said["score"])["limits.velocity_excess"] > 0.1
    assert "limits.velocity_excess" in said["warnings"][-1]
    report = kinemesh.lint(file, robot)
    assert report.traps == ("joint-speed",)
    assert "left_wrist_roll_joint" in report.findings[0].where


@pytest.mark.slow
def test_at_its_own_rate_nothing_is_judged_and_nothing_said(
    kinemesh_command: Command, robot: RobotModel, tmp_path: Path
) -> None:
    q = np.tile(robot.rest, (10, 1))
    kinemesh.write(
        Trajectory(q, 50.0, robot.joint_names, robot.name), tmp_path / "a.csv", format="unitree-csv"
    )
    done = kinemesh_command(
        *("convert", tmp_path / "a.csv", tmp_path / "b.npz", "--to", "mjlab"),
        *("--source-fps", "50", "--json"),
    )
    said = json.loads(done.out)
    assert said["warnings"] == [] and "score" not in said


def test_a_recording_that_does_not_fit_is_found_before_anything_is_written(
    kinemesh_command: Command, robot: RobotModel, recorded: Path, tmp_path: Path
) -> None:
    q = np.tile(robot.rest, (200, 1))
    kinemesh.write(
        Trajectory(q, 30.0, robot.joint_names, robot.name), tmp_path / "a.csv", format="unitree-csv"
    )
    target = tmp_path / "b.npz"
    done = kinemesh_command(
        *("convert", tmp_path / "a.csv", target, "--to", "mjlab", "--clip", recorded)
    )
    assert done.status == 2 and not target.exists()
