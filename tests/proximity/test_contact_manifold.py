from __future__ import annotations

import numpy as np
import pytest

from kinemesh.geometry import poses
from kinemesh.geometry.poses import IDENTITY
from kinemesh.motion import Shape
from kinemesh.proximity import Obstacle, distances_over_frames, distances_to_obstacle
from kinemesh.proximity.contact_manifold import SNUG, contact_manifolds
from kinemesh.robot import RobotModel

BOX = Shape.box((0.4, 0.3, 0.2))
PLANES = np.unique(np.round(BOX.parts[0].planes, 9), axis=0)
UP = np.array([0.0, 0.0, 1.0])
TILE = np.array([[x, y, z] for x in (-0.03, 0.03) for y in (-0.02, 0.02) for z in (0.0, 0.02)])


def contact_manifold(vertices, normal, planes, turn):
    far = np.full((1, 3), 9.0)
    found = contact_manifolds(vertices[None], far, normal[None], planes, turn[None])
    np.testing.assert_array_equal(found.contacts, 0)
    return found.vertices, found.heights, found.normals


def test_a_tile_flat_on_a_face_is_held_at_its_four_corners() -> None:
    vertices = np.add(TILE, [0.0, 0.0, 0.1 + 1e-4])
    index, height, normals = contact_manifold(vertices, UP, PLANES, np.eye(3))
    assert sorted(index.tolist()) == [k for k, v in enumerate(TILE) if v[2] == 0.0]
    np.testing.assert_allclose(height, 1e-4, atol=1e-12)
    np.testing.assert_allclose(normals, [UP] * 4, atol=1e-12)


def test_corners_that_hang_over_the_edge_are_left_out() -> None:
    # Half of the tile is beyond the box's side at x = 0.2, where no face is under it.
    index, _, _ = contact_manifold(np.add(TILE, [0.2, 0.0, 0.1 + 1e-4]), UP, PLANES, np.eye(3))
    assert sorted(TILE[index, 0].tolist()) == [-0.03, -0.03]


def test_vertices_far_from_the_solid_are_not_looked_at() -> None:
    index, height, normals = contact_manifold(
        np.add(TILE, [0.0, 0.0, 0.1 + 1.01 * SNUG]), UP, PLANES, np.eye(3)
    )
    assert index.shape == (0,)
    assert height.shape == (0,)
    assert normals.shape == (0, 3)


@pytest.mark.parametrize("seed", range(5))
def test_heights_are_the_distances_of_the_vertices_from_the_box(seed: int) -> None:
    rng = np.random.default_rng(seed)
    half = np.array([0.2, 0.15, 0.1])
    vertices = rng.uniform(-1.05, 1.05, (400, 3)) * half
    out = np.maximum(np.abs(vertices) - half, 0.0)
    outside = out.any(axis=1)
    vertices, out = vertices[outside], np.linalg.norm(out[outside], axis=1)
    index, height, normals = contact_manifold(vertices, UP, PLANES, np.eye(3))
    assert 1 <= len(index) <= 4
    np.testing.assert_allclose(height, out[index], atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1.0, atol=1e-9)


def test_a_foot_flat_on_a_box_has_a_row_for_every_corner(robot: RobotModel) -> None:
    # A wide box under both feet, its top 0.2 mm below the soles.
    pose = np.array([*IDENTITY])
    pose[2] = -0.1 - 2e-4
    obstacle = Obstacle.from_shape("floor", Shape.box((2.0, 2.0, 0.2)))
    posed = robot.configuration(robot.rest)
    near = distances_to_obstacle(posed, obstacle, pose, 0.05)
    for link in ("left_ankle_roll_link", "right_ankle_roll_link"):
        mine = np.array([robot.hulls[k].link == link for k in near.hulls])
        flat = mine & (near.distance < 1e-3)
        low, high = near.points[flat].min(axis=0), near.points[flat].max(axis=0)
        assert high[0] - low[0] > 0.12
        assert high[1] - low[1] > 0.03
        np.testing.assert_allclose(near.points[flat, 2] + 2e-4, near.distance[flat], atol=1e-9)


def test_no_row_of_a_patch_is_nearer_than_its_hull(robot: RobotModel) -> None:
    rng = np.random.default_rng(11)
    posed = robot.configuration(robot.rest)
    obstacle = Obstacle.from_shape("box", BOX)
    foot = next(k for k, h in enumerate(robot.hulls) if h.link == "left_ankle_roll_link")
    under = posed.spheres[foot] - [0.0, 0.0, 0.13]
    found = 0
    for _ in range(40):
        turn = rng.normal(size=4) * [0.02, 0.02, 1.0, 1.0]
        pose = np.concatenate([under + rng.uniform(-0.02, 0.02, 3), turn / np.linalg.norm(turn)])
        near = distances_to_obstacle(posed, obstacle, pose, 0.05, np.array([foot]))
        if len(near.distance) < 2:
            continue
        found += 1
        # The first is the nearest place; a vertex is no nearer unless both are inside.
        if near.distance[0] > 0.0:
            assert near.distance[1:].min() > near.distance[0] - 1e-6
            local = poses.apply(poses.inverse(pose), near.points)
            beyond = np.maximum(np.abs(local) - [0.2, 0.15, 0.1], 0.0)
            np.testing.assert_allclose(near.distance, np.linalg.norm(beyond, axis=1), atol=1e-5)
    assert found > 10


def test_feet_on_boxes_are_found_in_many_frames_as_in_one(robot: RobotModel) -> None:
    rng = np.random.default_rng(3)
    feet = [k for k, h in enumerate(robot.hulls) if h.link.endswith("ankle_roll_link")]
    steps = 0.03 * rng.normal(size=(60, robot.nv))
    posed = [robot.configuration(robot.integrate(robot.rest, step)) for step in steps]
    track = np.tile(IDENTITY, (len(posed), 1))
    track[:, :2] = rng.uniform(-0.2, 0.2, (len(posed), 2))
    track[:, 2] = [at.spheres[feet, 2].min() - 0.13 for at in posed] + rng.uniform(0.0, 0.01, 60)
    obstacle = Obstacle("boxes", tuple(Obstacle.from_shape("box", BOX).parts) * 2)
    together = distances_over_frames(posed, obstacle, track, 0.05)
    corners = 0
    for near, at, pose in zip(together, posed, track, strict=True):
        alone = distances_to_obstacle(at, obstacle, pose, 0.05)
        np.testing.assert_array_equal(near.hulls, alone.hulls)
        np.testing.assert_allclose(near.distance, alone.distance, atol=1e-12)
        np.testing.assert_allclose(near.points, alone.points, atol=1e-12)
        np.testing.assert_allclose(near.normals, alone.normals, atol=1e-12)
        corners += len(near.distance) > 2 * len(np.unique(near.hulls))
    assert corners > 10
