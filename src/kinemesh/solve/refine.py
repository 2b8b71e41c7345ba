"""The whole-clip pass: smooth the trajectory and keep every constraint true.

Base and joints are put on smooth paths, and the frames are revisited in turn from there, each with
all its constraint rows and with smoothness terms that see the frames on both sides. What a causal
pass cannot know, where a foot is about to land, is known now. The paths smooth over many frames at
once, which frame by frame would take many sweeps, and every visit ends in a step that is checked
against the nonlinear constraints: smoothness never undoes one, as a filter afterwards would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace

import numpy as np

from kinemesh.arguments import given, several, whole
from kinemesh.arrays import Array
from kinemesh.objectives import Acceleration, Differences, Mechanics, Objective, Smoothness
from kinemesh.problem import Frame, Neighbours, Plan
from kinemesh.result import FrameReport
from kinemesh.robot import Configuration
from kinemesh.solve.ease import Ease
from kinemesh.solve.evaluation import Evaluation
from kinemesh.solve.frames import Answer, FrameLoop, touchdown
from kinemesh.solve.hindsight import Hindsight
from kinemesh.solve.mechanics.supports import Load
from kinemesh.solve.mechanics.whole import WholeClip
from kinemesh.solve.program import Program, Terms
from kinemesh.solve.smoothing import around, jerky
from kinemesh.solve.visits import Visits

_JERK = 150.0
"""Where the base jerks more than that [m/s^3] its path is eased again,"""
_MARGIN = 0.27
"""and so much time [s] before and after."""
_BEFORE, _MENDING, _BESIDE = 3, 10, 0.1
"""So often frames whose rows are broken are revisited before all frames change at once, where they
stay broken nothing is changed; and so often after it, with those so much time [s] before and
after, where they stay broken the change is taken back."""
_LOOSE = 0.1
"""Share of the smoothness that is left where rows cannot hold otherwise."""
_SMOOTHNESS = (
    Differences(order=1, weight=0.2),
    Differences(order=2, weight=6.0, base=100.0),
    Differences(order=3, weight=6.0, base=1000.0),
)
"""Of speed, acceleration and jerk."""


@dataclass(frozen=True)
class Refinement:
    """How the whole-clip pass smooths.

    Raises:
        OptionError: a number that cannot be.
        TypeError: terms of another kind.

    Examples:
        >>> once = kinemesh.solve.Refinement(sweeps=1)
        >>> kinemesh.retarget(kinemesh.demos.walk().crop(0, 4), refine=once)
        Result('walk', Trajectory('g1', 4 frames at 30/s, 29 joints), 0 relaxed)
    """

    sweeps: int = 2
    """Times that every frame is revisited."""
    smoothness: tuple[Objective, ...] = field(default_factory=lambda: _SMOOTHNESS)
    """What takes the place of the causal smoothness terms."""
    turns: int = 12
    """Times at most that stretches in which the base still jerks are revisited."""
    mechanics: Mechanics | None = field(default_factory=Mechanics)
    """How the motion is drawn to what contacts can push; None: not at all."""

    def __post_init__(self) -> None:
        whole("sweeps", self.sweeps, "a whole number, 0 to 100", low=0, high=100)
        terms = several("smoothness", self.smoothness, Objective, "a tuple of Objectives")
        object.__setattr__(self, "smoothness", terms)
        given("mechanics", self.mechanics, Mechanics, "a Mechanics, or None")
        whole("turns", self.turns, "a whole number, 0 to 100", low=0, high=100)

    def __repr__(self) -> str:
        usual = type(self)()  # what is as it usually is goes without saying
        given = ((f.name, getattr(self, f.name), getattr(usual, f.name)) for f in fields(self))
        return f"Refinement({', '.join(f'{name}={v!r}' for name, v, u in given if v != u)})"

    def passes(self, pushed: bool = True) -> int:
        """How often the pass counts every frame in ``progress``.

        Args:
            pushed: whether there are forces to draw the motion to: not where a base stands still.
        """
        balanced = self.sweeps > 1 and pushed and self.mechanics is not None
        return self.sweeps + int(balanced) + int(self.sweeps > 0)

    @property
    def loose(self) -> tuple[Objective, ...]:
        """The smoothness of frames that it keeps from holding their rows: next to none."""
        return tuple(
            replace(term, weight=_LOOSE * term.weight, base=1.0)
            if isinstance(term, Differences)
            else term
            for term in self.smoothness
        )


def refined(
    loop: FrameLoop,
    refinement: Refinement,
    solved: Iterable[tuple[Frame, Answer]],
    plan: Plan,
    progress: Callable[[int, int], None] | None = None,
) -> list[tuple[Array, FrameReport]]:
    """Revisit the frames of a solved clip: configurations ``(nq,)`` and reports in the end.

    Args:
        loop: what solved them, and by which terms.
        refinement: how it smooths.
        solved: the frames, done once; of a generator's nothing is kept but what the pass made of
            them.
        plan: what they were asked: it says what the robot carries.
        progress: called with (visits done, in all); the first solution of each frame counts as one,
            the change of all frames at once and what is done at the end as one of every frame.
    """
    kept = [o for o in loop.terms.objectives if not isinstance(o, Smoothness | Acceleration)]
    pushed = None if loop.kernel.robot.fixed_base else refinement.mechanics
    forces = () if pushed is None else (pushed,)
    terms = Terms((*kept, *refinement.smoothness, *forces), loop.terms.constraints)
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
    if refinement.sweeps:
        loose = Terms((*kept, *refinement.loose), loop.terms.constraints)
        mechanics = None
        if pushed is not None:
            load = Load.of(plan.scene, plan.touches, len(plan), plan.clip.fps)
            own = loop.kernel.robot, frames, load
            mechanics = WholeClip(pushed, refinement.smoothness, *own)
        visits = Visits(loop, loose, programs, qs, iterations, mechanics)
        _smooth(visits, Ease(loop.kernel.robot, qs, 1.0 / frames[0].dt), refinement, progress)
        return [(q, visits.report(index)) for index, q in enumerate(qs)]
    for index in changed:
        neighbours = Neighbours({-k: qs[index - k] for k in (1, 2) if k <= index})
        program = Program(loop.terms, loop.kernel, frames[index], neighbours)
        again = Evaluation(program, qs[index])
        reports[index] = again.report(index, iterations[index], loop.feasibility)
    return [(q, reports[index]) for index, q in enumerate(qs)]


def _smooth(
    visits: Visits,
    ease: Ease,
    refinement: Refinement,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Ease the whole clip and revisit its frames, then those in which the base still jerks."""
    count = done = len(visits.violation)
    total = count * (1 + refinement.passes(visits.mechanics is not None))

    def tell(more: float) -> None:
        if progress is not None:
            progress(done + round(more), total)

    margin, beside = round(_MARGIN * ease.fps), round(_BESIDE * ease.fps)
    ease.joints()
    for sweep in range(refinement.sweeps):
        if sweep == 0 or visits.mechanics is None:
            ease.base(visits.blocked)
        else:
            _mend(visits, 2, _BEFORE, reported=False)
            kicks = around(jerky(ease.places, ease.fps, _JERK), margin)
            rough = kicks | around(visits.broken, margin)
            hard = around(visits.broken & ~kicks, beside)
            visits.balance(hard, lambda share: tell(count * share))
            done += count
            if visits.mechanics.coarse:
                ease.settle()
                ease.base(visits.blocked)
            else:
                ease.base(visits.blocked, hard)
        for index in range(count) if sweep % 2 == 0 else range(count - 1, -1, -1):
            visits.step(index, sweep + 1 == refinement.sweeps)
            done += 1
            tell(0)
    if refinement.sweeps > 1 and visits.mechanics is not None and not visits.mechanics.coarse:
        _mend(visits, beside, _MENDING, reported=True)
        # What a change of all frames broke, or made jerk, and was neither before.
        lost = (visits.broken | jerky(ease.places, ease.fps, _JERK)) & ~rough
        back = visits.take_back(around(lost, beside), beside)
        ease.base(visits.blocked, back)
        for index in np.flatnonzero(back)[::-1].tolist():
            visits.step(index, True)
        tell(0.5 * count)
    for turn in range(refinement.turns):
        there = around(jerky(ease.places, ease.fps, _JERK), margin)
        if not there.any():
            break
        ease.base(visits.blocked, there)
        visits.search(there, backwards=turn % 2 == 1)
    for turn in range(refinement.turns):
        if not visits.broken.any():
            break
        visits.search(around(visits.broken, 1), backwards=turn % 2 == 1)
    if refinement.sweeps:
        tell(count)


def _mend(visits: Visits, beside: int, turns: int, reported: bool) -> None:
    """Revisit the frames whose rows are broken, and so many before and after them."""
    for turn in range(turns):
        some = np.flatnonzero(around(visits.broken, beside))
        for index in some[:: 1 if turn % 2 else -1].tolist():
            visits.step(index, reported)


def _known(frame: Frame, configuration: Configuration) -> Frame:
    """The frame with the places of its feet as they were planted."""
    if all(stance.settled for stance in frame.stances):
        return frame
    stances = tuple(
        replace(stance, touchdown=touchdown(stance, configuration)) for stance in frame.stances
    )
    return replace(frame, stances=stances)
