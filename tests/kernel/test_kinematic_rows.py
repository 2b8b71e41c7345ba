"""Rows on points, axes and the configuration: the two kernels judge each other."""

from __future__ import annotations

import numpy as np
import pytest
from two_kernels import Kernels, evaluated, tables

from kinemesh.kernel import LeastSquares, PointOffsets, TangentDifference, Within
from kinemesh.testing import random_configuration


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


def test_arrays_that_do_not_fit_are_refused(kernels: Kernels) -> None:
    kernel, one = kernels[0], np.array([1])
    with pytest.raises(ValueError, match="wrong size"):
        kernel.evaluate([], np.zeros(5))
    short = PointOffsets(one, np.zeros((2, 3)), np.zeros((1, 3)), np.zeros((1, 3)))
    said = r"PointOffsets: sizes do not fit: joints \(1,\), points \(2, 3\), directions \(1, 3\)"
    with pytest.raises(ValueError, match=said):
        kernel.compiled(LeastSquares(short))
    nowhere = PointOffsets(np.array([999]), *np.zeros((3, 1, 3)))
    with pytest.raises(IndexError, match="no such joint"):
        kernel.evaluate([kernel.compiled(LeastSquares(nowhere))], kernel.robot.rest)
    weights = LeastSquares(PointOffsets(one, *np.zeros((3, 1, 3))), np.zeros(3))
    with pytest.raises(ValueError, match="one for each row"):
        kernel.evaluate([kernel.compiled(weights)], kernel.robot.rest)
