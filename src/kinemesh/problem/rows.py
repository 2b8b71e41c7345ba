"""What a term says at one configuration: a residual to minimise, or rows to keep in bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from kinemesh.motion.arrays import Array


class Residual(NamedTuple):
    r"""A weighted least-squares term :math:`\sum_k w_k r_k^2 + c` and its linearisation."""

    value: Array
    """Residual :math:`r` ``(m,)``."""
    jacobian: Array
    r""":math:`\partial r / \partial v` ``(m, nv)``."""
    weight: float | Array = 1.0
    """Weight :math:`w`, one number or ``(m,)``."""
    constant: float = 0.0
    """Part of the cost that no step can change."""

    @property
    def cost(self) -> float:
        """The term's cost at this configuration."""
        return float(np.dot(self.weight * self.value, self.value)) + self.constant


@dataclass(frozen=True, eq=False)
class Bounded:
    r"""Rows :math:`l \le f(q) \le u` and their linearisation :math:`l \le f + J v \le u`.

    One description gives the rows of the QP, the violation that is left afterwards, and what
    the finite-difference test compares.
    """

    value: Array
    """:math:`f(q)` ``(m,)``."""
    jacobian: Array
    """:math:`\\partial f / \\partial v` ``(m, nv)``."""
    lower: Array | float
    """Lower bounds, one number or ``(m,)``; ``-inf`` for none."""
    upper: Array | float
    """Upper bounds, one number or ``(m,)``; ``inf`` for none."""

    def step_bounds(self) -> tuple[Array, Array]:
        """Bounds ``(m,)`` on ``jacobian @ v``."""
        return np.asarray(self.lower - self.value), np.asarray(self.upper - self.value)

    def excess(self) -> Array:
        """By how much each row is out of bounds now ``(m,)``; 0 where it holds."""
        over = np.maximum(self.value - self.upper, self.lower - self.value)
        return np.maximum(over, 0.0, out=over)

    def violation(self) -> float:
        """The largest amount by which a row is out of bounds now; 0 when all hold."""
        return float(self.excess().max(initial=0.0))


@dataclass(frozen=True, eq=False)
class Box:
    """Bounds on the tangent step itself: limits, velocity limits, trust region."""

    lower: Array
    """Lower bounds ``(nv,)``; ``-inf`` for none."""
    upper: Array
    """Upper bounds ``(nv,)``; ``inf`` for none."""
    radius: float | None = None
    """Bound on the Euclidean length of the step; None for none."""

    def violation(self) -> float:
        """How far the zero step, the configuration as it is, is out of bounds."""
        return max(0.0, float(self.lower.max()), -float(self.upper.min()))
