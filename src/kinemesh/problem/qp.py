r"""The QP of one iteration: terms in, a tangent step out.

.. math::

    \min_v \; \sum_k w_k \|r_k + J_k v\|^2 + \lambda \|v\|^2
    \quad \text{s.t.} \quad v_{\min} \le v \le v_{\max}, \qquad l \le A v \le u

When the rows cannot all hold, each gets a slack :math:`s \ge 0` with an exact (L1) penalty,
larger for rows that must give way later; the bounds on v are never relaxed, and as they always
contain a step (the one that stays within the limits), the relaxed program always has a solution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kinemesh.arrays import Array
from kinemesh.kernel import Bounded, Box, Residual
from kinemesh.kernel.reference import normal, stacked

DAMPING = 1e-6
"""Levenberg term: keeps the Hessian regular, far below every weight in use."""

PENALTY = (1e4, 1e3, 1e2, 3e1)
"""L1 weight of a row [1/m] by order of sacrifice, 1 first. Each is above any multiplier that
the soft terms give rise to, and well below the one that gives way after it."""

ROUNDING = 1e2
"""Quadratic weight of a slack [1/m^2]: without it the relaxed Hessian is all but singular, and
with it the penalty is still exact, because the linear part decides whether a slack is zero."""


class Block(NamedTuple):
    """The rows that one term contributed."""

    name: str
    """The term's name."""
    rows: slice
    """Where they stand in the matrix."""
    sacrifice: int
    """Which give way first: the highest."""


@dataclass(frozen=True, eq=False)
class QP:
    r"""``min 1/2 v'Hv + g'v`` with ``box_lower <= v <= box_upper``, ``lower <= A v <= upper``."""

    hessian: Array
    """``(nv, nv)``."""
    gradient: Array
    """``(nv,)``."""
    matrix: Array
    """Rows ``(m, nv)``."""
    lower: Array
    """``(m,)``."""
    upper: Array
    """``(m,)``."""
    box_lower: Array
    """``(nv,)``."""
    box_upper: Array
    """``(nv,)``."""
    radius: float | None = None
    """Bound on the Euclidean length of the step: the paper's cone."""
    blocks: tuple[Block, ...] = ()
    """Which rows are whose."""
    residuals: tuple[tuple[str, Residual], ...] = ()
    """The terms behind the Hessian, for a solver that wants them one by one."""
    slacks: int = 0
    """How many of the last variables are slacks and not part of the step."""
    coupling: Array | None = None
    """``(nv, nu)``: the steps that are possible, orthonormal columns with one number a row; all are
    where it is None."""

    @classmethod
    def build(
        cls,
        nv: int,
        residuals: Sequence[tuple[str, Residual]],
        rows: Sequence[tuple[str, int, Bounded]],
        boxes: Sequence[Box],
        coupling: Array | None = None,
    ) -> QP:
        """Stack named residuals, named rows with their order of sacrifice, and boxes."""
        hessian, gradient = normal(nv, [residual for _, residual in residuals])
        matrix, lower, upper = stacked(nv, [bounded for _, _, bounded in rows])
        counts = [(name, order, len(bounded.value)) for name, order, bounded in rows]
        arrays = hessian, gradient, matrix, lower, upper
        qp = cls.assemble(arrays, counts, Box.meet(nv, boxes), coupling)
        return replace(qp, residuals=tuple(residuals))

    @classmethod
    def assemble(
        cls,
        arrays: tuple[Array, Array, Array, Array, Array],
        counts: Sequence[tuple[str, int, int]],
        box: Box,
        coupling: Array | None = None,
    ) -> QP:
        """The program of given arrays.

        Args:
            arrays: Hessian, gradient, matrix, lower and upper bounds of its rows.
            counts: name and order of sacrifice of what the rows stand for, and how many it has.
            box: bounds on the step.
            coupling: the steps that are possible.
        """
        hessian, gradient, matrix, lower, upper = arrays
        nv = len(gradient)
        hessian.flat[:: nv + 1] += DAMPING
        # Each box holds at the iterate up to rounding; two that miss each other by an ulp
        # must not make the program infeasible.
        box_upper = np.maximum(box.upper, box.lower)
        blocks, start = [], 0
        for name, sacrifice, count in counts:
            blocks.append(Block(name, slice(start, start + count), sacrifice))
            start += count
        return cls(
            hessian,
            gradient,
            matrix,
            lower,
            upper,
            box.lower,
            box_upper,
            box.radius,
            tuple(blocks),
            coupling=coupling,
        )

    @property
    def nv(self) -> int:
        """Number of variables."""
        return len(self.gradient)

    @property
    def steps(self) -> int:
        """Number of variables that make up the tangent step."""
        return self.nv - self.slacks

    def objective(self, step: Array) -> float:
        """Value of the quadratic at ``step`` ``(nv,)``."""
        return float(0.5 * step @ self.hessian @ step + self.gradient @ step)

    def excess(self, step: Array) -> Array:
        """By how much ``step`` breaks each row ``(m,)``; 0 where it holds."""
        at = self.matrix @ step
        return np.asarray(np.maximum(np.maximum(at - self.upper, self.lower - at), 0.0))

    def rows_of(self, name: str) -> Array:
        """The rows ``(k, nv)`` that the term ``name`` contributed."""
        found = [self.matrix[block.rows] for block in self.blocks if block.name == name]
        return np.concatenate(found) if found else np.zeros((0, self.nv))

    def coupled(self) -> QP:
        """The same program over the steps that are possible: ``v = coupling @ u``."""
        ways = self.coupling
        if ways is None:
            return self
        lower, upper = np.full(ways.shape[1], -np.inf), np.full(ways.shape[1], np.inf)
        column = np.abs(ways).argmax(axis=1)
        for row, k in enumerate(column):
            ends = sorted((self.box_lower[row] / ways[row, k], self.box_upper[row] / ways[row, k]))
            lower[k], upper[k] = max(lower[k], ends[0]), min(upper[k], ends[1])
        return replace(
            self,
            hessian=ways.T @ self.hessian @ ways,
            gradient=self.gradient @ ways,
            matrix=self.matrix @ ways,
            box_lower=lower,
            box_upper=np.maximum(lower, upper),  # as in build()
            residuals=tuple(
                (name, r._replace(jacobian=r.jacobian @ ways)) for name, r in self.residuals
            ),
            coupling=None,
        )

    def relaxed(self) -> QP:
        """The same program over ``(v, s)``: every row may be broken, at an L1 price."""
        nv, count = self.nv, len(self.matrix)
        price = np.zeros(count)
        for block in self.blocks:
            price[block.rows] = PENALTY[min(block.sacrifice, len(PENALTY)) - 1]
        hessian = np.zeros((nv + count, nv + count))
        hessian[:nv, :nv] = self.hessian
        hessian[range(nv, nv + count), range(nv, nv + count)] = ROUNDING
        eye = np.eye(count)
        infinite = np.full(count, np.inf)
        return QP(
            hessian,
            np.concatenate([self.gradient, price]),
            np.block([[self.matrix, eye], [self.matrix, -eye]]),
            np.concatenate([self.lower, -infinite]),
            np.concatenate([infinite, self.upper]),
            np.concatenate([self.box_lower, np.zeros(count)]),
            np.concatenate([self.box_upper, infinite]),
            self.radius,
            slacks=count,
        )

    def save(self, path: str | Path) -> None:
        """Write the arrays to an ``.npz``, for a bug report."""
        names = ("hessian", "gradient", "matrix", "lower", "upper", "box_lower", "box_upper")
        np.savez_compressed(path, **{name: getattr(self, name) for name in names})
