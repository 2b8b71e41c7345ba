from __future__ import annotations

import numpy as np
import pytest

import meshes
from brute import to_triangle
from kinemesh.geometry import poses
from kinemesh.motion import Shape
from kinemesh.proximity import Obstacle, SignedDistances, distances_to_obstacle
from kinemesh.proximity.twosided import TwoSided
from kinemesh.robot import Configuration, RobotModel


def obstacle(mesh: meshes.Mesh) -> Obstacle:
    return Obstacle.from_shape("scan", Shape.from_mesh(*mesh.arrays), true=True)


@pytest.fixture(scope="module")
def resting(robot: RobotModel) -> Configuration:
    return robot.configuration(robot.rest)


def hull_of(configuration: Configuration, k: int) -> np.ndarray:
    hull = configuration.robot.hulls[k]
    return configuration.positions(np.full(len(hull.vertices), hull.joint), hull.vertices)


def at(x: float, y: float, z: float) -> np.ndarray:
    pose = poses.IDENTITY.copy()
    pose[:3] = x, y, z
    return pose


def wall(cells: int = 4) -> meshes.Mesh:
    """A wall in the plane x = 0, 2 m wide and from z = 0 to 2 m."""
    return meshes.sides((2.0, 2.0, 2.0), "back", cells=cells).moved((1.0, 0.0, 0.0))


def of_hull(near: SignedDistances, k: int) -> np.ndarray:
    return np.asarray(near.distance[near.hulls == k])


@pytest.mark.slow
def test_nearest_places_and_crossings_are_those_of_every_triangle() -> None:
    rng = np.random.default_rng(3)
    mesh = meshes.room((1.0, 1.0, 0.6), cells=2)
    triangles = TwoSided.from_corners(mesh.corners)
    points = rng.uniform((-0.7, -0.7, -0.2), (0.7, 0.7, 0.8), (200, 3))
    places, _ = triangles.nearest(points)
    truth = np.array([min(to_triangle(t - p) for t in mesh.corners) for p in points])
    found, close = np.linalg.norm(places - points, axis=1), truth < 0.09
    assert close.sum() > 20
    np.testing.assert_allclose(found[close], truth[close], atol=1e-12)
    assert np.all((found >= truth - 1e-12) & (found < truth + 0.002))
    ends = points + rng.uniform(-0.4, 0.4, points.shape)
    inside = [np.all(np.abs(p[:, :2]) < 0.5, axis=1) & (p[:, 2] > 0.0) for p in (points, ends)]
    times = np.zeros(len(points), dtype=int)
    for axis, level in ((0, -0.5), (1, -0.5), (1, 0.5), (2, 0.0)):
        share = (level - points[:, axis]) / (ends - points)[:, axis]
        there = points + share[:, None] * (ends - points)
        others = [k for k in range(3) if k != axis]
        low, high = np.array([-0.5, -0.5, 0.0])[others], np.array([0.5, 0.5, 0.6])[others]
        times += (
            (share > 0)
            & (share < 1)
            & np.all((there[:, others] > low) & (there[:, others] < high), axis=1)
        )
    assert np.sum(times % 2 == 1) > 20
    assert np.sum(inside[0] & inside[1]) > 5
    np.testing.assert_array_equal(triangles.crossed(points, ends), times % 2 == 1)


def test_nearest_places_do_not_depend_on_what_was_asked_before() -> None:
    rng = np.random.default_rng(4)
    corners = meshes.room((1.0, 1.0, 0.6), cells=9).corners
    points = rng.uniform((-0.55, -0.55, -0.05), (0.55, 0.55, 0.65), (400, 3))
    at_once = TwoSided.from_corners(corners).nearest(points)[0]
    one = TwoSided.from_corners(corners)
    for k in rng.permutation(len(points))[:60]:
        place = one.nearest(points[k : k + 1])[0][0]
        away = [np.linalg.norm(p - points[k]) for p in (place, at_once[k])]
        assert away[0] == pytest.approx(away[1], abs=1e-12) or min(away) > 0.1


@pytest.mark.parametrize("over", [False, True], ids=["as made", "every facet turned"])
@pytest.mark.parametrize("side", [1.0, -1.0], ids=["in front", "behind"])
def test_the_whole_robot_is_apart_from_a_wall_on_either_side(
    resting: Configuration, side: float, over: bool
) -> None:
    scan = obstacle(wall().turned() if over else wall())
    every = np.concatenate([hull_of(resting, k) for k in range(len(resting.robot.hulls))])
    gap = 0.02
    edge = every[:, 0].min() - gap if side > 0 else every[:, 0].max() + gap
    near = distances_to_obstacle(resting, scan, at(edge, 0.0, 0.0), 0.05)
    assert near.distance.min() == pytest.approx(gap, abs=1e-6)
    np.testing.assert_allclose(near.normals[np.argmin(near.distance)], [side, 0, 0], atol=1e-6)


@pytest.mark.parametrize("side", [1.0, -1.0], ids=["in front", "behind"])
def test_a_hand_through_a_wall_is_pushed_back_to_the_robots_side(
    resting: Configuration, side: float
) -> None:
    turned = np.array([0.0, 0.0, 0.0 if side > 0 else 1.0, 1.0 if side > 0 else 0.0])
    hand = int(resting.robot.hands[0].hulls[0])
    vertices = hull_of(resting, hand)
    torso = resting.landmarks()[0][0]
    middle = (vertices[:, 0].min() + vertices[:, 0].max()) / 2.0
    assert middle > torso + 0.02
    for depth in (0.01, 0.06):
        pose = np.array([vertices[:, 0].max() - depth, 0.0, 0.0, *turned])
        near = distances_to_obstacle(resting, obstacle(wall()), pose, 0.05)
        mine = near.hulls == hand
        worst = int(np.argmin(near.distance[mine]))
        assert near.distance[mine][worst] == pytest.approx(-depth, abs=1e-3)
        np.testing.assert_allclose(near.normals[mine][worst], [-1.0, 0.0, 0.0], atol=1e-6)


def test_a_hand_wholly_through_a_wall_is_seen_by_the_arm_that_leads_there(
    robot: RobotModel,
) -> None:
    q = robot.rest.copy()
    for name in ("left_elbow_joint", "right_elbow_joint"):
        q[7 + robot.joint_names.index(name)] = 0.0  # forearms forward
    reaching = robot.configuration(q)
    hand = int(robot.hands[0].hulls[0])
    edge = hull_of(reaching, hand)[:, 0].min() - 0.005
    assert edge > 0.1
    near = distances_to_obstacle(reaching, obstacle(wall()), at(edge, 0.0, 0.0), 0.05)
    mine = near.hulls == hand
    assert near.distance[mine].min() < -0.05
    assert np.all(near.distance[mine] < 0.0)
    np.testing.assert_allclose(near.normals[mine], [[-1.0, 0.0, 0.0]] * mine.sum(), atol=1e-6)


def test_a_hand_beside_the_edge_of_a_board_is_apart_from_it(resting: Configuration) -> None:
    hand = int(resting.robot.hands[0].hulls[0])
    vertices = hull_of(resting, hand)
    board = obstacle(meshes.sheet((0.3, 0.3)))
    middle = (vertices.min(axis=0) + vertices.max(axis=0)) / 2.0
    pose = at(vertices[:, 0].max() + 0.01 + 0.15, *middle[1:])
    near = distances_to_obstacle(resting, board, pose, 0.05, np.array([hand]))
    assert 0.0 < near.distance.min() < 0.02
    pose[0] -= 0.03  # 2 cm into the side of the hand
    near = distances_to_obstacle(resting, board, pose, 0.05, np.array([hand]))
    assert near.distance.min() < -0.005


def test_rates_are_how_distances_to_a_sheet_change(
    robot: RobotModel, resting: Configuration
) -> None:
    rng = np.random.default_rng(2)
    hand = robot.hands[0].hulls
    for depth in (-0.01, 0.02):
        pose = at(hull_of(resting, int(hand[0]))[:, 0].max() - depth, 0.013, 0.0)
        near = distances_to_obstacle(resting, obstacle(wall()), pose, 0.05, hand)
        lowest = int(np.argmin(near.distance))
        rate = near.jacobian(resting)[lowest]
        for _ in range(4):
            step = 1e-6 * rng.normal(size=robot.nv)
            moved = distances_to_obstacle(
                resting.integrate(step), obstacle(wall()), pose, 0.05, hand
            )
            change = moved.distance.min() - near.distance[lowest]
            assert change == pytest.approx(rate @ step, abs=0.02 * np.linalg.norm(step))


def test_a_solid_in_a_room_keeps_its_distances(resting: Configuration) -> None:
    table = meshes.box((0.4, 0.6, 0.7)).turned()
    both, alone = obstacle(meshes.room() + table), obstacle(table)
    pose = at(float(hull_of(resting, 0)[:, 0].max()) + 0.35, 0.0, -0.3)
    near, fewer = (distances_to_obstacle(resting, thing, pose, 0.2) for thing in (both, alone))
    assert len(fewer.distance)
    assert set(np.round(fewer.distance, 9)) <= set(np.round(near.distance, 9))
