"""A program at one configuration: its cost, its violations, its QP."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.constraints import Constraint, StepBox
from kinemesh.kernel import Bounded, Box, JointRange, LeastSquares, Residual, kernel_of
from kinemesh.objectives import Objective
from kinemesh.problem import ALONE, QP, Frame, Neighbours
from kinemesh.result import FrameReport
from kinemesh.robot import Configuration
from kinemesh.solve.program import Program, Terms, price


class Evaluation:
    """A program at one configuration.

    Attributes:
        q: where it was evaluated ``(nq,)``.
        costs: the cost of every active objective, by name.
        cost: their sum.
        violations: the worst violation of every active constraint, by name.
        violation: the worst of these.
    """

    def __init__(self, program: Program, q: Array) -> None:
        self.q = q
        self._program = program
        self._found = found = program.evaluate(q)
        self.costs: dict[str, float] = {}
        self.violations: dict[str, float] = {}
        named = program.terms.named
        for k, count, figure in zip(program.places, found.counts, found.figures, strict=True):
            name, term = named[k][:2]
            if isinstance(term, Objective):
                self.costs[name] = figure
            elif count:  # without rows now it is inactive
                self.violations[name] = figure
        self._said: dict[int, Residual | Bounded | Box] = {}
        if program.terms.evaluated:
            around = program.frame, program.neighbours
            self._said = program.terms.values(found.configuration, *around)
        for k, value in self._said.items():
            if isinstance(value, Residual):
                self.costs[named[k].name] = value.cost
            elif isinstance(value, Bounded):
                self.violations[named[k].name] = value.violation()
        self.cost = sum(self.costs.values())
        self.violation = max(self.violations.values(), default=0.0)

    @property
    def configuration(self) -> Configuration:
        """The robot at :attr:`q`."""
        return self._found.configuration

    @property
    def boxes(self) -> list[tuple[str, Box]]:
        """Name and bounds of every active step box."""
        named = self._program.terms.named
        said = [(named[k].name, v) for k, v in self._said.items() if isinstance(v, Box)]
        return [*((name, self._box(asked)) for name, asked in self._program.ranges), *said]

    def _box(self, asked: JointRange | Box) -> Box:
        if isinstance(asked, Box):
            return asked
        # From its second number on q lies as the step does, as far as the joints go.
        return Box(asked.lower - self.q[1:], asked.upper - self.q[1:])

    def rows(self, k: int) -> Residual | Bounded | Box | None:
        """What the term at place ``k`` among the named comes to; None if inactive."""
        if k in self._said or k not in self._program.places:
            return self._said.get(k)
        asked, found = self._program.asked[k], self._found.rows(self._program.places.index(k))
        if isinstance(asked, LeastSquares):
            return Residual(*found, asked.weight, asked.constant)
        return Bounded(*found, asked.lower, asked.upper) if len(found[0]) else None

    def merit(self, feasibility: float) -> float:
        """What a step must lower: half the cost plus the exact penalty of broken rows."""
        if self.violation <= feasibility:
            return 0.5 * self.cost
        named, broken = self._program.terms.named, 0.0
        for n, k in enumerate(self._program.places):
            if self.violations.get(named[k].name, 0.0) > feasibility:
                broken += price(named[k].term) * self._found.excess(n, feasibility)
        for k, value in self._said.items():
            if isinstance(value, Bounded):
                over = np.maximum(value.excess() - feasibility, 0.0)
                broken += price(named[k].term) * float(over.sum())
        return 0.5 * self.cost + broken

    def qp(self, radius: float = np.inf, *, residuals: bool = False) -> QP:
        """The QP, with the step held within ``radius`` in every number.

        Args:
            radius: of a trust region.
            residuals: whether the terms behind the Hessian come with it, one by one.
        """
        robot, named = self._program.robot, self._program.terms.named
        boxes = [*self._program.boxes, *(v for v in self._said.values() if isinstance(v, Box))]
        if self._program.within is not None:
            boxes.append(self._box(self._program.within))
        if np.isfinite(radius):
            boxes.append(Box(np.full(robot.nv, -radius), np.full(robot.nv, radius)))
        if residuals or self._said:
            rows = [(*named[k][:2], self.rows(k)) for k in range(len(named))]
            return QP.build(
                robot.nv,
                [(name, r) for name, _, r in rows if isinstance(r, Residual)],
                [(name, term.sacrifice, r) for name, term, r in rows if isinstance(r, Bounded)],
                boxes,
                robot.coupling,
            )
        counts = [
            (named[k].name, named[k].term.sacrifice, count)
            for k, count in zip(self._program.places, self._found.counts, strict=True)
            if count and isinstance(named[k].term, Constraint)
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
        TypeError: it gives what is none of these.
    """
    terms = Terms([term], []) if isinstance(term, Objective) else Terms([], [term])
    program = Program(terms, kernel_of(configuration.robot), frame, neighbours)
    found = Evaluation(program, configuration.q)
    return found.boxes[0][1] if found.boxes else found.rows(0)
