"""The whole-clip pass: smooth the trajectory and keep every constraint true.

Frames are revisited in turn, each with all its constraint rows and with smoothness terms that see
the frames on both sides. What a causal pass cannot know, where a foot is about to land, is known
now. Roughness from frame to frame is what block-wise descent removes fastest, so a few sweeps do;
and since every visit ends in a step that is checked against the nonlinear constraints, smoothness
never undoes one, as a filter afterwards would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from kinemesh.arguments import several, whole
from kinemesh.arrays import Array
from kinemesh.objectives import Acceleration, Differences, Objective, Smoothness
from kinemesh.problem import Frame, Neighbours, solve
from kinemesh.result import FrameReport
from kinemesh.robot import Configuration
from kinemesh.solve.evaluation import Evaluation
from kinemesh.solve.frames import Answer, FrameLoop, touchdown
from kinemesh.solve.hindsight import Hindsight
from kinemesh.solve.program import Program, Terms

_SHARES = (1.0, 0.5, 0.25)
"""How much of a step is tried, until it does not raise the merit."""

_CORRECTIONS = 3
"""Steps more at most, while rows are broken,"""
_MENDS = 0.5
"""and each breaks them by no more than this share of what the one before did."""


@dataclass(frozen=True)
class Refinement:
    """How the whole-clip pass smooths."""

    sweeps: int = 2
    """Times that every frame is revisited."""
    smoothness: tuple[Objective, ...] = (
        Differences(order=1, weight=0.2),
        Differences(order=2, weight=6.0, base=10.0),
        Differences(order=3, weight=6.0, base=10.0),
    )
    """What takes the place of the causal smoothness terms."""

    def __post_init__(self) -> None:
        whole("sweeps", self.sweeps, "a whole number, 0 to 100", low=0, high=100)
        terms = several("smoothness", self.smoothness, Objective, "a tuple of Objectives")
        object.__setattr__(self, "smoothness", terms)


def refined(
    loop: FrameLoop,
    refinement: Refinement,
    solved: Iterable[tuple[Frame, Answer]],
    progress: Callable[[int, int], None] | None = None,
) -> list[tuple[Array, FrameReport]]:
    """Revisit the frames of a solved clip: configurations ``(nq,)`` and reports in the end.

    Args:
        loop: what solved them, and by which terms.
        refinement: how it smooths.
        solved: the frames, done once; of a generator's nothing is kept but what the pass made of
            them.
        progress: called after every visit with (visits done, in all); the first solution of each
            frame counts as one.
    """
    kept = (o for o in loop.terms.objectives if not isinstance(o, Smoothness | Acceleration))
    terms = Terms((*kept, *refinement.smoothness), loop.terms.constraints)
    # Programs and configurations are kept, and no evaluation: they would fill the memory.
    programs: list[Program] = []
    frames: list[Frame] = []
    qs: list[Array] = []
    landmarks: list[Array] = []
    iterations: list[int] = []
    reports: dict[int, FrameReport] = {}
    for frame, answer in solved:
        frames.append(_known(frame, answer.configuration))
        qs.append(answer.evaluation.q)
        landmarks.append(answer.configuration.landmarks())
        iterations.append(answer.iterations)
        if refinement.sweeps:
            programs.append(answer.evaluation.program.asked_by(terms, frames[-1]))
        else:
            reports[len(reports)] = answer.report(loop.feasibility)
    changed = Hindsight(loop, terms, frames, qs).mended(landmarks)
    if not refinement.sweeps:
        for index in changed:
            neighbours = Neighbours({-k: qs[index - k] for k in (1, 2) if k <= index})
            program = Program(loop.terms, loop.kernel, frames[index], neighbours)
            again = Evaluation(program, qs[index])
            reports[index] = again.report(index, iterations[index], loop.feasibility)
    count = done = len(qs)
    for sweep in range(refinement.sweeps):
        order = range(count) if sweep % 2 == 0 else range(count - 1, -1, -1)
        for index in order:
            best = _visited(loop, programs[index].among(Neighbours.around(qs, index)), qs[index])
            qs[index] = best.q
            if sweep + 1 == refinement.sweeps:
                solves = iterations[index] + refinement.sweeps
                reports[index] = best.report(index, solves, loop.feasibility)
            done += 1
            if progress is not None:
                progress(done, count * (1 + refinement.sweeps))
    return [(q, reports[index]) for index, q in enumerate(qs)]


def _visited(loop: FrameLoop, program: Program, q: Array) -> Evaluation:
    """One step from ``q`` ``(nq,)``, and where it breaks rows those that bring them back.

    Where much is to be smoothed a step is long, and rows that hold on the linearisation are broken
    by its error. The steps after it are short.
    """
    best = _improved(loop, program, q)
    for _ in range(_CORRECTIONS):
        if best.violation <= 0.5 * loop.feasibility:  # as a frame that is done
            break
        again = _improved(loop, program, best.q)
        if again.violation > _MENDS * best.violation:
            break
        best = again
    return best


def _improved(loop: FrameLoop, program: Program, q: Array) -> Evaluation:
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


def _known(frame: Frame, configuration: Configuration) -> Frame:
    """The frame with the places of its feet as they were planted."""
    if all(stance.settled for stance in frame.stances):
        return frame
    stances = tuple(
        replace(stance, touchdown=touchdown(stance, configuration)) for stance in frame.stances
    )
    return replace(frame, stances=stances)
