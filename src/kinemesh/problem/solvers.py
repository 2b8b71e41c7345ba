"""The doors to the QP solvers: the only room that knows one.

``daqp``: dense active set, the default. ``osqp``: operator splitting with polishing. ``cvxpy``:
the paper's program as it is written, second-order cone trust region included, by Clarabel; slow,
and the judge of the other two.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import daqp
import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import NoStepError, SolveError
from kinemesh.problem.qp import DAMPING, QP

_CLARABEL = {"tol_gap_abs": 1e-11, "tol_gap_rel": 1e-11, "tol_feas": 1e-11}
"""The judge's accuracy: three digits beyond its defaults."""

_FREE = 1e20
"""Bounds beyond this are none, for solvers that want finite numbers."""


@dataclass(frozen=True, eq=False)
class Solution:
    """A step, and what it cost."""

    step: Array
    """Tangent step ``(nv,)``."""
    relaxed: bool
    """Whether the rows could not all hold, so that some were broken at a price."""


def solve(qp: QP, solver: str = "daqp") -> Solution:
    """Solve ``qp``; if its rows cannot all hold, solve its relaxation.

    Raises:
        SolveError: unknown solver, or no answer to the relaxation, which always has one:
            :class:`~kinemesh.NoStepError`, with the program.
    """
    if solver not in SOLVERS:
        raise SolveError(
            f"unknown solver {solver!r}",
            given=solver,
            expected=tuple(SOLVERS),
            lead="; known solvers:",
        )
    if qp.radius is not None and solver != "cvxpy":
        raise SolveError(
            f"a ball trust region is a second-order cone: {solver} has none",
            given=solver,
            advice="use cvxpy",
            then=", ",
        )
    if qp.coupling is not None:
        found = solve(qp.coupled(), solver)
        return Solution(qp.coupling @ found.step, found.relaxed)
    step = SOLVERS[solver](qp)
    if step is not None:
        return Solution(step, False)
    relaxed = qp.relaxed()
    step = SOLVERS[solver](relaxed)
    if step is None and solver != "cvxpy":
        step = _cvxpy(relaxed)
    if step is None:
        raise NoStepError(solver, qp)
    return Solution(step[: qp.nv], True)


def _daqp(qp: QP) -> Array | None:
    upper = np.concatenate([qp.box_upper, qp.upper])
    lower = np.concatenate([qp.box_lower, qp.lower])
    for bounds in (upper, lower):  # numpy.clip() takes twice as long
        np.minimum(np.maximum(bounds, -_FREE, out=bounds), _FREE, out=bounds)
    sense = np.zeros(len(upper), dtype=np.intc)
    step, _, flag, _ = daqp.solve(
        qp.hessian, qp.gradient, qp.matrix, upper, lower, sense, primal_tol=1e-8
    )
    if flag < 1:
        return None
    return np.array(step)


def _osqp(qp: QP) -> Array | None:
    import osqp
    from scipy import sparse

    free = np.asarray(np.linalg.solve(qp.hessian, -qp.gradient), dtype=np.float64)
    inside = np.all((free >= qp.box_lower) & (free <= qp.box_upper))
    if inside and not qp.excess(free).any():
        # Nothing is active: this is the answer, and OSQP would print that it cannot polish it.
        return free
    problem = osqp.OSQP()
    matrix = sparse.csc_matrix(np.vstack([np.eye(qp.nv), qp.matrix]))
    lower = np.concatenate([qp.box_lower, qp.lower])
    upper = np.concatenate([qp.box_upper, qp.upper])
    problem.setup(
        sparse.csc_matrix(np.triu(qp.hessian)),
        qp.gradient,
        matrix,
        lower,
        upper,
        verbose=False,
        eps_abs=1e-7,
        eps_rel=1e-7,
        max_iter=40000,
        polishing=True,
        check_dualgap=False,
    )
    result = problem.solve(raise_error=False)
    if result.info.status_val != osqp.SolverStatus.OSQP_SOLVED:
        return None
    return np.array(result.x)


def _cvxpy(qp: QP) -> Array | None:
    import cvxpy as cp

    step = cp.Variable(qp.nv)
    if qp.residuals:
        cost: Any = 0.5 * DAMPING * cp.sum_squares(step)
        for _, residual in qp.residuals:
            root = np.sqrt(np.broadcast_to(residual.weight, residual.value.shape))
            cost = cost + 0.5 * cp.sum_squares(
                (root[:, None] * residual.jacobian) @ step + root * residual.value
            )
    else:
        cost = 0.5 * cp.quad_form(step, cp.psd_wrap(qp.hessian)) + qp.gradient @ step
    rows: list[Any] = []
    for matrix, lower, upper in (
        (np.eye(qp.nv), qp.box_lower, qp.box_upper),
        (qp.matrix, qp.lower, qp.upper),
    ):
        low, high = np.isfinite(lower), np.isfinite(upper)
        if low.any():
            rows.append(matrix[low] @ step >= lower[low])
        if high.any():
            rows.append(matrix[high] @ step <= upper[high])
    if qp.radius is not None:
        rows.append(cp.norm(step[: qp.steps]) <= qp.radius)
    problem = cp.Problem(cp.Minimize(cost), rows)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an inaccurate solution is judged by its status below
        try:
            problem.solve(solver=cp.CLARABEL, **_CLARABEL)
        except cp.error.SolverError:
            return None
    if problem.status not in (cp.OPTIMAL, cp.OPTIMAL_INACCURATE) or step.value is None:
        return None
    return np.array(step.value)


SOLVERS: dict[str, Callable[[QP], Array | None]] = {
    "daqp": _daqp,
    "osqp": _osqp,
    "cvxpy": _cvxpy,
}
"""By name: what solves a program, None where it has no answer."""
