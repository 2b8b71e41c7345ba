"""The contract of every objective."""

from __future__ import annotations

from kinemesh.kernel import LeastSquares, Residual
from kinemesh.problem import Term


class Objective(Term[LeastSquares, Residual]):
    """A term of the cost. Subclasses are frozen dataclasses: parameters in, no memory.

    One of ``rows``, ``neighbour_rows`` and ``evaluate`` says what it asks
    (:class:`kinemesh.problem.Term`): tables as :class:`~kinemesh.kernel.LeastSquares`, or a
    :class:`~kinemesh.kernel.Residual` at a configuration.
    """
