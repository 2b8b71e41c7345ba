"""All terms of a frame: what they ask, as a program; and what that comes to at a configuration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any

import numpy as np

from kinemesh.constraints import Constraint, StepBox
from kinemesh.objectives import Objective
from kinemesh.problem import (
    ALONE,
    PENALTY,
    QP,
    Bounded,
    Box,
    Frame,
    JointRange,
    LeastSquares,
    Neighbours,
    Point,
    Residual,
    Within,
    way_of,
)
from kinemesh.result import FrameReport
from kinemesh.robot import Configuration, RobotModel
from kinemesh.robot.kernel import costs, violations


class Terms:
    """Objectives and constraints, named and sorted by how they are asked.

    Attributes:
        objectives: what is wanted.
        constraints: what must hold.
        named: every term with its name, each its own: ``posture``, ``posture 2``, ...

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
        self._asked = [k for k, way in enumerate(ways) if way == "evaluate"]

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
        asked = ((k, self.named[k][1]) for k in self._asked)
        return {k: t.evaluate(configuration, frame, neighbours) for k, t in asked}


def _fitting(term: Any, table: Any) -> Any:
    """``table``, of the kind that such a term hands over, or None."""
    if isinstance(term, Objective):
        kinds: tuple[type, ...] = (LeastSquares,)
    else:
        kinds = (Within,) if isinstance(term, Constraint) else (JointRange, Box)
    if table is not None and not isinstance(table, kinds):
        raise TypeError(
            f"{way_of(term)}() of {type(term).__name__} gives {type(table).__name__}; "
            f"expected {' or '.join(kind.__name__ for kind in kinds)}, or None"
        )
    return table


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
        robot: of whom.
        frame: the instant.
        neighbours: the frames before and after.
        tables: what is asked, by the term's place in ``terms.named``.
    """

    def __init__(
        self, terms: Terms, robot: RobotModel, frame: Frame, neighbours: Neighbours = ALONE
    ) -> None:
        self.terms, self.robot, self.frame = terms, robot, frame
        self._own = terms.own_tables(robot, frame)
        self._set(neighbours)

    def _set(self, neighbours: Neighbours) -> None:
        self.neighbours = neighbours
        beside = self.terms.neighbour_tables(self.robot, self.frame, neighbours)
        self.tables = self._own | beside

    def among(self, neighbours: Neighbours) -> Program:
        """The same frame among other neighbours: only what looks at these is asked again."""
        other = copy(self)
        other._set(neighbours)
        return other


class Evaluation:
    """A program at one configuration.

    Attributes:
        configuration: where it was evaluated.
        residuals: name and residual of every active objective.
        rows: name, order of sacrifice and rows of every active constraint.
        costs: the cost of every active objective.
        cost: their sum.
        violations: the worst violation of every active constraint.
        violation: the worst of these.
        boxes: name and bounds of every active step box.
    """

    def __init__(self, program: Program, configuration: Configuration) -> None:
        self.configuration = configuration
        point, terms = Point(configuration), program.terms
        said = terms.values(configuration, program.frame, program.neighbours)
        self.residuals: list[tuple[str, Residual]] = []
        self.rows: list[tuple[str, int, Bounded]] = []
        self.boxes: list[tuple[str, Box]] = []
        for k, (name, term) in enumerate(terms.named):
            table, value = program.tables.get(k), said.get(k)
            if table is None and value is None:
                continue
            if isinstance(term, Objective):
                residual = point.residual(table) if value is None else value
                if residual is not None:
                    self.residuals.append((name, residual))
            elif isinstance(term, Constraint):
                bounded = point.bounded(table) if value is None else value
                if bounded is not None:
                    self.rows.append((name, term.sacrifice, bounded))
            else:
                self.boxes.append((name, point.box(table) if value is None else value))
        self.costs = _costs([residual for _, residual in self.residuals])
        self.cost = sum(self.costs)
        self.violations = _violations([bounded for _, _, bounded in self.rows])
        self.violation = max(self.violations, default=0.0)

    def merit(self, feasibility: float) -> float:
        """What a step must lower: half the cost plus the exact penalty of broken rows."""
        broken = 0.0
        for (_, sacrifice, bounded), worst in zip(self.rows, self.violations, strict=True):
            if worst > feasibility:
                price = PENALTY[min(sacrifice, len(PENALTY)) - 1]
                broken += price * float(np.maximum(bounded.excess() - feasibility, 0.0).sum())
        return 0.5 * self.cost + broken

    def qp(self, radius: float = np.inf) -> QP:
        """The QP, with the step held within ``radius`` in every number."""
        robot = self.configuration.robot
        nv = robot.nv
        boxes = [box for _, box in self.boxes]
        if np.isfinite(radius):
            boxes.append(Box(np.full(nv, -radius), np.full(nv, radius)))
        return QP.build(nv, self.residuals, self.rows, boxes, robot.coupling)

    def report(self, index: int, iterations: int, tolerance: float) -> FrameReport:
        """The report of frame ``index``; rows broken by more than ``tolerance`` are relaxed."""
        broken = list(zip((name for name, _, _ in self.rows), self.violations, strict=True))
        relaxed = tuple(name for name, worst in broken if worst > tolerance)
        violation = dict(broken)
        violation |= {name: box.violation() for name, box in self.boxes}
        cost = {name: cost for (name, _), cost in zip(self.residuals, self.costs, strict=True)}
        return FrameReport(index, iterations, cost, violation, relaxed)


def _costs(residuals: list[Residual]) -> list[float]:
    """The cost of each."""
    squares = costs([(residual.value, residual.weight) for residual in residuals])
    if squares is None:
        return [residual.cost for residual in residuals]
    return [square + r.constant for square, r in zip(squares, residuals, strict=True)]


def _violations(rows: list[Bounded]) -> list[float]:
    """The worst violation of each."""
    worst = violations([(bounded.value, bounded.lower, bounded.upper) for bounded in rows])
    return [bounded.violation() for bounded in rows] if worst is None else worst


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
    found = Evaluation(Program(terms, configuration.robot, frame, neighbours), configuration)
    values = (*found.residuals, *((name, rows) for name, _, rows in found.rows), *found.boxes)
    return values[0][1] if values else None
