"""Programs of every kind of row, at random: the two kernels judge each other."""

from __future__ import annotations

import numpy as np
import pytest
from two_kernels import Kernels, evaluated, tables

from kinemesh.kernel import Clearance, HandDistances, LeastSquares, SelfClearance, Within
from kinemesh.motion import Shape
from kinemesh.proximity import Obstacle
from kinemesh.robot import Configuration
from kinemesh.testing import random_configuration

DISTANCES = Clearance | SelfClearance | HandDistances


def distances(posed: Configuration, rng: np.random.Generator) -> list[LeastSquares | Within]:
    """Tables of every kind that is a distance, to things near a robot."""
    robot, placed = posed.robot, []
    for shape in (Shape.box((0.3, 0.2, 0.4)), Shape.convex(0.12 * rng.normal(size=(40, 3)))):
        turn = rng.normal(size=4)
        place = posed.landmarks()[rng.integers(15)] + rng.uniform(-0.3, 0.3, 3)
        pose = np.concatenate([place, turn / np.linalg.norm(turn)])
        placed.append((Obstacle.from_shape("thing", shape), pose))
    ground = float(np.quantile(posed.spheres[:, 2], 0.1))
    hands = HandDistances(tuple(placed), tuple(hand.hulls for hand in robot.hands))
    world, own = Clearance(tuple(placed), ground, 0.1), SelfClearance(0.05)
    return [
        Within(world, 0.0, np.inf),
        Within(own, 0.002, np.inf),
        Within(hands, -0.001, 0.001),
        LeastSquares(hands, 40.0),
        LeastSquares(world, 2.0, 0.1),
        LeastSquares(own, 3.0),
    ]


@pytest.mark.parametrize("seed", range(40))
def test_a_program_at_random_comes_to_the_same(kernels: Kernels, seed: int) -> None:
    robot, rng = kernels[0].robot, np.random.default_rng(seed)
    posed = random_configuration(robot, rng)
    every = tables(robot, rng) + distances(posed, rng)
    asked = [every[k] for k in rng.permutation(len(every))[: rng.integers(1, len(every) + 1)]]
    one, other = evaluated(kernels, asked, posed.q)
    assert one.counts == other.counts
    for k, table in enumerate(asked):
        far = isinstance(table.rows, DISTANCES)
        # Where several places are nearest each kernel takes one, and in an order of its own.
        (a, rate), (b, expected) = one.rows(k), other.rows(k)
        np.testing.assert_allclose(*map(np.sort, (a, b)), atol=2e-6 if far else 1e-12)
        if not far:
            np.testing.assert_allclose(rate, expected, atol=1e-12)
        assert one.figures[k] == pytest.approx(other.figures[k], rel=1e-12, abs=1e-4 * far)
        if isinstance(table, Within):
            excess = other.excess(k, 0.01)
            assert one.excess(k, 0.01) == pytest.approx(excess, rel=1e-12, abs=1e-4 * far + 1e-15)
    for found in (one, other):
        check_whole(found, asked, robot.nv)


def check_whole(found, asked: list[LeastSquares | Within], nv: int) -> None:
    """The QP's arrays are those of the entries."""
    hessian, gradient = np.zeros((nv, nv)), np.zeros(nv)
    matrix, low, high = [np.zeros((0, nv))], [np.zeros(0)], [np.zeros(0)]
    for k, table in enumerate(asked):
        value, rates = found.rows(k)
        if isinstance(table, LeastSquares):
            weighted = (rates.T * table.weight).T
            hessian += weighted.T @ rates
            gradient += weighted.T @ value
        else:
            matrix.append(rates)
            low.append(table.lower - value)
            high.append(table.upper - value)
    for mine, expected in zip(found.normal(), (hessian, gradient), strict=True):
        np.testing.assert_allclose(mine, expected, rtol=1e-10, atol=1e-9)
    for mine, expected in zip(found.stacked(), (matrix, low, high), strict=True):
        np.testing.assert_array_equal(mine, np.concatenate(expected))


def test_cost_and_violation_are_those_of_all_entries(kernels: Kernels) -> None:
    robot, rng = kernels[0].robot, np.random.default_rng(5)
    asked = tables(robot, rng)
    for found in evaluated(kernels, asked, random_configuration(robot, rng).q):
        assert found.cost == pytest.approx(sum(found.figures[:6]), rel=1e-12)
        assert found.violation == max(found.figures[6:]) > 0.0
