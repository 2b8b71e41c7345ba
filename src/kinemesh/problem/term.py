"""What all terms have in common: a name, and one of three ways to say what they ask."""

from __future__ import annotations

from inspect import signature
from typing import Any, Generic, TypeVar

from kinemesh.errors import OptionError
from kinemesh.problem.frame import Frame
from kinemesh.problem.neighbours import Neighbours
from kinemesh.robot import Configuration, RobotModel

Table = TypeVar("Table")
Value = TypeVar("Value")

WAYS = {
    "rows": ("robot", "frame"),
    "neighbour_rows": ("robot", "frame", "neighbours"),
    "evaluate": ("configuration", "frame", "neighbours"),
}
"""The methods of which a term has one, and what each is given."""


class Term(Generic[Table, Value]):
    """A term of a frame's problem. Subclasses are frozen dataclasses: parameters in, no memory.

    A term says what it asks in one of three methods:

    * :meth:`rows`: tables that depend on the frame alone. Asked once a frame.
    * :meth:`neighbour_rows`: tables that depend on the frames before and after too. Asked whenever
      these change.
    * :meth:`evaluate`: values and Jacobian at a configuration, where no table says it. Asked in
      every iteration.
    """

    @property
    def name(self) -> str:
        """The name that reports use, with a number where two terms share it.

        A field of a subclass, ``name: str = "left hand"``, takes its place.
        """
        return type(self).__name__.lower()

    def rows(self, robot: RobotModel, frame: Frame) -> Table | None:
        """What the term asks of ``frame``, as data; None if inactive."""
        return None

    def neighbour_rows(
        self, robot: RobotModel, frame: Frame, neighbours: Neighbours
    ) -> Table | None:
        """What it asks of ``frame`` among its ``neighbours``, as data; None if inactive."""
        return None

    def evaluate(
        self, configuration: Configuration, frame: Frame, neighbours: Neighbours
    ) -> Value | None:
        """What it comes to at ``configuration``; None if inactive.

        The Jacobian is with respect to a tangent step v, q <- q (+) v.
        """
        return None


def way_of(term: Term[Any, Any]) -> str:
    """Which of ``rows``, ``neighbour_rows`` and ``evaluate`` the term has, of its last class.

    Raises:
        OptionError: it has none, or several, or one that does not take what it is given.
    """
    own: list[str] = []
    for cls in type(term).__mro__:
        own = [] if cls is Term else [way for way in WAYS if way in vars(cls)]
        if own or cls is Term:
            break
    if len(own) != 1:
        raise OptionError(
            f"{type(term).__name__} defines {' and '.join(own) or 'none'} of {', '.join(WAYS)}; "
            f"expected one: rows() or neighbour_rows() for tables, or evaluate()"
        )
    way, given = own[0], WAYS[own[0]]
    try:
        signature(getattr(term, way)).bind(*given)
    except TypeError:
        raise OptionError(
            f"{way}{signature(getattr(term, way))} of {type(term).__name__} does not take what it "
            f"is given; expected {way}({', '.join(given)})"
        ) from None
    return way
