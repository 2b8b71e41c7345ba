"""Limits of joints' speeds in the file that is delivered, after its resampling."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import kinemesh
from kinemesh.motion import Trajectory
from kinemesh.robot import RobotModel
from kinemesh.trajectories import WRITERS

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
