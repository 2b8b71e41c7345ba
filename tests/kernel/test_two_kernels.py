"""The compiled kernel and the reference in numpy, Pinocchio, coal and Qhull judge each other."""

from __future__ import annotations

import gc
from weakref import ref

import numpy as np
import pytest
from scipy.spatial import Delaunay
from scipy.spatial.transform import Rotation

import meshes
from kinemesh import Retargeter, retarget
from kinemesh.demos import lift_box
from kinemesh.errors import RobotError
from kinemesh.kernel import (
    AxisAlignment,
    Clearance,
    HandDistances,
    JointOffsets,
    LeastSquares,
    PointMixture,
    PointOffsets,
    SelfClearance,
    TangentDifference,
    Within,
    available,
    kernel_of,
    native,
    reference,
    reference_mesh,
)
from kinemesh.motion import Shape
from kinemesh.proximity import Obstacle
from kinemesh.proximity.hull_clearance import DEEPEST
from kinemesh.robot import RobotModel
from kinemesh.testing import random_configuration

pytestmark = pytest.mark.skipif(not available(), reason="built without the compiled kernel")

Kernels = tuple[native.NativeKernel, reference.ReferenceKernel]


@pytest.fixture(scope="module", params=["g1", "g1_base"])
def kernels(request: pytest.FixtureRequest) -> Kernels:
    robot = RobotModel.load(request.param)
    return native.NativeKernel(robot), reference.ReferenceKernel(robot)


def evaluated(kernels: Kernels, tables: list, q: np.ndarray) -> list:
    """The tables by either kernel."""
    return [k.evaluate([k.compiled(table) for table in tables], q) for k in kernels]


def tables(robot: RobotModel, rng: np.random.Generator) -> list[LeastSquares | Within]:
    """Tables of every kind that is no distance, with numbers at random."""
    joints = rng.integers(1, robot.pin_model.njoints, 21)
    points, ways, origins, constant = rng.normal(size=(4, 21, 3))
    own, wanted = Rotation.random(42, rng=rng).as_matrix().reshape(2, 21, 3, 3)
    near = [robot.integrate(robot.rest, 0.1 * rng.normal(size=robot.nv)) for _ in range(2)]
    offsets = PointOffsets(joints, points, ways, origins)
    mixture = PointMixture(joints, points, np.triu(rng.normal(size=(21, 21))), constant)
    return [
        LeastSquares(offsets, rng.random(21), 0.3),
        LeastSquares(mixture, 2.5),
        LeastSquares(AxisAlignment(joints, own, wanted), rng.random(189)),
        LeastSquares(TangentDifference((near[0],), np.array([-1.0]), rng.normal(size=robot.nv))),
        LeastSquares(TangentDifference(tuple(near), np.array([-1.5, 0.5])), rng.random(robot.nv)),
        LeastSquares(JointOffsets(robot.rest[7:]), np.zeros(robot.nv - 6)),
        Within(offsets, -0.2, rng.random(21)),
        Within(offsets, np.full(21, -np.inf), 0.1),
        Within(PointOffsets(joints[:0], points[:0], ways[:0], origins[:0]), 0.0, 0.0),
    ]


@pytest.mark.parametrize("seed", range(3))
def test_rows_of_every_kind_costs_violations_and_programs_are_the_same(
    kernels: Kernels, seed: int
) -> None:
    robot, rng = kernels[0].robot, np.random.default_rng(seed)
    asked = tables(robot, rng)
    one, other = evaluated(kernels, asked, random_configuration(robot, rng).q)
    assert one.counts == other.counts
    np.testing.assert_allclose(one.figures, other.figures, rtol=1e-12)
    for k, table in enumerate(asked):
        for a, b in zip(one.rows(k), other.rows(k), strict=True):
            assert a.shape == b.shape
            np.testing.assert_allclose(a, b, atol=1e-12)
        if isinstance(table, Within):
            for allowed in (0.0, 0.05):
                excess = other.excess(k, allowed)
                assert one.excess(k, allowed) == pytest.approx(excess, rel=1e-12, abs=1e-15)
    assert max(one.figures[6:]) > 0.0
    for a, b in zip(
        (*one.normal(), *one.stacked()), (*other.normal(), *other.stacked()), strict=True
    ):
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-10)


def test_what_two_programs_share_is_taken_over_where_q_is_the_same(kernels: Kernels) -> None:
    robot, rng = kernels[0].robot, np.random.default_rng(4)
    asked = tables(robot, rng)
    q, elsewhere = (random_configuration(robot, rng).q for _ in range(2))
    for kernel in kernels:
        first = [kernel.compiled(table) for table in asked[:6]]
        other = [*(kernel.compiled(table) for table in asked[4:]), *first[2:5]]
        known = kernel.evaluate(first, q)
        for at in (q, elsewhere):
            fresh, taken = kernel.evaluate(other, at), kernel.evaluate(other, at, known)
            assert (taken.cost, taken.violation) == (fresh.cost, fresh.violation)
            assert (taken.counts, taken.figures) == (fresh.counts, fresh.figures)
            assert taken.cost + taken.violation > 0.0
            np.testing.assert_array_equal(taken.configuration.q, at)
            for a, b in zip(
                (*taken.normal(), *taken.stacked()),
                (*fresh.normal(), *fresh.stacked()),
                strict=True,
            ):
                np.testing.assert_array_equal(a, b)


def test_cost_and_violation_are_those_of_all_entries(kernels: Kernels) -> None:
    robot, rng = kernels[0].robot, np.random.default_rng(5)
    asked = tables(robot, rng)
    for found in evaluated(kernels, asked, random_configuration(robot, rng).q):
        assert found.cost == pytest.approx(sum(found.figures[:6]), rel=1e-12)
        assert found.violation == max(found.figures[6:]) > 0.0


def test_an_empty_program_has_no_rows(kernels: Kernels) -> None:
    nv = kernels[0].robot.nv
    for found in evaluated(kernels, [], kernels[0].robot.rest):
        assert (found.counts, found.figures) == ([], [])
        assert [a.shape for a in found.stacked()] == [(0, nv), (0,), (0,)]
        assert [float(np.abs(a).max()) for a in found.normal()] == [0.0, 0.0]


def test_kinematics_are_those_of_pinocchio(kernels: Kernels) -> None:
    rng = np.random.default_rng(0)
    for _ in range(5):
        q = random_configuration(kernels[0].robot, rng).q
        fast, slow = (found.configuration for found in evaluated(kernels, [], q))
        for name in ("q", "rotations", "translations", "spheres", "_jacobian"):
            np.testing.assert_allclose(getattr(fast, name), getattr(slow, name), atol=1e-12)
            assert not getattr(fast, name).flags.writeable


@pytest.mark.parametrize("turn", [0.0, 1e-10, 1e-6, 1e-2, 0.49, 0.51, 3.0])
def test_differences_of_configurations_are_those_of_pinocchio(
    kernels: Kernels, turn: float
) -> None:
    robot, rng = kernels[0].robot, np.random.default_rng(9)
    for _ in range(5):
        q = random_configuration(robot, rng).q
        step = rng.normal(size=robot.nv)
        step[3:6] *= turn / np.linalg.norm(step[3:6])
        origins = [robot.integrate(q, s * step) for s in (1.0, -0.5)]
        origins[1][3:7] *= -1.0  # the same rotation
        asked = [LeastSquares(TangentDifference((origin,), np.array([-1.0]))) for origin in origins]
        asked.append(LeastSquares(TangentDifference(tuple(origins), np.array([-1.5, 0.5]))))
        one, other = evaluated(kernels, asked, q)
        for k in range(3):
            for a, b in zip(one.rows(k), other.rows(k), strict=True):
                np.testing.assert_allclose(a, b, atol=1e-12)


def test_the_ground_is_met_at_the_same_vertices(kernels: Kernels) -> None:
    robot, rng = kernels[0].robot, np.random.default_rng(2)
    for _ in range(5):
        posed = random_configuration(robot, rng)
        level = float(np.quantile(posed.spheres[:, 2], 0.2))
        asked = [Within(Clearance((), level), 0.0, np.inf)]
        one, other = evaluated(kernels, asked, posed.q)
        order = [np.lexsort(np.column_stack(found.rows(0)).T.round(9)) for found in (one, other)]
        for a, b in zip(one.rows(0), other.rows(0), strict=True):
            np.testing.assert_allclose(a[order[0]], b[order[1]], atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_distances_to_solids_are_those_of_coal(kernels: Kernels, seed: int) -> None:
    robot, rng = kernels[0].robot, np.random.default_rng(seed)
    cloud = Shape.convex(rng.normal(size=(80, 3)) * 0.12)
    obstacles = [
        Obstacle.from_shape("box", Shape.box((0.3, 0.2, 0.4))),
        Obstacle.from_shape("stone", cloud),
    ]
    hulls = [np.array([k]) for k in range(len(robot.hulls))]
    apart = inside = 0
    for _ in range(6):
        posed = random_configuration(robot, rng)
        turn = rng.normal(size=4)
        place = posed.landmarks()[rng.integers(15)] + rng.uniform(-0.2, 0.2, 3)
        pose = np.concatenate([place, turn / np.linalg.norm(turn)])
        for obstacle in obstacles:
            # The nearest place of every hull, near by and far away.
            placed = ((obstacle, pose),) * len(hulls)
            asked = [
                Within(HandDistances(placed, tuple(hulls)), -np.inf, 0.1),
                Within(Clearance(((obstacle, pose),), None, 0.1), 0.0, np.inf),
            ]
            one, other = evaluated(kernels, asked, posed.q)
            (least, _), (expected, _) = one.rows(0), other.rows(0)
            np.testing.assert_allclose(least, expected, atol=2e-6)
            near = np.sort(expected[expected < 0.1])
            assert one.counts[1] >= len(near)
            if len(near):
                assert one.rows(1)[0].min() == pytest.approx(near[0], abs=2e-6)
            apart, inside = apart + np.sum(near > 0.0), inside + np.sum(near < 0.0)
    assert apart > 20
    assert inside > 20


def test_rates_of_distances_are_those_of_coal_where_a_place_is_the_only_one(
    kernels: Kernels,
) -> None:
    robot, rng = kernels[0].robot, np.random.default_rng(3)
    stone = Obstacle.from_shape("stone", Shape.convex(rng.normal(size=(80, 3)) * 0.12))
    hulls = tuple(np.array([k]) for k in range(len(robot.hulls)))
    compared = 0
    for _ in range(4):
        posed = random_configuration(robot, rng)
        pose = np.array([*(posed.landmarks()[0] + [0.6, 0.0, 0.0]), 0.0, 0.0, 0.0, 1.0])
        asked = [Within(HandDistances(((stone, pose),) * len(hulls), hulls), -np.inf, 0.1)]
        one, other = (found.rows(0) for found in evaluated(kernels, asked, posed.q))
        close = np.abs(one[1] - other[1]).max(axis=1) < 1e-3
        compared += int(close[other[0] > 0.01].sum())
        assert np.mean(close[other[0] > 0.01]) > 0.9  # not where an edge faces an edge
    assert compared > 50


def test_a_dented_hull_is_entered_as_deep(kernels: Kernels) -> None:
    robot = kernels[0].robot
    rng = np.random.default_rng(4)
    points = rng.normal(size=(3000, 3))
    points *= 0.2 / np.linalg.norm(points, axis=1)[:, None]
    hull = Shape.convex(points)
    vertices = np.array(hull.vertices)
    vertices[vertices[:, 0] > 0.1] *= 0.98  # a cap of it is pressed in by 4 mm
    scan = Shape(vertices, hull.faces, hull.parts, ("not convex",))
    obstacle = Obstacle.from_shape("scan", scan, true=True)
    assert obstacle.dents is not None
    plain, entered = Obstacle.from_shape("hull", hull), 0
    for _ in range(10):
        posed = random_configuration(robot, rng)
        hand = robot.hands[0]
        palm = posed.positions(np.array([hand.joint]), hand.point[None])[0]
        pose = np.array([*(palm - [0.2, 0.0, 0.0]), 0.0, 0.0, 0.0, 1.0])
        asked = [Within(HandDistances(((obstacle, pose),), (hand.hulls,)), -np.inf, 0.0)]
        one, other = (found.rows(0)[0] for found in evaluated(kernels, asked, posed.q))
        np.testing.assert_allclose(one, other, atol=2e-6)
        asked = [Within(HandDistances(((plain, pose),), (hand.hulls,)), -np.inf, 0.0)]
        more = one - evaluated(kernels, asked, posed.q)[1].rows(0)[0]
        assert np.all(more <= DEEPEST + 1e-6)
        entered += int(np.sum(more > 1e-5))
    assert entered > 0


def test_an_obstacle_is_not_kept_longer_than_it_is_used(kernels: Kernels) -> None:
    kernel, pose = kernels[0], np.array([0.5, 0.0, 0.8, 0.0, 0.0, 0.0, 1.0])
    for shape in (Shape.box((0.3, 0.2, 0.4)), Shape.from_mesh(*meshes.sheet().arrays)):
        obstacle = Obstacle.from_shape("thing", shape, true=True)
        asked = Within(Clearance(((obstacle, pose),), None, 0.3), 0.0, np.inf)
        holding = kernel.holding([obstacle])
        found = [k.evaluate([k.compiled(asked)], kernel.robot.rest) for k in (kernel, holding)]
        assert found[0].figures == found[1].figures
        assert found[0].counts == found[1].counts
        known = ref(obstacle)
        del obstacle, asked
        gc.collect()
        assert known() is not None  # held
        del holding, found
        gc.collect()
        assert known() is None


def test_pairs_of_the_robots_own_hulls_are_those_of_coal(kernels: Kernels) -> None:
    robot, rng = kernels[0].robot, np.random.default_rng(5)
    found = 0
    for _ in range(20):
        q = random_configuration(robot, rng).q
        asked = [Within(SelfClearance(0.05), 0.0, np.inf)]
        one, other = (np.sort(e.rows(0)[0]) for e in evaluated(kernels, asked, q))
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, atol=2e-6)
        found += len(one)
    assert found > 50


@pytest.mark.parametrize("count", [5, 20, 139, 300])
def test_neighbours_are_those_of_qhull(count: int) -> None:
    rng = np.random.default_rng(count)
    for _ in range(20):
        points = rng.normal(size=(count, 3)) * rng.uniform(0.2, 1.0, 3)
        expected = np.zeros((count, count), dtype=bool)
        for simplex in Delaunay(points).simplices:
            expected[np.ix_(simplex, simplex)] = True
        np.fill_diagonal(expected, False)
        np.testing.assert_array_equal(native.adjacency(points), expected)
        np.testing.assert_array_equal(reference_mesh.adjacency(points), expected)


def test_laplacians_and_their_reduction_are_the_same() -> None:
    rng = np.random.default_rng(7)
    points = rng.normal(size=(60, 3))
    adjacent = reference_mesh.adjacency(points)
    deltas = reference_mesh.deltas(adjacent, points)
    np.testing.assert_allclose(native.deltas(adjacent, points), deltas, atol=1e-13)
    for moving in (15, 60):
        given = adjacent, deltas + 0.01, points[moving:] + 0.05, rng.random(60) + 0.1
        one, other = native.laplacian_target(*given), reference_mesh.laplacian_target(*given)
        for a, b in zip(one, other, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6)


def test_points_in_degenerate_position_are_left_to_qhull() -> None:
    grid = np.array([[x, y, z] for x in range(3) for y in range(3) for z in range(3)], float)
    flat = np.random.default_rng(0).normal(size=(10, 3)) * [1.0, 1.0, 0.0]
    for points in (grid, flat):
        assert native._native.adjacency(points) is None
        np.testing.assert_array_equal(native.adjacency(points), reference_mesh.adjacency(points))


def test_arrays_that_do_not_fit_are_refused(kernels: Kernels) -> None:
    kernel, one = kernels[0], np.array([1])
    with pytest.raises(ValueError, match="wrong size"):
        kernel.evaluate([], np.zeros(5))
    short = PointOffsets(one, np.zeros((2, 3)), np.zeros((1, 3)), np.zeros((1, 3)))
    with pytest.raises(ValueError, match="PointOffsets: sizes do not fit"):
        kernel.compiled(LeastSquares(short))
    nowhere = PointOffsets(np.array([999]), *np.zeros((3, 1, 3)))
    with pytest.raises(IndexError, match="no such joint"):
        kernel.evaluate([kernel.compiled(LeastSquares(nowhere))], kernel.robot.rest)
    weights = LeastSquares(PointOffsets(one, *np.zeros((3, 1, 3))), np.zeros(3))
    with pytest.raises(ValueError, match="one for each row"):
        kernel.evaluate([kernel.compiled(weights)], kernel.robot.rest)


def test_a_clip_is_retargeted_alike_by_both() -> None:
    clip = lift_box().crop(40, 60)
    places = []
    for compiled in (True, False):
        robot = RobotModel.load("g1", compiled=compiled)
        result = retarget(clip, robot)
        places.append([robot.configuration(q).landmarks() for q in result.trajectory.q])
    assert np.abs(np.subtract(*places)).max() < 1e-3


def test_wanting_what_was_not_built_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "_native", None)
    assert isinstance(kernel_of(RobotModel.load("g1")), reference.ReferenceKernel)
    with pytest.raises(RobotError, match="C\\+\\+ compiler"):
        Retargeter(RobotModel.load("g1", compiled=True))
