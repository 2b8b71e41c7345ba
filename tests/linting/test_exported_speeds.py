"""Limits of joints' speeds in the file that is delivered, after its resampling."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import kinemesh
from kinemesh.motion import Trajectory
from kinemesh.robot import RobotModel, links_of
from kinemesh.trajectories import WRITERS, read_layout

_UNTIMED = {"unitree-csv", "sonic"}
"""Files that do not say their rate: lint is told it."""


def back_and_forth(robot: RobotModel, share: float) -> Trajectory:
    """A wrist that turns at ``share`` of its limit from every frame to the next, 30 a second."""
    column = robot.joint_names.index("left_wrist_roll_joint")
    step = share * robot.velocity[column] / 30.0
    q = np.tile(robot.rest, (31, 1))
    q[:, 7 + column] = -0.5 * step + step * (np.arange(31) % 2)
    return Trajectory(q, 30.0, robot.joint_names, robot.name)


@pytest.mark.slow
@pytest.mark.parametrize("format", WRITERS)
@pytest.mark.parametrize(("share", "traps"), [(0.999, ("joint-speed",)), (0.2, ())])
def test_what_a_spline_makes_faster_than_a_motor_is_found_in_every_format(
    format: str, share: float, traps: tuple[str, ...], robot: RobotModel, tmp_path: Path
) -> None:
    """At 30/s the joint keeps its limit; at 50/s only the slower one does."""
    motion = back_and_forth(robot, share)
    path = tmp_path / f"motion{next(iter(WRITERS[format].suffixes), '')}"
    rate = {"fps": 50.0} if format in _UNTIMED else {}
    kinemesh.write(motion, path, format=format, fps=50.0, robot=robot)
    assert kinemesh.lint(path, robot, **rate).traps == traps


@pytest.mark.parametrize("format", WRITERS)
def test_at_the_rate_that_was_solved_a_joint_at_its_limit_keeps_it(
    format: str, robot: RobotModel, tmp_path: Path
) -> None:
    path = tmp_path / f"motion{next(iter(WRITERS[format].suffixes), '')}"
    rate = {"fps": 30.0} if format in _UNTIMED else {}
    kinemesh.write(back_and_forth(robot, 0.999), path, format=format, fps=30.0, robot=robot)
    assert "joint-speed" not in kinemesh.lint(path, robot, **rate).traps


def swaying(robot: RobotModel, rng: np.random.Generator) -> Trajectory:
    """Ten joints that sway about the rest, up to a third faster or slower than their motors."""
    frames, fps = int(rng.integers(30, 80)), float(rng.choice([50.0, 60.0, 100.0]))
    q, time = np.tile(robot.rest, (frames, 1)), np.arange(frames) / fps
    for column in rng.choice(len(robot.joint_names), 10, replace=False):
        turns = 2.0 * np.pi * rng.uniform(1.0, 3.0)  # [rad/s]: no step is a jump beside its next
        reach = rng.uniform(0.7, 1.3) * robot.velocity[column] / turns
        room = robot.upper[column] - robot.lower[column]
        middle = np.clip(q[0, 7 + column], robot.lower[column] + 0.01, robot.upper[column] - 0.01)
        reach = min(reach, 0.4 * room)
        q[:, 7 + column] = middle + reach * np.sin(turns * time + rng.uniform(0.0, 6.0))
    q[:, 7:] = np.clip(q[:, 7:], robot.lower, robot.upper)
    return Trajectory(q, fps, robot.joint_names, robot.name)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3 * len(WRITERS)))
def test_whatever_the_motion_and_the_rate_a_file_is_clean_of_speeds_only_if_it_keeps_them(
    seed: int, robot: RobotModel, tmp_path: Path
) -> None:
    """Lint against the differences of the file's own numbers, joint by joint."""
    rng, format = np.random.default_rng(seed), list(WRITERS)[seed % len(WRITERS)]
    path = tmp_path / f"motion{next(iter(WRITERS[format].suffixes), '')}"
    fps = float(rng.choice([50.0, 59.94, 100.0, 120.0]))
    given = fps if format in _UNTIMED else None
    kinemesh.write(swaying(robot, rng), path, format=format, fps=fps, robot=robot)
    file = read_layout(
        path, robot.joint_names, robot.name, given, links=links_of(robot), format=format
    )
    pace = np.abs(np.diff(file.trajectory.joints, axis=0)).max(axis=0) * file.trajectory.fps
    too_fast = {robot.joint_names[k] for k in np.flatnonzero(pace > robot.velocity + 1e-3)}
    report = kinemesh.lint(path, robot, fps=given, format=format)
    found = [finding for finding in report.findings if finding.trap == "joint-speed"]
    assert {finding.where.split(", ")[-1] for finding in found} == too_fast
