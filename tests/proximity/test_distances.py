from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from brute import overlap, signed_distance
from kinemesh.geometry import poses
from kinemesh.motion import Shape
from kinemesh.proximity import Obstacle, distances_to_ground, distances_to_obstacle
from kinemesh.robot import Configuration, RobotModel
from kinemesh.robot.convex import convex_geometry
from kinemesh.testing import random_configuration


def world_hulls(configuration: Configuration) -> list[np.ndarray]:
    """Vertices of every hull in the world."""
    return [
        configuration.positions(np.full(len(h.vertices), h.joint), h.vertices)
        for h in configuration.robot.hulls
    ]


def somewhere(rng: np.random.Generator, near: np.ndarray, spread: float) -> np.ndarray:
    """A pose around a point."""
    quaternion = rng.normal(size=4)
    return np.concatenate(
        [near + rng.uniform(-spread, spread, 3), quaternion / np.linalg.norm(quaternion)]
    )


def clearance(first: np.ndarray, second: np.ndarray) -> float:
    """A distance that two hulls surely have: between their bounding spheres."""
    pair = (first, second)
    centres = [points.mean(axis=0) for points in pair]
    radii = [
        np.linalg.norm(p - c, axis=1).max() for p, c in zip((first, second), centres, strict=True)
    ]
    return float(np.linalg.norm(centres[0] - centres[1]) - sum(radii))


def test_distances_to_the_ground_are_those_of_the_lowest_vertices(
    configuration: Configuration,
) -> None:
    hulls = world_hulls(configuration)
    height = float(np.quantile([h[:, 2].min() for h in hulls], 0.3))
    near = distances_to_ground(configuration, height, 0.05)
    for k, hull in enumerate(hulls):
        lowest = float(hull[:, 2].min()) - height
        mine = near.hulls == k
        assert bool(mine.any()) == (lowest < 0.05)
        if mine.any():
            assert near.distance[mine].min() == pytest.approx(lowest, abs=1e-12)
    np.testing.assert_allclose(near.points[:, 2] - height, near.distance, atol=1e-12)
    np.testing.assert_array_equal(near.normals, [[0.0, 0.0, 1.0]] * len(near.distance))
    for point, k in zip(near.points, near.hulls, strict=True):
        assert np.linalg.norm(hulls[k] - point, axis=1).min() < 1e-12


def test_a_foot_that_stands_flat_gets_a_row_for_every_corner(robot: RobotModel) -> None:
    posed = robot.configuration(robot.rest)
    near = distances_to_ground(posed, 0.0, 0.01)
    names = [robot.hulls[k].link for k in near.hulls]
    assert {n: names.count(n) for n in names} == {
        "left_ankle_roll_link": 4,
        "right_ankle_roll_link": 4,
    }
    for link in ("left_ankle_roll_link", "right_ankle_roll_link"):
        corners = near.points[[n == link for n in names]]
        low, high = corners.min(axis=0), corners.max(axis=0)
        assert high[0] - low[0] > 0.12
        assert high[1] - low[1] > 0.03


def test_nothing_is_near_a_ground_far_below(robot: RobotModel) -> None:
    near = distances_to_ground(robot.configuration(robot.rest), -1.0, 0.05)
    assert near.distance.shape == (0,)
    assert near.jacobian(robot.configuration(robot.rest)).shape == (0, robot.nv)


def test_distances_of_separated_and_penetrating_hulls_match_brute_force(robot: RobotModel) -> None:
    rng = np.random.default_rng(3)
    shape = Shape.box((0.35, 0.2, 0.25))
    obstacle = Obstacle.from_shape("box", shape)
    apart = inside = 0
    for _ in range(8):
        posed = random_configuration(robot, rng)
        hulls = world_hulls(posed)
        pose = somewhere(rng, hulls[rng.integers(len(hulls))].mean(axis=0), 0.25)
        box = poses.apply(pose, shape.vertices)
        near = distances_to_obstacle(posed, obstacle, pose, 0.1)
        # The nearest place of a hull comes first, before the corners of a flat contact.
        found = dict(zip(near.hulls[::-1].tolist(), near.distance[::-1], strict=True))
        for k, hull in enumerate(hulls):
            if clearance(hull, box) > 0.1:
                assert k not in found
                continue
            truth = signed_distance(hull, box)
            assert (k in found) == (truth < 0.1)
            if k in found:
                assert found[k] == pytest.approx(truth, abs=2e-6)
                apart, inside = apart + (truth > 0.0), inside + (truth < 0.0)
    assert apart > 15
    assert inside > 15


def test_the_judge_agrees_with_a_linear_program_on_who_overlaps(
    robot: RobotModel, rng: np.random.Generator
) -> None:
    hulls = world_hulls(random_configuration(robot, rng))
    box = Shape.box((0.3, 0.3, 0.3)).vertices
    seen = set()
    for hull in hulls[::3]:
        placed = box + hull.mean(axis=0) + rng.uniform(-0.3, 0.3, 3)
        inside = overlap(hull, placed)
        seen.add(inside)
        assert inside == (signed_distance(hull, placed) < 0.0)
    assert seen == {True, False}


def test_moving_along_the_normal_takes_the_robot_away(robot: RobotModel) -> None:
    rng = np.random.default_rng(8)
    shape = Shape.box((0.4, 0.4, 0.4))
    obstacle = Obstacle.from_shape("box", shape)
    rows = 0
    for _ in range(5):
        posed = random_configuration(robot, rng)
        hulls = world_hulls(posed)
        pose = somewhere(rng, posed.landmarks()[rng.integers(15)], 0.2)
        box = poses.apply(pose, shape.vertices)
        near = distances_to_obstacle(posed, obstacle, pose, 0.05)
        np.testing.assert_allclose(np.linalg.norm(near.normals, axis=1), 1.0, atol=1e-9)
        nearest = np.unique(near.hulls, return_index=True)[1]
        for distance, normal, k in zip(
            near.distance[nearest], near.normals[nearest], near.hulls[nearest], strict=True
        ):
            away = signed_distance(hulls[k] + 1e-3 * normal, box)
            assert away == pytest.approx(distance + 1e-3, abs=5e-6)
            rows += 1
    assert rows > 20


def test_the_robots_points_lie_on_its_hulls(robot: RobotModel) -> None:
    rng = np.random.default_rng(9)
    obstacle = Obstacle.from_shape("box", Shape.box((0.4, 0.4, 0.4)))
    for _ in range(5):
        posed = random_configuration(robot, rng)
        near = distances_to_obstacle(
            posed, obstacle, somewhere(rng, posed.landmarks()[0], 0.3), 0.05
        )
        for point, joint, k in zip(near.points, near.joints, near.hulls, strict=True):
            hull = robot.hulls[k]
            assert joint == hull.joint
            local = posed.rotations[joint].T @ (point - posed.translations[joint])
            # a single point has no volume: a small cube stands for it
            cube = local + 1e-6 * (Shape.box((1, 1, 1)).vertices)
            assert abs(signed_distance(hull.vertices, cube)) < 1e-5


def test_a_hull_deep_inside_a_box_is_as_deep_as_the_way_out(robot: RobotModel) -> None:
    posed = robot.configuration(robot.rest)
    hull = next(k for k, h in enumerate(robot.hulls) if h.link == "left_rubber_hand")
    vertices = world_hulls(posed)[hull]
    centre = (vertices.min(axis=0) + vertices.max(axis=0)) / 2.0
    shape = Shape.box((2.0, 2.0, 1.0))
    pose = np.array([*centre, 0.0, 0.0, 0.0, 1.0])
    pose[2] -= 0.1  # nearest way out: up
    near = distances_to_obstacle(posed, Obstacle.from_shape("block", shape), pose, 0.05)
    row = int(np.flatnonzero(near.hulls == hull)[0])
    expected = -(pose[2] + 0.5 - vertices[:, 2].min())
    assert near.distance[row] == pytest.approx(expected, abs=1e-6)
    np.testing.assert_allclose(near.normals[row], [0.0, 0.0, 1.0], atol=1e-6)


def test_every_part_of_an_obstacle_counts(robot: RobotModel) -> None:
    posed = robot.configuration(robot.rest)
    hand = posed.landmarks()[-1]
    shape = Shape.union([Shape.box((0.1, 0.1, 0.1), hand), Shape.box((0.1, 0.1, 0.1), (9, 9, 9))])
    near = distances_to_obstacle(posed, Obstacle.from_shape("two", shape), poses.IDENTITY, 0.02)
    assert near.distance.min() < 0.0
    assert "right_rubber_hand" in {robot.hulls[k].link for k in near.hulls}


def test_a_tilted_box_is_where_its_pose_puts_it(robot: RobotModel) -> None:
    posed = robot.configuration(robot.rest)
    shape, pose = Shape.box((0.5, 0.1, 0.02)), np.array([0.3, 0.1, 0.9, 0.1, 0.5, 0.2, 0.8])
    pose[3:] /= np.linalg.norm(pose[3:])
    fixed = Obstacle.from_shape("plate", Shape.convex(poses.apply(pose, shape.vertices)))
    moved = distances_to_obstacle(posed, Obstacle.from_shape("plate", shape), pose, 0.3)
    still = distances_to_obstacle(posed, fixed, poses.IDENTITY, 0.3)
    np.testing.assert_array_equal(moved.hulls, still.hulls)
    np.testing.assert_allclose(moved.distance, still.distance, atol=1e-7)


def test_the_hull_of_a_cloud_is_taken_and_not_the_cloud_itself() -> None:
    corners = Shape.box((1.0, 1.0, 1.0)).vertices
    cloud = np.concatenate([corners, np.random.default_rng(1).uniform(-0.4, 0.4, (200, 3))])
    points = np.asarray(convex_geometry(cloud).points())
    assert sorted(map(tuple, points)) == sorted(map(tuple, corners))


def test_a_sole_brought_near_a_step_keeps_its_normal(robot: RobotModel) -> None:
    """Moved along the normal nothing else changes; almost flat on it rounding may."""
    rng = np.random.default_rng(0)
    step, posed = (
        Obstacle.from_shape("step", Shape.box((0.6, 0.6, 0.2))),
        robot.configuration(robot.rest),
    )
    for _ in range(150):
        joint = robot.soles[rng.integers(2)].joint
        hull = np.array([[k for k, h in enumerate(robot.hulls) if h.joint == joint][-1]])
        gap, tilt = 10.0 ** rng.uniform(-5.5, -3.0), 10.0 ** rng.uniform(-5.0, -1.5)
        turn = Rotation.from_rotvec([*(tilt * rng.normal(size=2)), rng.uniform(-3.0, 3.0)])
        place = posed.spheres[hull[0]] + [*rng.uniform(-0.35, 0.35, 2), -0.6]
        pose = np.concatenate([place, turn.as_quat()])
        far = distances_to_obstacle(posed, step, pose, 2.0, hull)
        pose[:3] += far.normals[0] * (far.distance[0] - gap)
        near = distances_to_obstacle(posed, step, pose, 0.1, hull)
        assert near.distance[0] == pytest.approx(gap, abs=1e-7)
        np.testing.assert_allclose(near.normals[0], far.normals[0], atol=1e-5)
