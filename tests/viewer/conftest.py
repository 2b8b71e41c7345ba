"""A motion to look at, small enough to be drawn without a graphics card."""

from __future__ import annotations

import numpy as np
import pytest

from kinemesh import Result, RobotModel, Scene, Trajectory, metrics
from kinemesh.motion import Prop, Shape
from kinemesh.viewer import HULLS, Stage, stage

FRAMES = 4


@pytest.fixture(scope="session")
def wandering(robot: RobotModel) -> Result:
    """The robot at rest, then 0.3 m to its left and 2 cm into the ground; a box beside it."""
    q = np.tile(robot.rest, (FRAMES, 1))
    q[2:, :3] += (0.0, 0.3, -0.02)
    track = np.tile([0.5, 0.0, 0.2, 0.0, 0.0, 0.0, 1.0], (FRAMES, 1))
    box = Prop("<b>box</b>", Shape.box((0.2, 0.2, 0.4)), track)
    landmarks = np.array([robot.configuration(row).landmarks() for row in q])
    return Result(
        Trajectory(q, 30.0, robot.joint_names, robot.name),
        *(Scene((box,)), landmarks, ()),
        clip="wandering",
        stance={"left_toe": np.array([True, True, False, False])},
    )


@pytest.fixture(scope="session")
def shown(wandering: Result, robot: RobotModel) -> Stage:
    score = metrics.evaluate(wandering.trajectory, robot, scene=wandering.scene)
    return stage(wandering, robot, score=score, meshes=HULLS)
