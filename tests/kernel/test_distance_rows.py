"""Rows on distances: GJK and expanding polytopes against coal, and the reverse."""

from __future__ import annotations

import gc
from weakref import ref

import numpy as np
import pytest
from two_kernels import Kernels, evaluated

import meshes
from kinemesh.kernel import Clearance, HandDistances, SelfClearance, Within
from kinemesh.motion import Shape
from kinemesh.proximity import Obstacle, distances_to_obstacle
from kinemesh.proximity.hull_clearance import DEEPEST
from kinemesh.testing import random_configuration


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


def test_distances_to_the_ground_are_those_of_the_lowest_vertex(kernels: Kernels) -> None:
    robot, rng = kernels[0].robot, np.random.default_rng(5)
    pads = (*(np.array([k]) for k in range(len(robot.hulls))), np.array([3, 7, 9]))
    for _ in range(4):
        posed = random_configuration(robot, rng)
        level = np.array([0.0, 0.0, rng.uniform(-0.3, 0.3), 0.0, 0.0, 0.0, 1.0])
        asked = [Within(HandDistances(((None, level),) * len(pads), pads), -np.inf, 0.1)]
        one, other = (found.rows(0) for found in evaluated(kernels, asked, posed.q))
        lowest = [
            min(
                posed.positions(np.full(len(h.vertices), h.joint), h.vertices)[:, 2].min()
                for h in (robot.hulls[k] for k in pad)
            )
            - level[2]
            for pad in pads
        ]
        for values, rates in (one, other):
            np.testing.assert_allclose(values, lowest, atol=1e-12)
            step = 1e-6 * rng.normal(size=robot.nv)
            moved = evaluated(kernels, asked, robot.integrate(posed.q, step))[0].rows(0)[0]
            np.testing.assert_allclose(moved - values, rates @ step, atol=1e-9)


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


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_true_surface_is_met_at_the_same_places(kernels: Kernels) -> None:
    robot, rng = kernels[0].robot, np.random.default_rng(7)
    mesh = meshes.sofa()
    sofa = Shape.from_mesh(0.4 * mesh.arrays[0], mesh.arrays[1])
    obstacle = Obstacle.from_shape("sofa", sofa, true=True)
    assert obstacle.surface is not None
    apart = inside = points = 0
    for k in range(20):
        posed = random_configuration(robot, rng)
        turn = rng.normal(size=4)
        place = posed.landmarks()[rng.integers(15)] + rng.uniform(-0.1, 0.1, 3)
        placed = ((obstacle, np.concatenate([place, turn / np.linalg.norm(turn)])),)
        hands = tuple(hand.hulls for hand in robot.hands)
        asked = [
            Within(Clearance(placed, None, (0.05, 0.01)[k % 2]), 0.0, np.inf),
            Within(HandDistances(placed * len(hands), hands), -np.inf, 0.1),
        ]
        one, other = evaluated(kernels, asked, posed.q)
        assert one.counts == other.counts
        for row in range(2):
            for a, b in zip(one.rows(row), other.rows(row), strict=True):
                np.testing.assert_allclose(a, b, atol=1e-9)
        found = distances_to_obstacle(posed, *placed[0], 0.05)
        apart += np.sum(found.distance > 0.0)
        inside += np.sum(found.distance < 0.0)
        for hull, place in zip(found.hulls, found.points, strict=True):
            own = robot.hulls[hull]
            corners = posed.positions(np.full(len(own.vertices), own.joint), own.vertices)
            points += np.linalg.norm(corners - place, axis=1).min() > 1e-6
    assert apart > 100
    assert inside > 200
    assert points > 100
