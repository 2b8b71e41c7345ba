"""All terms of a frame at one configuration: its cost, its violations, its QP."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from kinemesh.constraints import Constraint, StepBox
from kinemesh.objectives import Objective
from kinemesh.problem import PENALTY, QP, Bounded, Box, Frame, Residual
from kinemesh.result import FrameReport
from kinemesh.robot import Configuration
from kinemesh.robot.kernel import costs, violations


class Terms:
    """Objectives and constraints, sorted by how they are asked.

    Attributes:
        objectives: what is wanted.
        constraints: what must hold.
        wanted: the objectives with their names, each its own: ``posture``, ``posture 2``, ...
        rows: the constraints that give rows, with names and orders of sacrifice.
        boxes: those that bound the step, with their names.
    """

    def __init__(
        self, objectives: Sequence[Objective], constraints: Sequence[Constraint | StepBox]
    ) -> None:
        self.objectives = tuple(objectives)
        self.constraints = tuple(constraints)
        self.wanted = list(zip(_names(self.objectives), self.objectives, strict=True))
        named = list(zip(_names(self.constraints), self.constraints, strict=True))
        self.rows = [(name, c.sacrifice, c) for name, c in named if isinstance(c, Constraint)]
        self.boxes = [(name, c) for name, c in named if isinstance(c, StepBox)]


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


class Evaluation:
    """All terms of a frame at one configuration.

    A term whose class declares that it does not look at the frames before and after (``beside``) is
    evaluated once for a frame at a configuration: what it said is kept there, for when the frame
    comes with other neighbours. All others are asked anew.

    Attributes:
        configuration: where the terms were evaluated.
        residuals: name and residual of every active objective.
        rows: name, order of sacrifice and rows of every active constraint.
        costs: the cost of every active objective.
        cost: their sum.
        violations: the worst violation of every active constraint.
        violation: the worst of these.
    """

    def __init__(self, terms: Terms, configuration: Configuration, frame: Frame) -> None:
        self.configuration = configuration
        self._terms, self._frame = terms, frame
        said = _said(configuration, frame)
        self.residuals: list[tuple[str, Residual]] = []
        self.rows: list[tuple[str, int, Bounded]] = []
        for name, objective in terms.wanted:
            residual = _answer(objective, configuration, frame, said)
            if residual is not None:
                self.residuals.append((name, residual))
        for name, sacrifice, constraint in terms.rows:
            bounded = _answer(constraint, configuration, frame, said)
            if bounded is not None:
                self.rows.append((name, sacrifice, bounded))
        self.costs = _costs([residual for _, residual in self.residuals])
        self.cost = sum(self.costs)
        self.violations = _violations([bounded for _, _, bounded in self.rows])
        self.violation = max(self.violations, default=0.0)
        self._boxes: list[tuple[str, Box]] | None = None

    @property
    def boxes(self) -> list[tuple[str, Box]]:
        """Name and bounds of every active step box."""
        if self._boxes is None:
            asked = [(n, c.evaluate(self.configuration, self._frame)) for n, c in self._terms.boxes]
            self._boxes = [(name, box) for name, box in asked if box is not None]
        return self._boxes

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


def _answer(
    term: Any, configuration: Configuration, frame: Frame, said: dict[int, tuple[Any, Any]]
) -> Any:
    """What a term says; what it said before, where it does not look at the frames beside."""
    if term.beside:
        return term.evaluate(configuration, frame)
    if id(term) not in said:
        said[id(term)] = term, term.evaluate(configuration, frame)
    return said[id(term)][1]


def _said(configuration: Configuration, frame: Frame) -> dict[int, tuple[Any, Any]]:
    """What terms said of a frame at a configuration, by the term's id, with the term.

    Frames that differ in their neighbours alone have ``lasting`` in common; it is kept with the
    answers, so that its id stays its own.
    """
    question = ("said", id(frame.lasting))
    if question not in configuration.memo:
        configuration.memo[question] = frame.lasting, {}
    said: dict[int, tuple[Any, Any]] = configuration.memo[question][1]
    return said
