"""The compiled kernel's QPs against DAQP and Clarabel, where rows fit, do not fit and repeat."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinemesh.kernel import available, native
from kinemesh.problem import DAMPING, PENALTY, QP, ROUNDING, Block, solve

pytestmark = pytest.mark.skipif(not available(), reason="built without the compiled kernel")


def minimum(qp: QP, prices: np.ndarray | None = None) -> np.ndarray | None:
    """The step by the compiled kernel; None where the rows cannot all hold."""
    found = native._native.minimum(
        qp.hessian,
        qp.gradient,
        qp.box_lower,
        qp.box_upper,
        qp.matrix,
        qp.lower,
        qp.upper,
        np.zeros(0) if prices is None else prices,
        ROUNDING,
    )
    return found if len(found) else None


def program(rng: np.random.Generator, n: int, m: int, tight: float) -> QP:
    """Rows of which many are active, some the same, some next to equations; few can be broken."""
    factor = rng.normal(size=(2 * n, n)) * np.geomspace(1e-2, 10.0, n)
    matrix = rng.normal(size=(m, n))
    matrix[m // 2 : m // 2 + 3] = matrix[:3]
    matrix[-1] = matrix[0] + matrix[1]
    middle = matrix @ (0.05 * rng.normal(size=n)) + tight * rng.normal(size=m)
    half = np.where(rng.random(m) < 0.3, 1e-5, rng.exponential(0.05, m))
    lower, upper = middle - half, middle + half
    lower[rng.random(m) < 0.4] = -np.inf
    reach = rng.exponential(0.2, n)
    blocks = (Block("some", slice(0, m // 2), 1), Block("others", slice(m // 2, m), 3))
    return QP(
        factor.T @ factor + DAMPING * np.eye(n),
        10.0 * rng.normal(size=n),
        matrix,
        lower,
        upper,
        -reach,
        reach,
        blocks=blocks,
    )


@pytest.mark.parametrize("seed", range(40))
def test_a_minimum_is_the_packages_or_there_is_none(seed: int) -> None:
    rng = np.random.default_rng(seed)
    qp = program(rng, 35, int(rng.integers(8, 60)), 0.0 if seed % 3 else 0.01)
    other = solve(qp)
    found = minimum(qp)
    assert (found is None) == other.relaxed
    if found is not None:
        assert qp.excess(found).max() < 1e-7
        # Both keep rows to their own rounding, and what that is worth grows with the value.
        best = qp.objective(other.step)
        assert qp.objective(found) <= best + 1e-8 * max(10.0, abs(best))
        np.testing.assert_allclose(found, other.step, atol=1e-5)


@pytest.mark.parametrize("seed", range(12))
def test_rows_that_cannot_hold_give_way_as_clarabel_lets_them(seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    qp = program(rng, 20, 24, 0.3)
    assert minimum(qp) is None
    prices = np.repeat([PENALTY[0], PENALTY[2]], 12)
    wider = qp.relaxed()
    exact = solve(wider, "cvxpy").step
    found = minimum(qp, prices)
    assert found is not None
    whole = np.concatenate([found, qp.excess(found)])
    assert wider.objective(whole) == pytest.approx(wider.objective(exact), rel=1e-6)


def test_what_is_no_program_has_no_minimum() -> None:
    qp = program(np.random.default_rng(0), 5, 8, 0.0)
    with pytest.raises(RuntimeError, match="no end"):
        minimum(replace(qp, hessian=-qp.hessian))
    with pytest.raises(ValueError, match="sizes"):
        minimum(replace(qp, lower=qp.lower[1:]))
