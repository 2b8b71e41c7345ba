"""Half-way between frames, the robot is where those who interpolate put it."""

from __future__ import annotations

import numpy as np
import pytest

from kinemesh import metrics
from kinemesh.motion import Scene, Trajectory
from kinemesh.robot import RobotModel

HIPS = ("left_hip_pitch_joint", "right_hip_pitch_joint")


def straight(robot: RobotModel, hip: float) -> np.ndarray:
    """Legs straight and swung by ``hip`` [rad], soles 20 mm below the ground at 0."""
    q = np.array(robot.rest)
    q[7:] = 0.0
    configuration = robot.configuration(q)
    table = robot.hull_table
    points = configuration.positions(table.vertex_joints, table.vertices)
    q[2] -= points[:, 2].min() + 0.02
    for name in HIPS:
        q[7 + robot.joint_names.index(name)] = hip
    return q


def test_legs_that_swing_through_the_ground_between_two_frames_are_seen(robot: RobotModel) -> None:
    q = np.array([straight(robot, hip) for hip in (0.6, -0.6, 0.6)])
    trajectory = Trajectory(q, 50.0, robot.joint_names, robot.name)
    score = metrics.evaluate(trajectory, robot, scene=Scene())
    row = score["penetration.between.max"]
    assert score.value("penetration.ground.max") == 0.0
    assert row.value == pytest.approx(20.0, abs=1e-3)
    assert row.limit is None and row.passed
    assert "half-way to the next" in row.note
    assert row.series is not None
    np.testing.assert_allclose(row.series, [20.0, 20.0, np.nan], atol=1e-3)


def test_what_stands_still_is_no_deeper_between_frames_than_in_them(robot: RobotModel) -> None:
    q = np.tile(straight(robot, 0.0), (3, 1))
    trajectory = Trajectory(q, 50.0, robot.joint_names, robot.name)
    score = metrics.evaluate(trajectory, robot, scene=Scene())
    assert score.value("penetration.between.max") == pytest.approx(
        score.value("penetration.ground.max"), abs=1e-6
    )
    alone = Trajectory(q[:1], 50.0, robot.joint_names, robot.name)
    assert metrics.evaluate(alone, robot, scene=Scene())["penetration.between.max"].value is None
