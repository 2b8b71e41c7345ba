"""Hulls of dented things: how far in a hand may go."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from scipy.spatial import cKDTree

from kinemesh.geometry import poses
from kinemesh.motion import Shape
from kinemesh.proximity import Obstacle, distances_to_obstacle
from kinemesh.proximity.hull_clearance import DEEPEST, GRID, HullClearance
from kinemesh.robot import RobotModel

SIDE = 0.4


def dented(depth: float, radius: float) -> Shape:
    """A cube with a round dent of this depth in the middle of its top, as a scan would show it."""
    box = trimesh.creation.box((SIDE, SIDE, SIDE))
    box = box.subdivide_to_size(0.012)
    points = np.array(box.vertices)
    away = np.linalg.norm(points[:, :2], axis=1)
    top = (points[:, 2] > SIDE / 2 - 1e-6) & (away < radius)
    points[top, 2] -= depth
    return Shape.from_mesh(points, np.array(box.faces))


@pytest.fixture(scope="module")
def wide() -> HullClearance:
    shape = dented(0.01, 0.12)
    return HullClearance.from_shape(shape, Shape.convex(shape.vertices).parts[0])


def test_a_wide_dent_is_entered_but_no_deeper_than_it_says(wide: HullClearance) -> None:
    top = np.array([[0.0, 0.0, SIDE / 2], [0.03, -0.02, SIDE / 2]])
    np.testing.assert_allclose(wide.at(top), DEEPEST, atol=1e-9)


def test_a_face_without_dents_is_not_entered(wide: HullClearance) -> None:
    sides = np.array([[SIDE / 2, 0.0, 0.0], [0.0, -SIDE / 2, 0.05], [0.0, 0.0, -SIDE / 2]])
    assert np.all(wide.at(sides) < 5e-5)


def test_a_dent_narrower_than_a_palm_is_not_entered() -> None:
    shape = dented(0.01, 0.02)
    dents = HullClearance.from_shape(shape, Shape.convex(shape.vertices).parts[0])
    assert dents.at(np.array([[0.0, 0.0, SIDE / 2]]))[0] < 5e-5


def test_the_depth_changes_gently_over_the_hull(wide: HullClearance) -> None:
    line = np.zeros((2000, 3))
    line[:, 0] = np.linspace(-0.19, 0.19, 2000)
    line[:, 2] = SIDE / 2
    assert np.abs(np.diff(wide.at(line))).max() < 5e-5  # over 0.2 mm


def test_distances_grow_by_the_dents_where_something_is_near(wide: HullClearance) -> None:
    rng = np.random.default_rng(0)
    pose = np.array([0.3, -0.2, 0.5, 0.1, -0.5, 0.3, 0.8])
    rotation, shift = poses.matrix(pose), pose[:3]
    distance = rng.uniform(-0.01, 0.05, 50)
    local = np.column_stack([rng.uniform(-0.1, 0.1, (50, 2)), SIDE / 2 + distance])
    normals = np.tile(rotation[:, 2], (50, 1))
    met = distance, local @ rotation.T + shift, normals
    one = wide.entered(*met, rotation, shift)
    far = distance >= 0.02
    assert 10 < far.sum() < 40
    np.testing.assert_array_equal(one[far], distance[far])
    assert np.all(one[~far] > distance[~far])


@pytest.mark.parametrize("exact", [True, False])
def test_only_where_the_true_surface_is_asked_for_is_a_hull_entered(
    robot: RobotModel, exact: bool
) -> None:
    shape = Shape((s := dented(0.01, 0.12)).vertices, s.faces, s.parts, ("not convex",))
    obstacle = Obstacle.from_shape("scan", shape, true=exact)
    posed = robot.configuration(robot.rest)
    hand = posed.landmarks().max(axis=0)
    pose = poses.IDENTITY.copy()
    pose[:3] = [0.0, 0.0, hand[2] - 0.9]
    plain = distances_to_obstacle(posed, Obstacle.from_shape("scan", shape), pose, 0.2)
    near = distances_to_obstacle(posed, obstacle, pose, 0.2)
    more = near.distance - plain.distance[: len(near.distance)]
    assert len(near.distance)
    assert (obstacle.dents is not None) == exact
    assert np.all(more >= 0.0) and np.all(more <= DEEPEST + 1e-12)


def test_nodes_that_are_left_out_have_no_place_in_reach() -> None:
    """The grid against one at whose nodes all places are asked."""
    places = np.random.default_rng(2).uniform(-0.2, 0.2, (60, 3)) * [1.0, 1.0, 0.1]
    depths = np.linspace(0.0, DEEPEST, len(places))
    made = HullClearance._on_grid(cKDTree(places), depths)
    index = np.stack(np.meshgrid(*map(np.arange, made.depths.shape), indexing="ij"), axis=-1)
    away = np.linalg.norm((made.origin + GRID * index)[..., None, :] - places, axis=-1)
    order = np.argsort(away, axis=-1)[..., :8]
    near = np.take_along_axis(away, order, axis=-1)
    known = near < 2.0 * GRID
    furthest = np.where(known, near, 0.0).max(axis=-1, keepdims=True)
    weights = np.where(known, furthest - near + 1e-9, 0.0)
    expected = np.sum(weights * depths[order], axis=-1) / np.maximum(weights.sum(axis=-1), 1e-9)
    assert 0 < np.count_nonzero(known[..., 0]) < known[..., 0].size
    np.testing.assert_allclose(made.depths, expected, atol=1e-15)
