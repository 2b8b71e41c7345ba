"""The compiled loops and their twins in numpy, Pinocchio, coal and Qhull judge each other."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import map_coordinates
from scipy.spatial import Delaunay
from scipy.spatial.transform import Rotation

from kinemesh import retarget
from kinemesh.demos import lift_box
from kinemesh.errors import RobotError
from kinemesh.motion import Shape
from kinemesh.problem import Bounded, Residual
from kinemesh.robot import Obstacle, RobotModel, near_ground, near_obstacle, near_self
from kinemesh.robot import kernel as loops
from kinemesh.testing import random_configuration

needs_kernel = pytest.mark.skipif(not loops.available(), reason="built without compiled loops")
pytestmark = needs_kernel


@pytest.fixture(scope="module", params=["g1", "g1_base"])
def twins(request: pytest.FixtureRequest) -> tuple[RobotModel, RobotModel]:
    return tuple(RobotModel.load(request.param, compiled=c) for c in (True, False))  # type: ignore[return-value]


def both(twins: tuple[RobotModel, RobotModel], q: np.ndarray) -> list:
    return [robot.configuration(q) for robot in twins]


def test_kinematics_are_those_of_pinocchio(twins: tuple[RobotModel, RobotModel]) -> None:
    rng = np.random.default_rng(0)
    for _ in range(5):
        fast, slow = both(twins, random_configuration(twins[0], rng).q)
        for name in ("rotations", "translations", "spheres", "_jacobian"):
            np.testing.assert_allclose(getattr(fast, name), getattr(slow, name), atol=1e-12)
        for name in ("rotations", "translations", "_jacobian"):
            assert not getattr(fast, name).flags.writeable


def test_rates_and_jacobians_of_points_are_the_same(twins: tuple[RobotModel, RobotModel]) -> None:
    rng = np.random.default_rng(1)
    fast, slow = both(twins, random_configuration(twins[0], rng).q)
    joints = rng.integers(1, fast.rotations.shape[0], 50)
    points, ways = rng.normal(size=(2, 50, 3))
    np.testing.assert_allclose(
        fast.rows(joints, points, ways), slow.rows(joints, points, ways), atol=1e-12
    )
    np.testing.assert_allclose(
        fast.jacobians(joints, points), slow.jacobians(joints, points), atol=1e-12
    )


def test_pairs_of_points_part_as_fast_either_way(twins: tuple[RobotModel, RobotModel]) -> None:
    rng = np.random.default_rng(10)
    fast, slow = both(twins, random_configuration(twins[0], rng).q)
    joints = rng.integers(1, fast.rotations.shape[0], (20, 2))
    points, ways = rng.normal(size=(20, 2, 3)), rng.normal(size=(20, 3))
    one, other = (c.parting(joints, points, ways) for c in (fast, slow))
    assert one.shape == (20, fast.robot.nv)
    np.testing.assert_allclose(one, other, atol=1e-12)


def test_what_terms_ask_of_a_configuration_is_the_same(
    twins: tuple[RobotModel, RobotModel],
) -> None:
    rng = np.random.default_rng(5)
    fast, slow = both(twins, random_configuration(twins[0], rng).q)
    joints = rng.integers(1, fast.rotations.shape[0], 21)
    offsets, ways, origins, constant = rng.normal(size=(4, 21, 3))
    own, wanted = Rotation.random(42, rng=rng).as_matrix().reshape(2, 21, 3, 3)
    factor = np.triu(rng.normal(size=(21, 21)))
    for name, given in (
        ("positions", (joints, offsets)),
        ("along", (joints, offsets, ways, origins)),
        ("mixed", (joints, offsets, factor, constant)),
        ("turned", (joints, own, wanted)),
    ):
        one, other = getattr(fast, name)(*given), getattr(slow, name)(*given)
        one, other = (v if isinstance(v, tuple) else (v,) for v in (one, other))
        for a, b in zip(one, other, strict=True):
            assert np.shape(a) == np.shape(b)
            np.testing.assert_allclose(a, b, atol=1e-12)


def test_normal_equations_are_those_of_the_stacked_rows() -> None:
    rng = np.random.default_rng(6)
    terms = [
        (rng.normal(size=m), rng.normal(size=(m, 9)), w)
        for m, w in ((4, 2.0), (7, rng.random(7)), (0, 1.0), (9, np.zeros(9)))
    ]
    made = loops.normal(9, terms)
    assert made is not None
    rows = np.concatenate([np.sqrt(w) * np.c_[j, r].T for r, j, w in terms], axis=1).T
    np.testing.assert_allclose(made[0], rows[:, :9].T @ rows[:, :9], atol=1e-12)
    np.testing.assert_allclose(made[1], rows[:, :9].T @ rows[:, 9], atol=1e-12)


def test_costs_violations_and_stacked_rows_are_those_of_the_terms() -> None:
    rng = np.random.default_rng(8)
    residuals = [Residual(rng.normal(size=m), np.eye(m), w) for m, w in ((4, 2.0), (0, 1.0))]
    residuals.append(Residual(rng.normal(size=3), np.eye(3), rng.random(3)))
    found = loops.costs([(r.value, r.weight) for r in residuals])
    np.testing.assert_allclose(found, [r.cost for r in residuals], rtol=1e-14)
    rows = [
        Bounded(rng.normal(size=m), rng.normal(size=(m, 5)), low, high)
        for m, low, high in (
            *((4, 0.0, np.inf), (3, -9.0, 9.0), (0, 0.0, 0.0)),
            *((2, rng.normal(size=2), np.full(2, np.inf)), (3, -np.inf, rng.normal(size=3))),
        )
    ]
    worst = loops.violations([(b.value, b.lower, b.upper) for b in rows])
    assert worst == [b.violation() for b in rows]
    assert max(worst) > 0.0
    made = loops.stacked(5, [(b.value, b.jacobian, b.lower, b.upper) for b in rows])
    assert made is not None
    np.testing.assert_array_equal(made[0], np.concatenate([b.jacobian for b in rows]))
    for side in (0, 1):
        expected = np.concatenate([b.step_bounds()[side] for b in rows])
        np.testing.assert_array_equal(made[1 + side], expected)
    empty = loops.stacked(5, [])
    assert empty is not None
    assert [a.shape for a in empty] == [(0, 5), (0,), (0,)]
    with pytest.raises(ValueError, match="one for each row"):
        loops.violations([(np.zeros(3), np.zeros(2), 1.0)])


@pytest.mark.parametrize("turn", [0.0, 1e-10, 1e-6, 1e-2, 0.49, 0.51, 3.0])
def test_differences_of_configurations_are_those_of_pinocchio(
    twins: tuple[RobotModel, RobotModel], turn: float
) -> None:
    rng = np.random.default_rng(9)
    for _ in range(5):
        fast, slow = both(twins, random_configuration(twins[0], rng).q)
        step = rng.normal(size=fast.robot.nv)
        step[3:6] *= turn / np.linalg.norm(step[3:6])
        origins = [fast.robot.integrate(fast.q, s * step) for s in (1.0, -0.5)]
        origins[1][3:7] *= -1.0  # the same rotation
        for origin in origins:
            one, other = fast.difference(origin), slow.difference(origin)
            np.testing.assert_allclose(one[0], other[0], atol=1e-12)
            np.testing.assert_allclose(one[1], other[1], atol=1e-12)
        one, other = (c.blended(origins, np.array([-1.5, 0.5])) for c in (fast, slow))
        np.testing.assert_allclose(one[0], other[0], atol=1e-12)
        np.testing.assert_allclose(one[1], other[1], atol=1e-12)


def test_a_grid_is_read_between_its_nodes_and_beyond_them() -> None:
    rng = np.random.default_rng(7)
    grid, origin = rng.random((4, 5, 3)), np.array([0.1, -0.2, 0.3])
    points = origin + 0.02 * rng.uniform(-2.0, 7.0, (200, 3))
    found = loops.between_nodes(grid, origin, 0.02, points)
    nodes = ((points - origin) / 0.02).T
    np.testing.assert_allclose(
        found, map_coordinates(grid, nodes, order=1, mode="nearest"), atol=1e-12
    )


def test_the_ground_is_met_at_the_same_vertices(twins: tuple[RobotModel, RobotModel]) -> None:
    rng = np.random.default_rng(2)
    for _ in range(5):
        fast, slow = both(twins, random_configuration(twins[0], rng).q)
        level = float(np.quantile(fast.spheres[:, 2], 0.2))
        one, other = (near_ground(c, level, 0.05) for c in (fast, slow))
        np.testing.assert_array_equal(one.hulls, other.hulls)
        np.testing.assert_allclose(one.distance, other.distance, atol=1e-12)
        np.testing.assert_allclose(one.points, other.points, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_distances_to_solids_are_those_of_coal(
    twins: tuple[RobotModel, RobotModel], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    cloud = Shape.convex(rng.normal(size=(80, 3)) * 0.12)
    obstacles = [Obstacle.of("box", Shape.box((0.3, 0.2, 0.4))), Obstacle.of("stone", cloud)]
    apart = inside = 0
    for _ in range(6):
        fast, slow = both(twins, random_configuration(twins[0], rng).q)
        turn = rng.normal(size=4)
        place = slow.landmarks()[rng.integers(15)] + rng.uniform(-0.2, 0.2, 3)
        pose = np.concatenate([place, turn / np.linalg.norm(turn)])
        for obstacle in obstacles:
            one, other = (near_obstacle(c, obstacle, pose, 0.1) for c in (fast, slow))
            assert set(one.hulls.tolist()) == set(other.hulls.tolist())
            for k in set(one.hulls.tolist()):
                mine, theirs = one.hulls == k, other.hulls == k
                least = [float(n.distance[m].min()) for n, m in ((one, mine), (other, theirs))]
                assert least[0] == pytest.approx(least[1], abs=2e-6)
                apart, inside = apart + (least[1] > 0.0), inside + (least[1] < 0.0)
    assert apart > 20
    assert inside > 20


def test_pairs_of_the_robots_own_hulls_are_those_of_coal(
    twins: tuple[RobotModel, RobotModel],
) -> None:
    rng = np.random.default_rng(5)
    found = 0
    for _ in range(20):
        fast, slow = both(twins, random_configuration(twins[0], rng).q)
        one, other = (near_self(c, c.robot.self_pairs, 0.05) for c in (fast, slow))
        first = dict(zip(map(tuple, one.pairs.tolist()), one.distance, strict=True))
        second = dict(zip(map(tuple, other.pairs.tolist()), other.distance, strict=True))
        assert first.keys() == second.keys()
        for pair, distance in first.items():
            assert distance == pytest.approx(second[pair], abs=2e-6)
        found += len(first)
    assert found > 50


def test_nearest_points_lie_as_far_apart_as_the_distance_says(
    twins: tuple[RobotModel, RobotModel],
) -> None:
    rng = np.random.default_rng(6)
    configuration = random_configuration(twins[0], rng)
    near = near_self(configuration, configuration.robot.self_pairs, 0.2)
    gaps = near.points[:, 0] - near.points[:, 1]
    outside = near.distance > 1e-4
    assert outside.sum() > 5
    np.testing.assert_allclose(
        gaps[outside], near.distance[outside, None] * near.normals[outside], atol=1e-9
    )


@pytest.mark.parametrize("count", [5, 20, 139, 300])
def test_neighbours_are_those_of_qhull(count: int) -> None:
    rng = np.random.default_rng(count)
    for _ in range(20):
        points = rng.normal(size=(count, 3)) * rng.uniform(0.2, 1.0, 3)
        expected = np.zeros((count, count), dtype=bool)
        for simplex in Delaunay(points).simplices:
            expected[np.ix_(simplex, simplex)] = True
        np.fill_diagonal(expected, False)
        np.testing.assert_array_equal(loops.adjacency(points), expected)


def test_points_in_degenerate_position_are_left_to_qhull() -> None:
    grid = np.array([[x, y, z] for x in range(3) for y in range(3) for z in range(3)], float)
    assert loops.adjacency(grid) is None
    assert loops.adjacency(np.zeros((10, 3))) is None
    assert loops.adjacency(np.eye(3)) is None


def test_arrays_that_do_not_fit_are_refused(twins: tuple[RobotModel, RobotModel]) -> None:
    kernel, posed = twins[0].kernel, twins[0].configuration(twins[0].rest)
    with pytest.raises(ValueError, match="wrong size"):
        kernel.kinematics(np.zeros(5))
    with pytest.raises(ValueError, match="do not fit"):
        kernel.rows(posed._jacobian, np.array([1]), np.zeros((2, 3)), np.zeros((1, 3)))
    with pytest.raises(IndexError, match="no such joint"):
        kernel.rows(posed._jacobian, np.array([999]), np.zeros((1, 3)), np.zeros((1, 3)))
    with pytest.raises(ValueError, match="another robot"):
        kernel.ground(np.zeros((2, 3, 3)), np.zeros((2, 3)), np.zeros((1, 3)), 0.0, 0.1, 0.1)


def test_a_clip_is_retargeted_alike_with_and_without_them(
    twins: tuple[RobotModel, RobotModel],
) -> None:
    clip = lift_box().crop(40, 60)
    places = []
    for robot in twins:
        result = retarget(clip, robot)
        places.append([robot.configuration(q).landmarks() for q in result.trajectory.q])
    assert np.abs(np.subtract(*places)).max() < 1e-3


def test_wanting_what_was_not_built_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "_native", None)
    assert RobotModel.load("g1").kernel is None
    with pytest.raises(RobotError, match="C\\+\\+ compiler"):
        RobotModel.load("g1", compiled=True)
