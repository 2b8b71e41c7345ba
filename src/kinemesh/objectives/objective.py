"""The contract of every objective."""

from __future__ import annotations

from kinemesh.problem import LeastSquares, Residual, Term


class Objective(Term[LeastSquares, Residual]):
    """A term of the cost. Subclasses are frozen dataclasses: parameters in, no memory.

    One of ``rows``, ``neighbour_rows`` and ``evaluate`` says what it asks
    (:class:`kinemesh.problem.Term`): tables as :class:`~kinemesh.problem.LeastSquares`, or a
    :class:`~kinemesh.problem.Residual` at a configuration.
    """
