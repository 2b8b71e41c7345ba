"""All terms of a frame at one configuration: its cost, its violations, its QP."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

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
        wanted: the objectives with their names.
        rows: the constraints that give rows, with names and orders of sacrifice.
        boxes: those that bound the step, with their names.
    """

    def __init__(
        self, objectives: Sequence[Objective], constraints: Sequence[Constraint | StepBox]
    ) -> None:
        self.objectives = tuple(objectives)
        self.constraints = tuple(constraints)
        self.wanted = [(objective.name, objective) for objective in self.objectives]
        self.rows = [
            (constraint.name, constraint.sacrifice, constraint)
            for constraint in self.constraints
            if isinstance(constraint, Constraint)
        ]
        self.boxes = [(c.name, c) for c in self.constraints if isinstance(c, StepBox)]


class Evaluation:
    """All terms of a frame at one configuration.

    Args:
        terms: what is wanted and what must hold.
        configuration: where.
        frame: of which frame.
        earlier: the terms of the same frame at the same configuration with other frames before
            and after; those that do not look at these are not evaluated anew.

    Attributes:
        configuration: where the terms were evaluated.
        residuals: name and residual of every active objective.
        rows: name, order of sacrifice and rows of every active constraint.
    """

    def __init__(
        self,
        terms: Terms,
        configuration: Configuration,
        frame: Frame,
        earlier: Evaluation | None = None,
    ) -> None:
        self.configuration = configuration
        self._terms, self._frame = terms, frame
        self._residuals: list[Residual | None] = []
        self._bounded: list[Bounded | None] = []
        for k, (_, objective) in enumerate(terms.wanted):
            self._residuals.append(
                objective.evaluate(configuration, frame)
                if earlier is None or objective.beside
                else earlier._residuals[k]
            )
        for k, (_, _, constraint) in enumerate(terms.rows):
            self._bounded.append(
                constraint.evaluate(configuration, frame)
                if earlier is None or constraint.beside
                else earlier._bounded[k]
            )
        self.residuals: list[tuple[str, Residual]] = [
            (name, residual)
            for (name, _), residual in zip(terms.wanted, self._residuals, strict=True)
            if residual is not None
        ]
        self.rows: list[tuple[str, int, Bounded]] = [
            (name, sacrifice, bounded)
            for (name, sacrifice, _), bounded in zip(terms.rows, self._bounded, strict=True)
            if bounded is not None
        ]

    @cached_property
    def boxes(self) -> list[tuple[str, Box]]:
        """Name and bounds of every active step box."""
        asked = [
            (name, box.evaluate(self.configuration, self._frame)) for name, box in self._terms.boxes
        ]
        return [(name, box) for name, box in asked if box is not None]

    @cached_property
    def costs(self) -> list[float]:
        """The cost of every active objective."""
        squares = costs([(residual.value, residual.weight) for _, residual in self.residuals])
        if squares is None:
            return [residual.cost for _, residual in self.residuals]
        return [
            square + residual.constant
            for square, (_, residual) in zip(squares, self.residuals, strict=True)
        ]

    @cached_property
    def cost(self) -> float:
        """Sum of the objectives."""
        return sum(self.costs)

    @cached_property
    def violations(self) -> list[float]:
        """The worst violation of every active constraint."""
        worst = violations([(b.value, b.lower, b.upper) for _, _, b in self.rows])
        return [b.violation() for _, _, b in self.rows] if worst is None else worst

    @cached_property
    def violation(self) -> float:
        """The worst violation of any row."""
        return max(self.violations, default=0.0)

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
        nv = self.configuration.robot.nv
        boxes = [box for _, box in self.boxes]
        if np.isfinite(radius):
            boxes.append(Box(np.full(nv, -radius), np.full(nv, radius)))
        return QP.build(nv, self.residuals, self.rows, boxes)

    def report(self, index: int, iterations: int, tolerance: float) -> FrameReport:
        """The report of frame ``index``; rows broken by more than ``tolerance`` are relaxed."""
        broken = list(zip((name for name, _, _ in self.rows), self.violations, strict=True))
        relaxed = tuple(name for name, worst in broken if worst > tolerance)
        violation = dict(broken)
        violation |= {name: box.violation() for name, box in self.boxes}
        cost = {name: cost for (name, _), cost in zip(self.residuals, self.costs, strict=True)}
        return FrameReport(index, iterations, cost, violation, relaxed)
