"""All terms of a frame: what they ask, as a program; and what that comes to at a configuration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any

import numpy as np

from kinemesh.constraints import Constraint, StepBox
from kinemesh.kernel import (
    Bounded,
    Box,
    Evaluated,
    JointRange,
    Kernel,
    LeastSquares,
    Residual,
    Within,
    kernel_of,
)
from kinemesh.motion.arrays import Array
from kinemesh.objectives import Objective
from kinemesh.problem import ALONE, PENALTY, QP, Frame, Neighbours, way_of
from kinemesh.result import FrameReport
from kinemesh.robot import Configuration, RobotModel


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
        self.named: list[tuple[str, Any]] = [
            *zip(_names(self.objectives), self.objectives, strict=True),
            *zip(_names(self.constraints), self.constraints, strict=True),
        ]
        ways = [way_of(term) for _, term in self.named]
        self._own = [k for k, way in enumerate(ways) if way == "rows"]
        self._beside = [k for k, way in enumerate(ways) if way == "neighbour_rows"]
        self.evaluated = [k for k, way in enumerate(ways) if way == "evaluate"]

    def own_tables(self, robot: RobotModel, frame: Frame) -> dict[int, Any]:
        """What the terms that look at the frame alone ask of it, by their place among the named."""
        return {
            k: _fitting(self.named[k][1], self.named[k][1].rows(robot, frame)) for k in self._own
        }

    def neighbour_tables(
        self, robot: RobotModel, frame: Frame, neighbours: Neighbours
    ) -> dict[int, Any]:
        """What those that look at the frames before and after ask."""
        asked = ((k, self.named[k][1]) for k in self._beside)
        return {k: _fitting(t, t.neighbour_rows(robot, frame, neighbours)) for k, t in asked}

    def values(
        self, configuration: Configuration, frame: Frame, neighbours: Neighbours
    ) -> dict[int, Any]:
        """What those that are evaluated in Python say at a configuration."""
        asked = ((k, self.named[k][1]) for k in self.evaluated)
        return {k: _fitting(t, t.evaluate(configuration, frame, neighbours)) for k, t in asked}


def _fitting(term: Any, answer: Any) -> Any:
    """``answer``, of the kind that such a term gives in the way that it has, or None."""
    way = way_of(term)
    value = way == "evaluate"
    kinds: tuple[type, ...]
    if isinstance(term, Objective):
        kinds = (Residual,) if value else (LeastSquares,)
    elif isinstance(term, Constraint):
        kinds = (Bounded,) if value else (Within,)
    else:
        kinds = (Box,) if value else (JointRange, Box)
    if answer is not None and not isinstance(answer, kinds):
        raise TypeError(
            f"{way}() of {type(term).__name__} gives {type(answer).__name__}; "
            f"expected {' or '.join(kind.__name__ for kind in kinds)}, or None"
        )
    return answer


def _names(terms: Iterable[Objective | Constraint | StepBox]) -> list[str]:
    """The terms' names, with a number where one is taken: no report overwrites another."""
    names: list[str] = []
    for term in terms:
        name, count = term.name, 1
        while name in names:
            count += 1
            name = f"{term.name} {count}"
        names.append(name)
    return names


class Program:
    """What all terms ask of a frame among its neighbours: tables, good at every configuration.

    Attributes:
        terms: who asks.
        frame: the instant.
        neighbours: the frames before and after.
        asked: what the terms asked, by their place among ``terms.named``.
        places: of which of these the kernel has tables of rows.
    """

    def __init__(
        self, terms: Terms, kernel: Kernel, frame: Frame, neighbours: Neighbours = ALONE
    ) -> None:
        self.terms, self.frame = terms, frame
        self._kernel = kernel
        self._own = terms.own_tables(kernel.robot, frame)
        self._ready = self._compiled(self._own)
        self._set(neighbours)

    def among(self, neighbours: Neighbours) -> Program:
        """The same frame among other neighbours: only what looks at these is asked again."""
        other = copy(self)
        other._set(neighbours)
        return other

    def _set(self, neighbours: Neighbours) -> None:
        beside = self.terms.neighbour_tables(self._kernel.robot, self.frame, neighbours)
        ready = self._ready | self._compiled(beside)
        self.neighbours = neighbours
        self.asked = self._own | beside
        self.places = sorted(ready)
        self._program = [ready[k] for k in self.places]

    def _compiled(self, tables: dict[int, Any]) -> dict[int, Any]:
        """What the kernel makes of the tables of rows."""
        return {
            k: self._kernel.compiled(table)
            for k, table in tables.items()
            if isinstance(table, LeastSquares | Within)
        }

    def evaluate(self, q: Array) -> Evaluated:
        """The tables of rows at ``q`` ``(nq,)``: those of the terms at :attr:`places`."""
        return self._kernel.evaluate(self._program, q)

    @property
    def robot(self) -> RobotModel:
        """Whose program it is."""
        return self._kernel.robot


class Evaluation:
    """A program at one configuration.

    Attributes:
        q: where it was evaluated ``(nq,)``.
        costs: the cost of every active objective, by name.
        cost: their sum.
        violations: the worst violation of every active constraint, by name.
        violation: the worst of these.
        boxes: name and bounds of every active step box.
    """

    def __init__(self, program: Program, q: Array) -> None:
        self.q = q
        self._program = program
        self._found = program.evaluate(q)
        named, found = program.terms.named, self._found
        # Where among the found a term is; a constraint without rows now is inactive.
        self._at = {
            k: n
            for n, k in enumerate(program.places)
            if found.counts[n] or isinstance(named[k][1], Objective)
        }
        said: dict[int, Any] = {}
        if program.terms.evaluated:
            said = program.terms.values(found.configuration, program.frame, program.neighbours)
        self._said = {k: value for k, value in said.items() if value is not None}
        self.costs: dict[str, float] = {}
        self.violations: dict[str, float] = {}
        self.boxes: list[tuple[str, Box]] = []
        for k, (name, term) in enumerate(named):
            if isinstance(term, StepBox):
                box = self._box(k)
                if box is not None:
                    self.boxes.append((name, box))
            elif k in self._at:
                figures = self.costs if isinstance(term, Objective) else self.violations
                figures[name] = found.figures[self._at[k]]
            elif k in self._said:
                value = self._said[k]
                if isinstance(term, Objective):
                    self.costs[name] = value.cost
                else:
                    self.violations[name] = value.violation()
        self.cost = sum(self.costs.values())
        self.violation = max(self.violations.values(), default=0.0)

    @property
    def configuration(self) -> Configuration:
        """The robot at :attr:`q`."""
        return self._found.configuration

    def _box(self, k: int) -> Box | None:
        asked = self._program.asked.get(k)
        if not isinstance(asked, JointRange):
            return self._said.get(k) if asked is None else asked
        # From its second number on q lies as the step does, as far as the joints go.
        return Box(asked.lower - self.q[1:], asked.upper - self.q[1:])

    def rows(self, k: int) -> Residual | Bounded | None:
        """What the term at place ``k`` among the named comes to; None if inactive."""
        table = self._program.asked.get(k)
        if k not in self._at:
            return self._said.get(k)
        found = self._found.rows(self._at[k])
        if isinstance(table, LeastSquares):
            return Residual(*found, table.weight, table.constant)
        return Bounded(*found, table.lower, table.upper)

    def merit(self, feasibility: float) -> float:
        """What a step must lower: half the cost plus the exact penalty of broken rows."""
        broken = 0.0
        for k, (name, term) in enumerate(self._program.terms.named):
            if self.violations.get(name, 0.0) > feasibility and isinstance(term, Constraint):
                price = PENALTY[min(term.sacrifice, len(PENALTY)) - 1]
                if k in self._at:
                    over = self._found.excess(self._at[k], feasibility)
                else:
                    over = float(np.maximum(self._said[k].excess() - feasibility, 0.0).sum())
                broken += price * over
        return 0.5 * self.cost + broken

    def qp(self, radius: float = np.inf, *, residuals: bool = False) -> QP:
        """The QP, with the step held within ``radius`` in every number.

        Args:
            radius: of a trust region.
            residuals: whether the terms behind the Hessian come with it, one by one.
        """
        robot = self._program.robot
        boxes = [box for _, box in self.boxes]
        if np.isfinite(radius):
            boxes.append(Box(np.full(robot.nv, -radius), np.full(robot.nv, radius)))
        named = self._program.terms.named
        if residuals or self._said:
            all_rows = [(*named[k], self.rows(k)) for k in range(len(named))]
            return QP.build(
                robot.nv,
                [(name, rows) for name, _, rows in all_rows if isinstance(rows, Residual)],
                [
                    (name, term.sacrifice, rows)
                    for name, term, rows in all_rows
                    if isinstance(rows, Bounded)
                ],
                boxes,
                robot.coupling,
            )
        counts = [
            (named[k][0], named[k][1].sacrifice, self._found.counts[n])
            for k, n in self._at.items()
            if isinstance(named[k][1], Constraint)
        ]
        arrays = (*self._found.normal(), *self._found.stacked())
        return QP.assemble(arrays, counts, boxes, robot.coupling)

    def report(self, index: int, iterations: int, tolerance: float) -> FrameReport:
        """The report of frame ``index``; rows broken by more than ``tolerance`` are relaxed."""
        relaxed = tuple(name for name, worst in self.violations.items() if worst > tolerance)
        violation = self.violations | {name: box.violation() for name, box in self.boxes}
        return FrameReport(index, iterations, self.costs, violation, relaxed)


def evaluate_term(
    term: Objective | Constraint | StepBox,
    configuration: Configuration,
    frame: Frame,
    neighbours: Neighbours = ALONE,
) -> Residual | Bounded | Box | None:
    """What one term comes to at a configuration; None if inactive.

    Raises:
        OptionError: the term says what it asks in no way, or in several.
    """
    terms = Terms([term], []) if isinstance(term, Objective) else Terms([], [term])
    program = Program(terms, kernel_of(configuration.robot), frame, neighbours)
    found = Evaluation(program, configuration.q)
    return found.boxes[0][1] if found.boxes else found.rows(0)
