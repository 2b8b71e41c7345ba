"""Frames of a solved clip, visited again: each among its neighbours, with all its rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from kinemesh.arrays import Array
from kinemesh.geometry.easing import minimum_jerk
from kinemesh.problem import Neighbours, solve
from kinemesh.result import FrameReport
from kinemesh.solve.ease import pace
from kinemesh.solve.evaluation import Evaluation
from kinemesh.solve.frames import FrameLoop
from kinemesh.solve.mechanics.whole import WholeClip
from kinemesh.solve.program import Program, Terms

_SHARES = (1.0, 0.5, 0.25)
"""How much of a step is tried, until it does not raise the merit."""

_CORRECTIONS = 3
"""Steps more at most, while rows are broken,"""
_MENDS = 0.5
"""and each breaks them by no more than this share of what the one before did."""

_FREE = 0.1
"""Share of the loop's feasibility by which a step may break a row at no price."""

_SEARCH = 3
"""QPs at most of a frame that is searched, not stepped,"""
_MENDING = 6
"""and of one whose rows are mended."""
_HOPE = 0.95
"""Rows of which more than this share is still broken after a search are left so."""


class Visits:
    """The solutions of a clip, and what changes them frame by frame.

    Args:
        loop: what solved them.
        loose: terms that let the base go where the rows of a frame want it.
        programs: what every frame is asked, smoothness included.
        qs: the solutions ``(nq,)``; changed in place.
        iterations: QPs that each took; counted on.
        mechanics: of the whole clip; None where forces are left alone.

    Attributes:
        violation: of the worst row of every frame ``(T,)`` when it was last visited.
        blocked: the frames ``(T,)`` whose rows do not let the base go where it is smooth.
    """

    def __init__(
        self,
        loop: FrameLoop,
        loose: Terms,
        programs: Sequence[Program],
        qs: list[Array],
        iterations: list[int],
        mechanics: WholeClip | None = None,
    ) -> None:
        self._loop, self._loose, self._programs = loop, loose, programs
        self._fine = replace(loop, feasibility=_FREE * loop.feasibility)
        self._qs, self._iterations = qs, iterations
        self.violation: Array = np.zeros(len(qs))
        self.blocked: NDArray[np.bool_] = np.zeros(len(qs), dtype=bool)
        self._hopeless: NDArray[np.bool_] = np.zeros(len(qs), dtype=bool)
        self._reports: dict[int, FrameReport] = {}
        self.mechanics = mechanics
        self._before: list[Array] = []

    @property
    def broken(self) -> NDArray[np.bool_]:
        """The frames ``(T,)`` whose rows were left broken, and were not searched for nothing."""
        return np.asarray((self.violation > self._loop.feasibility) & ~self._hopeless)

    def balance(self, stuck: NDArray[np.bool_], tell: Callable[[float], None]) -> None:
        """Change all frames at once towards what contacts can push, and see what that is then.

        Args:
            stuck: frames ``(T,)`` that stay as they are.
            tell: called with what share of it is done; 1 at the end.
        """
        if self.mechanics is not None:
            self._before = list(self._qs)
            self.mechanics.step(self._programs, self._qs, stuck | self.blocked, tell)
            self._reports.clear()

    def take_back(self, there: NDArray[np.bool_], blend: int) -> NDArray[np.bool_]:
        """Put flagged frames ``(T,)`` back where they were before all were changed at once.

        Args:
            there: which.
            blend: frames before and after over which less and less is taken back.

        Returns:
            The frames of which anything was; forces are left alone in them from now on.
        """
        if self.mechanics is None or not there.any():
            return np.zeros(len(there), dtype=bool)
        away = distance_transform_edt(~there)
        shares = 1.0 - minimum_jerk(np.minimum(away / (blend + 1), 1.0))
        robot = self._loop.kernel.robot
        for index in np.flatnonzero(shares > 0.0).tolist():
            q = self._qs[index]
            back = robot.difference(q, self._before[index])
            self._qs[index] = robot.integrate(q, shares[index] * back)
        pace(robot, self._qs, 1.0 / self._programs[0].frame.dt)
        for index, q in enumerate(self._qs):
            self.mechanics.moved(index, q)
        self.mechanics.leave(shares > 0.0)
        return shares > 0.0

    def step(self, index: int, reported: bool) -> None:
        """One step, and where it breaks rows those that bring them back.

        Args:
            index: which frame.
            reported: whether its report is likely to be the last.
        """
        program = self._among_neighbours(index)
        found = visited(self._loop, self._fine, program, self._qs[index])
        self._take(index, found, 1)
        if reported:
            self._reports[index] = self._told(index, found)

    def search(self, there: NDArray[np.bool_], backwards: bool) -> None:
        """A few steps in every flagged frame ``(T,)``, in their order or against it.

        And where rows stay broken, a few for which the base need not be smooth.
        """
        for index in np.flatnonzero(there)[:: -1 if backwards else 1].tolist():
            self._search(index)

    def _search(self, index: int) -> None:
        before = self.violation[index]
        if not self.blocked[index]:
            program = self._among_neighbours(index)
            found = self._fine.solved(program, self._qs[index], _SEARCH)
            self._take(index, found.evaluation, found.iterations)
        if self.blocked[index] or self.violation[index] > self._loop.feasibility:
            strict = self._programs[index]
            program = strict.asked_by(self._loose, strict.frame)
            program = program.among(self._neighbours(index))
            found = self._fine.solved(program, self._qs[index], _MENDING)
            if self.blocked[index] or found.evaluation.violation < self.violation[index]:
                self.blocked[index] = True
                self._take(index, found.evaluation, found.iterations)
        self._hopeless[index] = self.violation[index] > _HOPE * before

    def report(self, index: int) -> FrameReport:
        """The report of a frame as it was left."""
        if index not in self._reports:
            found = Evaluation(self._among_neighbours(index), self._qs[index])
            self._reports[index] = self._told(index, found)
        return self._reports[index]

    def _among_neighbours(self, index: int) -> Program:
        return self._programs[index].among(self._neighbours(index))

    def _neighbours(self, index: int) -> Neighbours:
        mechanics = None if self.mechanics is None else self.mechanics.beside(index)
        return Neighbours.around(self._qs, index, mechanics)

    def _take(self, index: int, found: Evaluation, solves: int) -> None:
        self._qs[index], self.violation[index] = found.q, found.violation
        self._iterations[index] += solves
        self._reports.pop(index, None)
        if self.mechanics is not None:
            self.mechanics.moved(index, found.q)

    def _told(self, index: int, found: Evaluation) -> FrameReport:
        return found.report(index, self._iterations[index], self._loop.feasibility)


def visited(loop: FrameLoop, fine: FrameLoop, program: Program, q: Array) -> Evaluation:
    """One step from ``q`` ``(nq,)``, and where it breaks rows those that bring them back.

    Where much is to be smoothed a step is long, and rows that hold on the linearisation are broken
    by its error. The steps after it are short.

    Args:
        loop: whose feasibility says when rows hold.
        fine: the same with one that says how far they may be broken for nothing: with as much as
            the loop gives them planted feet would be drawn along with the base.
        program: what the frame is asked.
        q: where it is.
    """
    best = improved(fine, program, q)
    for _ in range(_CORRECTIONS):
        if best.violation <= 0.5 * loop.feasibility:  # as a frame that is done
            break
        again = improved(fine, program, best.q)
        if again.violation > _MENDS * best.violation:
            break
        best = again
    return best


def improved(loop: FrameLoop, program: Program, q: Array) -> Evaluation:
    """One step from ``q`` ``(nq,)``, or as much of it as does not raise the merit."""
    search = program.search(loop.rule) if loop.solver == "daqp" else None
    found = None if search is None else search.improved(q, _SHARES)
    if found is not None:
        return Evaluation(program, found.evaluated.configuration.q, found.evaluated)
    best = Evaluation(program, q)
    step = solve(best.qp(residuals=loop.solver == "cvxpy"), loop.solver).step
    merit = best.merit(loop.feasibility)
    for share in _SHARES:
        new = Evaluation(program, program.robot.integrate(q, share * step))
        if new.merit(loop.feasibility) <= merit:
            return new
    return best
