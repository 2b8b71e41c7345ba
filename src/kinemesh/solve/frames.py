"""The loop: the frames of a clip one after the other, and the QPs of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from kinemesh.arrays import Array
from kinemesh.kernel import Kernel, SearchRule
from kinemesh.problem import (
    DAMPING,
    ROUNDING,
    Frame,
    Neighbours,
    Stance,
    Touchdown,
    solve,
    starts,
)
from kinemesh.proximity import Obstacle
from kinemesh.result import FrameReport
from kinemesh.robot import Configuration
from kinemesh.solve.evaluation import Evaluation
from kinemesh.solve.limbs import Limbs
from kinemesh.solve.program import Program, Terms

_SMALLEST = 1e-5
"""A step shorter than this [rad], [m] changes nothing."""

_FIRST = 1e-4
"""The tolerance of a frame that nothing goes before is no more than this [1]."""

_POOR = 0.07
"""A frame whose landmarks are off by more than this share of the robot's height, in the mean, is
tried again from elsewhere."""

_BROKEN = 0.005
"""So is a frame in which a constraint is broken by more than this [m]."""

_CLEARLY = 0.8
"""A second solution replaces the first where its merit is below this share of the first's."""

_WAIT = 1.0 / 6.0
"""Where it did not, the frames of so long a time [s] are not tried again,"""

_WORSE = 1.2
"""but those whose merit is so many times that of the frame that was."""


@dataclass(frozen=True, eq=False)
class Answer:
    """Where the search in a frame ended."""

    evaluation: Evaluation
    merit: float
    """What the search lowered, there."""
    iterations: int
    """QPs solved."""
    configuration: Configuration

    def report(self, feasibility: float) -> FrameReport:
        """The frame's report; rows broken by more than ``feasibility`` are relaxed."""
        index = self.evaluation.program.frame.index
        return self.evaluation.report(index, self.iterations, feasibility)


@dataclass(frozen=True)
class Futile:
    """A frame that another start did not help: those after it are much the same."""

    index: int
    merit: float

    def spares(self, frame: Frame, merit: float) -> bool:
        """Whether ``frame``, which ended with ``merit``, need not be tried from elsewhere."""
        return (frame.index - self.index) * frame.dt < _WAIT and merit <= _WORSE * self.merit


@dataclass(frozen=True, eq=False)
class FrameLoop:
    """Solves frames: each by QPs around the current configuration, started from the last.

    The numbers are those that :func:`kinemesh.retarget` describes.
    """

    kernel: Kernel
    terms: Terms
    iterations: int
    first_iterations: int
    tolerance: float
    feasibility: float
    solver: str
    trust: float
    """The radius of the trust region: a step as long as that was cut short."""

    @property
    def rule(self) -> SearchRule:
        """When a kernel that searches ends."""
        limits = self.tolerance, self.feasibility, self.trust
        return SearchRule(*limits, _SMALLEST, DAMPING, ROUNDING)

    def ready(self, solids: Iterable[Obstacle]) -> FrameLoop:
        """The same with obstacles made ready for the kernel."""
        return replace(self, kernel=self.kernel.holding(solids))

    def first(self, frame: Frame) -> Answer:
        """Solve a frame that nothing goes before: the best of what all starts lead to.

        If a limb then goes another way than the person's, so are the ways tried that it could go.
        """
        program = Program(self.terms, self.kernel, frame)
        # From far away the last steps win more than a model's error tells.
        fine = replace(self, tolerance=min(self.tolerance, _FIRST))
        found = []
        for start in starts(self.kernel.robot, frame.landmarks):
            free = fine._in_free_space(program, start.q)
            found.append(fine.solved(program, free, self.first_iterations))
        best = min(found, key=_merit)
        other = fine.otherwise(program, best.configuration)
        return best if other is None else min(best, other, key=_merit)

    def otherwise(self, program: Program, found: Configuration) -> Answer | None:
        """The best solution from where limbs of ``found`` that stray go other ways.

        None where no limb strays, or none has another way to go.
        """
        limbs, person = Limbs.of(self.kernel.robot), program.frame.landmarks
        if not limbs.strays(found.landmarks(), person):
            return None
        ways = limbs.ways(found, person)
        tried = (self.solved(program, way, self.first_iterations) for way in ways)
        return min(tried, key=_merit, default=None)

    def following(
        self, frame: Frame, neighbours: Neighbours, futile: Futile | None = None
    ) -> tuple[Answer, Futile | None]:
        """Solve a frame from near the last; if that ends poorly, try through free space.

        Args:
            frame: the frame.
            neighbours: the last two.
            futile: the last frame that was tried so for nothing; what is now comes with the answer.
        """
        program = Program(self.terms, self.kernel, frame, neighbours)
        start = self._ahead(neighbours)
        answer = self.solved(program, start, self.iterations)
        if not self._is_poor(frame, answer):
            return answer, None
        if futile is not None and futile.spares(frame, answer.merit):
            return answer, futile
        free = np.array(self._in_free_space(program, start))
        reach = self.kernel.robot.velocity * frame.dt
        if neighbours.previous is not None:
            last = neighbours.previous[7:]
            free[7:] = np.clip(free[7:], last - reach, last + reach)
        other = self.solved(program, free, self.iterations)
        # A new pose is a jump: it has to be clearly better.
        if other.merit < _CLEARLY * answer.merit:
            return replace(other, iterations=answer.iterations + other.iterations), None
        return answer, Futile(frame.index, answer.merit)

    def _in_free_space(self, program: Program, start: Array) -> Array:
        """The frame's pose with nothing to touch or to bump into: a start that is not trapped.

        From far away the constraints of a scene are walls of a maze; without them the mesh
        alone leads home, and from there the constraints are a short way off.
        """
        free = replace(
            program.frame, ground=None, obstacles=(), stances=(), sole_approaches=(), contacts=()
        )
        bare = Program(self.terms, self.kernel, free, program.neighbours)
        return self.solved(bare, start, self.first_iterations).configuration.q

    def _is_poor(self, frame: Frame, answer: Answer) -> bool:
        """Whether a solution is suspect: rows gave way by much, or landmarks are far off."""
        off = answer.configuration.landmarks() - frame.landmarks
        total = float(np.sqrt(np.einsum("kc,kc->k", off, off)).sum())
        far = _POOR * self.kernel.robot.height * len(off)
        return answer.evaluation.violation > _BROKEN or total > far

    def _ahead(self, neighbours: Neighbours) -> Array:
        """Where the next frame is likely to be: half a step on, in the direction of the last."""
        robot, now, before = self.kernel.robot, neighbours.previous, neighbours.before
        assert now is not None
        if before is None:
            return now
        q = robot.integrate(now, 0.5 * robot.difference(before, now))
        q[7:] = np.clip(q[7:], robot.lower, robot.upper)
        return q

    def solved(self, program: Program, start: Array, iterations: int) -> Answer:
        """Iterate from ``start`` ``(nq,)`` until a step is foretold and the constraints hold."""
        search = program.search(self.rule) if self.solver == "daqp" else None
        found = None if search is None else search.solved(start, iterations)
        if found is None:
            return self._by_steps(program, start, iterations)
        at = found.evaluated.configuration
        evaluation = Evaluation(program, at.q, found.evaluated)
        return Answer(evaluation, found.merit, found.done, at)

    def _by_steps(self, program: Program, start: Array, iterations: int) -> Answer:
        """The search, step by step: what a kernel that searches does in one call."""
        # Full steps, watched: near a solution they converge fast although a single one may
        # raise the merit; when two in a row do, a linearisation was believed too far (a contact
        # changed sides, say) and the search goes on from the best point in shorter steps.
        now = best = Evaluation(program, start)
        best_merit = best.merit(self.feasibility)
        radius, worse, done = np.inf, 0, 0
        for _ in range(iterations):
            qp = now.qp(radius, residuals=self.solver == "cvxpy")
            step = solve(qp, self.solver).step
            longest = float(np.abs(step).max())
            # The cost is twice the QP's objective, which leaves out what does not depend on v.
            foretold = now.cost + 2.0 * qp.objective(step)
            now = Evaluation(program, program.robot.integrate(now.q, step))
            done += 1
            merit = now.merit(self.feasibility)
            # The step was the best one by the model, and the model was right: there is no
            # more to win here than its error.
            still = abs(foretold - now.cost) <= self.tolerance * max(now.cost, 1e-9)
            still = still and longest < 0.99 * min(radius, self.trust)
            # A step that wins next to nothing counts as one that does not: full steps can
            # swing between two contact normals for ever.
            gained = merit <= best_merit - self.tolerance * best_merit
            worse = 0 if gained else worse + 1
            ends = still and now.violation <= 0.5 * self.feasibility
            if merit <= best_merit or (ends and merit <= 1.01 * best_merit):
                best, best_merit = now, merit
                if ends:
                    break
            if gained:
                radius *= 2.0
            if worse == 2:
                radius = 0.25 * longest
                now, worse = best, 0
                if radius < _SMALLEST:
                    break
        return Answer(best, best_merit, done, best.configuration)


def _merit(answer: Answer) -> float:
    return answer.merit


def touchdown(stance: Stance, configuration: Configuration) -> Touchdown:
    """Where the sole of ``stance`` is planted, the frame's solution being ``configuration``."""
    sole, known = stance.sole, stance.touchdown
    if known is not None and stance.settled:
        return known if stance.whole else Touchdown(known.toe, None)
    return stance.planted(configuration.positions(np.full(4, sole.joint), sole.corners))
