"""A robot inside of what was taken for a sheet: known of a room, in doubt of anything smaller."""

from __future__ import annotations

import numpy as np
import pytest

import meshes
from kinemesh.metrics.doubts.taken import within_sheets
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.motion import Prop, Scene, Shape, Trajectory


@pytest.mark.parametrize(
    ("size", "aside", "doubted"),
    [((0.9, 0.9, 2.0), 0.0, True), ((0.9, 0.9, 2.0), 2.0, False), ((3.0, 3.0, 2.5), 0.0, False)],
    ids=["in a small box", "beside it", "in a room"],
)
def test_a_robot_in_a_small_thing_that_was_taken_for_a_sheet_is_in_doubt(
    robot, size, aside, doubted
) -> None:
    shape = Shape.from_mesh(*meshes.box(size).arrays)
    shape = shape.with_sheets(np.ones(len(shape.faces), dtype=bool), "the person is in it")
    q = np.tile(robot.rest, (3, 1))
    posed = KinematicTrajectory(Trajectory(q, 30.0, robot.joint_names, robot.name), robot)
    track = np.tile([q[0, 0] + aside, q[0, 1], 0.0, 0.0, 0.0, 0.0, 1.0], (3, 1))
    found = list(within_sheets(posed, Scene((Prop("box", shape, track),))))
    assert [doubt.name for doubt in found] == ["doubt.mesh"] * doubted
    if doubted:
        assert "'box' (0.90 x 0.90 x 2.00 m)" in found[0].why
