"""People among scans that are open, or look the wrong way: the robot does what it does without."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import kinemesh
import meshes
from kinemesh import demos
from kinemesh.motion import Clip, Scene, Shape, Terrain
from kinemesh.result import Result
from kinemesh.robot import RobotModel


@pytest.fixture(scope="module")
def clip() -> Clip:
    return demos.walk().crop(0, 24)


@pytest.fixture(scope="module")
def alone(clip: Clip, robot: RobotModel) -> np.ndarray:
    return errors(kinemesh.retarget(clip, robot), clip, robot)


def errors(result: Result, clip: Clip, robot: RobotModel) -> np.ndarray:
    """Distances ``(T, 15)`` [m] of the landmarks from the person's, scaled."""
    q = np.hstack([result.trajectory.base, result.trajectory.joints])
    marks = np.array([robot.configuration(row).landmarks() for row in q])
    return np.asarray(np.linalg.norm(marks - clip.landmarks() * result.scale, axis=2))


ROOM = meshes.room((5.0, 4.0, 2.5), cells=6)
SCANS = {
    "three walls and a floor": (ROOM, "sheet"),
    "the same, every facet turned": (ROOM.turned(), "sheet"),
    "in front of a sofa": (meshes.sofa().turned().moved((1.6, 0.0, 0.0)), "open"),
    "a closed room of six sides": (meshes.box((5.0, 4.0, 2.5), cells=2), "sheet"),
    "a table in a room": (ROOM + meshes.box((0.6, 0.6, 0.7)).moved((1.8, 1.0, 0.0)), "open"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SCANS)
def test_a_walk_through_the_free_space_of_a_scan_is_the_walk_without_it(
    name: str, clip: Clip, alone: np.ndarray, robot: RobotModel
) -> None:
    mesh, kind = SCANS[name]
    scene = Scene(terrain=Terrain(Shape.from_mesh(*mesh.arrays), "scan"))
    there = replace(clip, scene=scene)
    assert there.scene.terrain is not None
    assert there.scene.terrain.shape.kind == kind
    result = kinemesh.retarget(there, robot)
    found = errors(result, there, robot)
    assert np.abs(found.mean(axis=1) - alone.mean(axis=1)).max() < 0.01
    assert found.max() < alone.max() + 0.01
    assert not any(report.relaxed for report in result.reports)
