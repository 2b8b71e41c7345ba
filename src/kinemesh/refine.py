"""The whole-clip pass: smooth the trajectory and keep every constraint true.

Frames are revisited in turn, each with all its constraint rows and with smoothness terms that see
the frames on both sides. What a causal pass cannot know, where a foot is about to land, is known
now. Roughness from frame to frame is what block-wise descent removes fastest, so a few sweeps do;
and since every visit ends in a step that is checked against the nonlinear constraints, smoothness
never undoes one, as a filter afterwards would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from kinemesh.arguments import several, whole
from kinemesh.constraints import Constraint, StepBox
from kinemesh.evaluation import Evaluation, Terms
from kinemesh.motion.arrays import Array
from kinemesh.objectives import Acceleration, Differences, Objective, Smoothness
from kinemesh.problem import Frame, solve
from kinemesh.result import FrameReport
from kinemesh.robot import Configuration, RobotModel

Solved = tuple[Frame, Configuration, FrameReport]


_SHARES = (1.0, 0.5, 0.25)
"""How much of a step is tried, until it does not raise the merit."""


class Solver(Protocol):
    """What the pass takes over from the retargeter."""

    robot: RobotModel
    objectives: tuple[Objective, ...]
    constraints: tuple[Constraint | StepBox, ...]
    feasibility: float
    solver: str


REMEMBERED = 1500
"""Frames of which is kept what terms said, about 50 kB each, until the next sweep asks; those of a
longer clip are asked anew."""


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
    solver: Solver,
    refinement: Refinement,
    solved: Iterable[Solved],
    progress: Callable[[int, int], None] | None = None,
) -> list[Solved]:
    """Revisit the frames of a solved clip; reports are those of the final trajectory.

    Args:
        solver: what solves, and by which terms.
        refinement: how it smooths.
        solved: the frames, done once; of a generator's nothing is kept but what the pass made of
            them.
        progress: called after every visit with (visits done, in all); the first solution of each
            frame counts as one.
    """
    kept = (o for o in solver.objectives if not isinstance(o, Smoothness | Acceleration))
    terms = Terms((*kept, *refinement.smoothness), solver.constraints)
    frames, configurations, reports = [], [], []
    for frame, configuration, report in solved:
        frames.append(_known(frame, configuration))
        configurations.append(configuration)
        reports.append(report)
    done = len(frames)
    for sweep in range(refinement.sweeps):
        order = range(len(frames)) if sweep % 2 == 0 else range(len(frames) - 1, -1, -1)
        for index in order:
            frame = _among(frames[index], configurations, index)
            now = Evaluation(terms, configurations[index], frame)
            step = solve(now.qp(), solver.solver).step
            best = now
            for share in _SHARES:
                new = Evaluation(terms, now.configuration.integrate(share * step), frame)
                if new.merit(solver.feasibility) <= now.merit(solver.feasibility):
                    best = new
                    break
            configurations[index] = best.configuration
            last = sweep + 1 == refinement.sweeps
            if last:
                solves = reports[index].iterations + refinement.sweeps
                reports[index] = best.report(frame.index, solves, solver.feasibility)
            if last or index >= REMEMBERED:
                best.configuration.forget()
            done += 1
            if progress is not None:
                progress(done, len(frames) * (1 + refinement.sweeps))
    return list(zip(frames, configurations, reports, strict=True))


def _known(frame: Frame, configuration: Configuration) -> Frame:
    """The frame with the places of its feet as they were planted."""
    if all(stance.settled for stance in frame.stances):
        return frame
    stances = tuple(
        replace(
            stance,
            touchdown=stance.planted(
                configuration.positions(np.full(4, stance.sole.joint), stance.sole.corners)
            ),
        )
        for stance in frame.stances
    )
    return replace(frame, stances=stances)


def _among(frame: Frame, configurations: Sequence[Configuration], index: int) -> Frame:
    """The frame with its neighbours as they are now."""
    beside: dict[int, Array] = {
        k: configurations[index + k].q
        for k in (-3, -2, -1, 1, 2, 3)
        if 0 <= index + k < len(configurations)
    }
    return frame.among(beside)
