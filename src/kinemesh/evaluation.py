"""All terms of a frame at one configuration: its cost, its violations, its QP."""

from __future__ import annotations

from functools import cached_property
from typing import Protocol

import numpy as np

from kinemesh.constraints import Constraint, StepBox
from kinemesh.objectives import Objective
from kinemesh.problem import PENALTY, QP, Bounded, Box, Frame, Residual
from kinemesh.result import FrameReport
from kinemesh.robot import Configuration


class Terms(Protocol):
    """Whoever holds objectives and constraints."""

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """What is wanted."""

    @property
    def constraints(self) -> tuple[Constraint | StepBox, ...]:
        """What must hold."""


class Evaluation:
    """All terms of a frame at one configuration.

    ``rows`` may be handed over from an earlier evaluation of the same constraints there; those
    that look at neighbouring frames are evaluated anew.

    Attributes:
        configuration: where the terms were evaluated.
        residuals: name and residual of every active objective.
        rows: name, order of sacrifice and rows of every active constraint.
        boxes: name and bounds of every active step box.
    """

    def __init__(
        self,
        terms: Terms,
        configuration: Configuration,
        frame: Frame,
        rows: list[tuple[str, int, Bounded]] | None = None,
    ) -> None:
        self.configuration = configuration
        self.residuals: list[tuple[str, Residual]] = []
        self.rows: list[tuple[str, int, Bounded]] = []
        self.boxes: list[tuple[str, Box]] = []
        if rows is not None:
            beside = {c.name for c in terms.constraints if isinstance(c, Constraint) and c.beside}
            self.rows += [row for row in rows if row[0] not in beside]
        for objective in terms.objectives:
            residual = objective.evaluate(configuration, frame)
            if residual is not None:
                self.residuals.append((objective.name, residual))
        for constraint in terms.constraints:
            if isinstance(constraint, StepBox):
                box = constraint.evaluate(configuration, frame)
                if box is not None:
                    self.boxes.append((constraint.name, box))
            elif rows is None or constraint.beside:
                bounded = constraint.evaluate(configuration, frame)
                if bounded is not None:
                    self.rows.append((constraint.name, constraint.sacrifice, bounded))

    @cached_property
    def cost(self) -> float:
        """Sum of the objectives."""
        return sum(residual.cost for _, residual in self.residuals)

    @cached_property
    def violation(self) -> float:
        """The worst violation of any row."""
        return max((bounded.violation() for _, _, bounded in self.rows), default=0.0)

    def merit(self, feasibility: float) -> float:
        """What a step must lower: half the cost plus the exact penalty of broken rows."""
        broken = 0.0
        for _, sacrifice, bounded in self.rows:
            if bounded.violation() > feasibility:
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
        violation = {name: bounded.violation() for name, _, bounded in self.rows}
        violation |= {name: box.violation() for name, box in self.boxes}
        relaxed = tuple(name for name, _, bounded in self.rows if bounded.violation() > tolerance)
        cost = {name: residual.cost for name, residual in self.residuals}
        return FrameReport(index, iterations, cost, violation, relaxed)
