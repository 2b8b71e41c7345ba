"""A program at one configuration: its cost, its violations, its QP."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.constraints import Constraint, StepBox
from kinemesh.kernel import (
    Bounded,
    Box,
    Evaluated,
    JointRange,
    LeastSquares,
    Residual,
    kernel_of,
)
from kinemesh.objectives import Objective
from kinemesh.problem import ALONE, QP, Frame, Neighbours
from kinemesh.result import FrameReport
from kinemesh.robot import Configuration
from kinemesh.solve.program import Named, Program, Terms


class Evaluation:
    """A program at one configuration.

    What a kernel has evaluated already, all tables there, may be handed in.

    Attributes:
        program: what was evaluated.
        q: where ``(nq,)``.
        cost: of all active objectives together.
        violation: the worst violation of all active constraints.
    """

    def __init__(self, program: Program, q: Array, found: Evaluated | None = None) -> None:
        self.q = q
        self.program = program
        found = self._found = program.evaluate(q) if found is None else found
        self.cost, self.violation = found.cost, found.violation
        self._said: dict[int, Residual | Bounded | Box] = {}
        if program.terms.evaluated:
            around = program.frame, program.neighbours
            self._said = program.terms.values(found.configuration, *around)
        for value in self._said.values():
            if isinstance(value, Residual):
                self.cost += value.cost
            elif isinstance(value, Bounded):
                self.violation = max(self.violation, value.violation())

    @property
    def configuration(self) -> Configuration:
        """The robot at ``q``."""
        return self._found.configuration

    @property
    def costs(self) -> dict[str, float]:
        """The cost of every active objective, by name."""
        found = zip(self.program.asking, self._found.figures, strict=True)
        said = ((self._named(k), r.cost) for k, r in self._said.items() if isinstance(r, Residual))
        return {one.name: cost for one, cost in (*found, *said) if one.price is None}

    @property
    def violations(self) -> dict[str, float]:
        """The worst violation of every active constraint, by name."""
        tables = zip(self.program.asking, self._found.counts, self._found.figures, strict=True)
        found = ((one, figure) for one, count, figure in tables if count)  # else it is inactive
        said = (
            (self._named(k), rows.violation())
            for k, rows in self._said.items()
            if isinstance(rows, Bounded)
        )
        return {one.name: v for one, v in (*found, *said) if one.price is not None}

    def _out_of_boxes(self) -> dict[str, float]:
        """How far the configuration is out of every active step box, by name."""
        said = ((self._named(k).name, v) for k, v in self._said.items() if isinstance(v, Box))
        return {
            name: table.violation(self.q) if isinstance(table, JointRange) else table.violation()
            for name, table in (*self.program.ranges, *said)
        }

    def _named(self, k: int) -> Named:
        return self.program.terms.named[k]

    def rows(self, k: int) -> Residual | Bounded | Box | None:
        """What the term at place ``k`` among the named comes to; None if inactive."""
        if k in self._said or k not in self.program.places:
            return self._said.get(k)
        asked, found = self.program.asked[k], self._found.rows(self.program.places.index(k))
        if isinstance(asked, LeastSquares):
            return Residual(*found, asked.weight, asked.constant)
        return Bounded(*found, asked.lower, asked.upper) if len(found[0]) else None

    def merit(self, feasibility: float) -> float:
        """What a step must lower: half the cost plus the exact penalty of broken rows."""
        if self.violation <= feasibility:
            return 0.5 * self.cost
        broken = 0.0
        for n, one in enumerate(self.program.asking):
            if one.price is not None:
                broken += one.price * self._found.excess(n, feasibility)
        for k, value in self._said.items():
            if isinstance(value, Bounded):
                over = np.maximum(value.excess() - feasibility, 0.0)
                broken += (self._named(k).price or 0.0) * float(over.sum())
        return 0.5 * self.cost + broken

    def qp(self, radius: float = np.inf, *, residuals: bool = False) -> QP:
        """The QP, with the step held within ``radius`` in every number.

        Args:
            radius: of a trust region.
            residuals: whether the terms behind the Hessian come with it, one by one.
        """
        program, nv = self.program, self.program.robot.nv
        box = program.box(self.q)
        boxes = [v for v in self._said.values() if isinstance(v, Box)]
        if radius < np.inf:
            boxes.append(Box(np.full(nv, -radius), np.full(nv, radius)))
        if boxes:
            box = Box.meet(nv, (box, *boxes))
        if residuals or self._said:
            rows = [(*one[:2], self.rows(k)) for k, one in enumerate(program.terms.named)]
            return QP.build(
                nv,
                [(name, r) for name, _, r in rows if isinstance(r, Residual)],
                [(name, term.sacrifice, r) for name, term, r in rows if isinstance(r, Bounded)],
                [box],
                program.robot.coupling,
            )
        counts = [
            (one.name, one.term.sacrifice, count)
            for one, count in zip(program.asking, self._found.counts, strict=True)
            if count and one.price is not None
        ]
        arrays = (*self._found.normal(), *self._found.stacked())
        return QP.assemble(arrays, counts, box, program.robot.coupling)

    def report(self, index: int, iterations: int, tolerance: float) -> FrameReport:
        """The report of frame ``index``; rows broken by more than ``tolerance`` are relaxed."""
        violations = self.violations
        relaxed = tuple(name for name, worst in violations.items() if worst > tolerance)
        violations |= self._out_of_boxes()
        return FrameReport(index, iterations, self.costs, violations, relaxed)


def evaluate_term(
    term: Objective | Constraint | StepBox,
    configuration: Configuration,
    frame: Frame,
    neighbours: Neighbours = ALONE,
) -> Residual | Bounded | Box | None:
    """What one term comes to at a configuration; None if inactive.

    Raises:
        OptionError: the term says what it asks in no way, or in several.
        TypeError: it gives what is none of these.

    Examples:
        >>> robot = kinemesh.RobotModel.load("g1")
        >>> frame, posture = kinemesh.testing.sample_frame(robot), robot.configuration(robot.rest)
        >>> limits = kinemesh.constraints.JointLimits()
        >>> kinemesh.solve.evaluate_term(limits, posture, frame).lower.shape
        (35,)
    """
    terms = Terms([term], []) if isinstance(term, Objective) else Terms([], [term])
    program = Program(terms, kernel_of(configuration.robot), frame, neighbours)
    found = Evaluation(program, configuration.q)
    for _, table in found.program.ranges:
        return table.box(found.q) if isinstance(table, JointRange) else table
    return found.rows(0)
