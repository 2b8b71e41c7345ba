from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from kinemesh import RobotModel, demos
from kinemesh.problem import PROPORTIONS, Plan, Proportions
from kinemesh.viewer import MeshOverlay


@pytest.mark.parametrize("proportions", PROPORTIONS)
def test_the_mesh_ties_every_landmark_to_the_box_and_the_ground(
    robot: RobotModel, proportions: Proportions
) -> None:
    clip = demos.lift_box().crop(0, 2)
    edges = MeshOverlay(clip, robot, proportions).edges(1)
    assert edges.shape[1:] == (2, 3)
    points, ends = np.unique(edges.reshape(-1, 3), axis=0, return_inverse=True)
    pairs = np.sort(ends.reshape(-1, 2), axis=1)
    assert len(np.unique(pairs, axis=0)) == len(pairs)
    assert np.all(pairs[:, 0] != pairs[:, 1])
    graph = coo_array((np.ones(len(pairs)), tuple(pairs.T)), shape=(len(points),) * 2)
    assert connected_components(graph, directed=False)[0] == 1
    person = clip.landmarks()[1] * robot.height / clip.stature
    for place in person if proportions == "person" else Plan(clip, robot).landmarks[1]:
        found = np.flatnonzero(np.linalg.norm(points - place, axis=1) < 1e-9)
        assert len(found) == 1
        assert np.count_nonzero(pairs == found[0]) >= 3
    assert np.count_nonzero(np.abs(points[:, 2]) < 1e-9) > 10  # on the ground
