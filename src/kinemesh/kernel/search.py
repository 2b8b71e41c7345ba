"""What a search by QPs is told, and what it gives: the compiled kernel's whole inner loop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from kinemesh.arrays import Array


class SearchRule(NamedTuple):
    """When a search ends and what its QPs are made with."""

    tolerance: float
    """It ends when a step's cost is as foretold, to this share [1]."""
    feasibility: float
    """Rows broken by more than this cost something [m]; at the end by no more than half of it."""
    trust: float
    """Radius of the trust region [rad], [m]: a step as long as that was cut short."""
    smallest: float
    """A step shorter than this [rad], [m] changes nothing."""
    damping: float
    """On the Hessian's diagonal."""
    rounding: float
    """Quadratic price of a row that gives way [1/m^2]."""


class Searched(NamedTuple):
    """Where a search ended."""

    evaluated: Any
    """The program there: :class:`kinemesh.kernel.Evaluated`."""
    merit: float
    """What the search lowered, there."""
    done: int
    """QPs solved."""


class Search(Protocol):
    """A program ready to be searched. None for an answer: a QP had no solution that was found."""

    def solved(self, q: Array, most: int) -> Searched | None:
        """Iterated from ``q`` ``(nq,)``, at most so many QPs."""

    def improved(self, q: Array, shares: Sequence[float]) -> Searched | None:
        """One step from ``q``, or the first of these shares of it that does not raise the merit."""
