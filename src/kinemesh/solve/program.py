"""What all terms ask of a frame: asked once, handed to a kernel, good at every configuration."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from copy import copy
from typing import Any, NamedTuple

import numpy as np

from kinemesh.arrays import Array
from kinemesh.constraints import Constraint, StepBox
from kinemesh.kernel import (
    Bounded,
    Box,
    Evaluated,
    JointRange,
    Kernel,
    LeastSquares,
    Residual,
    Search,
    SearchRule,
    Within,
)
from kinemesh.objectives import Objective
from kinemesh.problem import ALONE, PENALTY, Frame, Neighbours, way_of
from kinemesh.robot import Configuration, RobotModel

_ROWS, _BOUNDS = (LeastSquares, Within), (JointRange, Box)
"""Tables for the kernel, and those of a step box."""


class Named(NamedTuple):
    """A term, its name in reports, and how it says what it asks."""

    name: str
    term: Any
    way: str
    """``rows``, ``neighbour_rows`` or ``evaluate``."""
    gives: tuple[type, ...]
    """What it gives in that way."""
    price: float | None
    """What it costs to break a row of a constraint by 1 m; None for other terms."""

    def fitting(self, answer: Any) -> Any:
        """``answer``, of the kind that such a term gives, or None."""
        if answer is not None and not isinstance(answer, self.gives):
            raise TypeError(
                f"{self.way}() of {type(self.term).__name__} gives {type(answer).__name__}; "
                f"expected {' or '.join(kind.__name__ for kind in self.gives)}, or None"
            )
        return answer


class Terms:
    """Objectives and constraints, named and sorted by how they are asked.

    Attributes:
        objectives: what is wanted.
        constraints: what must hold.
        named: every term with its name, each its own: ``posture``, ``posture 2``, ...
        evaluated: places among the named of those that are evaluated in Python.

    Raises:
        OptionError: a term says what it asks in no way, or in several.
    """

    def __init__(
        self, objectives: Sequence[Objective], constraints: Sequence[Constraint | StepBox]
    ) -> None:
        self.objectives = tuple(objectives)
        self.constraints = tuple(constraints)
        self.named = [*_named(self.objectives), *_named(self.constraints)]
        by_way: dict[str, list[int]] = {"rows": [], "neighbour_rows": [], "evaluate": []}
        for k, named in enumerate(self.named):
            by_way[named.way].append(k)
        self._own, self._beside, self.evaluated = by_way.values()

    def own_tables(
        self, robot: RobotModel, frame: Frame, skip: Container[int] = ()
    ) -> dict[int, Any]:
        """What the terms that look at the frame alone ask of it, by their place among the named."""
        asked = ((k, self.named[k]) for k in self._own if k not in skip)
        return {k: one.fitting(one.term.rows(robot, frame)) for k, one in asked}

    def neighbour_tables(
        self, robot: RobotModel, frame: Frame, neighbours: Neighbours
    ) -> dict[int, Any]:
        """What those that look at the frames before and after ask."""
        asked = ((k, self.named[k]) for k in self._beside)
        return {
            k: one.fitting(one.term.neighbour_rows(robot, frame, neighbours)) for k, one in asked
        }

    def values(
        self, configuration: Configuration, frame: Frame, neighbours: Neighbours
    ) -> dict[int, Any]:
        """What those that are evaluated in Python say at a configuration, where they are active."""
        asked = ((k, self.named[k]) for k in self.evaluated)
        said = {
            k: one.fitting(one.term.evaluate(configuration, frame, neighbours)) for k, one in asked
        }
        return {k: value for k, value in said.items() if value is not None}


def _named(terms: Iterable[Objective | Constraint | StepBox]) -> list[Named]:
    """The terms, with a number in the name where one is taken: no report overwrites another."""
    found: list[Named] = []
    for term in terms:
        name, count = term.name, 1
        while name in {one.name for one in found}:
            count += 1
            name = f"{term.name} {count}"
        way = way_of(term)
        price = None
        if isinstance(term, Constraint):
            price = PENALTY[min(term.sacrifice, len(PENALTY)) - 1]
        found.append(Named(name, term, way, _gives(term, way == "evaluate"), price))
    return found


def _gives(term: object, value: bool) -> tuple[type, ...]:
    if isinstance(term, Objective):
        return (Residual,) if value else (LeastSquares,)
    if isinstance(term, Constraint):
        return (Bounded,) if value else (Within,)
    return (Box,) if value else (JointRange, Box)


class Program:
    """What all terms ask of a frame among its neighbours.

    Attributes:
        terms: who asks.
        frame: the instant.
        neighbours: the frames before and after.
        asked: what the terms asked, by their place among ``terms.named``.
        places: of which of these the kernel has tables of rows.
        asking: the terms at these places.
    """

    def __init__(
        self, terms: Terms, kernel: Kernel, frame: Frame, neighbours: Neighbours = ALONE
    ) -> None:
        self.terms, self.frame = terms, frame
        self._kernel = kernel
        self._set_own(terms.own_tables(kernel.robot, frame), {})
        self._set(neighbours)

    def asked_by(self, terms: Terms, frame: Frame) -> Program:
        """What other terms ask, of ``frame`` alone; in the same frame shared terms are not asked.

        Args:
            terms: the other terms.
            frame: the program's own, or one that says more.
        """
        if frame is not self.frame:
            return Program(terms, self._kernel, frame)
        other = copy(self)
        known = [(one.term, k) for k, one in enumerate(self.terms.named) if k in self._own]
        shared = {
            n: k for n, one in enumerate(terms.named) for term, k in known if term is one.term
        }
        new = terms.own_tables(self.robot, frame, skip=shared)
        other.terms = terms
        ready = {n: self._ready[k] for n, k in shared.items() if k in self._ready}
        other._set_own({n: self._own[k] for n, k in shared.items()} | new, ready)
        other._set(ALONE)
        return other

    def among(self, neighbours: Neighbours) -> Program:
        """The same frame among other neighbours: only what looks at these is asked again."""
        other = copy(self)
        other._set(neighbours)
        return other

    def _set_own(self, own: dict[int, Any], ready: dict[int, Any]) -> None:
        """What the frame alone is asked, of which some is ready."""
        self._own = own
        self._ready = ready | self._compiled({k: t for k, t in own.items() if k not in ready})
        tables = own.values()
        self._own_box = Box.meet(self.robot.nv, (t for t in tables if isinstance(t, Box)))
        self._own_joints = [t for t in tables if isinstance(t, JointRange)]

    def _set(self, neighbours: Neighbours) -> None:
        beside = self.terms.neighbour_tables(self._kernel.robot, self.frame, neighbours)
        ready = self._ready | self._compiled(beside)
        self.neighbours = neighbours
        self.asked = self._own | beside
        self.places = sorted(ready)
        self._program = [ready[k] for k in self.places]
        self.asking = [self.terms.named[k] for k in self.places]
        boxes = [table for table in beside.values() if isinstance(table, Box)]
        self._fixed = Box.meet(self.robot.nv, (self._own_box, *boxes)) if boxes else self._own_box
        ranges = [table for table in beside.values() if isinstance(table, JointRange)]
        self._joints = JointRange.meet([*self._own_joints, *ranges])

    @property
    def ranges(self) -> list[tuple[str, JointRange | Box]]:
        """Name and table of every step box."""
        named = ((self.terms.named[k].name, table) for k, table in sorted(self.asked.items()))
        return [(name, table) for name, table in named if isinstance(table, _BOUNDS)]

    def _compiled(self, tables: dict[int, Any]) -> dict[int, Any]:
        """What the kernel makes of the tables of rows."""
        rows = ((k, t) for k, t in tables.items() if isinstance(t, _ROWS))
        return {k: self._kernel.compiled(table) for k, table in rows}

    def box(self, q: Array) -> Box:
        """The bounds on a step from ``q`` ``(nq,)``, all step boxes with tables together."""
        if self._joints is None:
            return self._fixed
        lower, upper = self._fixed.lower.copy(), self._fixed.upper.copy()
        np.maximum(lower[6:], self._joints.lower - q[7:], out=lower[6:])
        np.minimum(upper[6:], self._joints.upper - q[7:], out=upper[6:])
        return Box(lower, upper, self._fixed.radius)

    def evaluate(self, q: Array) -> Evaluated:
        """The tables of rows at ``q`` ``(nq,)``: those of the terms at ``places``."""
        return self._kernel.evaluate(self._program, q)

    def search(self, rule: SearchRule) -> Search | None:
        """What searches the program; None where it is left to the loop, or asks what no QP has."""
        whole = not self.terms.evaluated and self.robot.coupling is None
        if not whole or self._fixed.radius is not None:
            return None
        prices = [one.price or 0.0 for one in self.asking]
        return self._kernel.search(self._program, prices, self._fixed, self._joints, rule)

    @property
    def robot(self) -> RobotModel:
        """Whose program it is."""
        return self._kernel.robot
