"""One motion of a report: the trajectory, how it was judged, and what there is to draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.matching import MatchedTrajectory
from kinemesh.metrics import Score, Touching, timeline
from kinemesh.result import FrameReport, Result
from kinemesh.viewer import Stage, stage

_TIMELINE = 60
"""What finding when limbs touch takes of the time of judging [%], about: so it counts."""


@dataclass(frozen=True, eq=False)
class Entry:
    """One motion of a report."""

    name: str
    """What it is called in the report."""
    stage: Stage
    """What there is to draw."""
    score: Score
    """The verdict."""
    touching: tuple[Touching, ...]
    """When limbs touch, the person's and the robot's."""
    fastest: Array
    """Speed of the joint that is nearest its limit, between frames ``(T - 1,)`` [% of it]."""
    fastest_joint: tuple[str, ...]
    """Which joint that is ``(T - 1,)``."""
    reports: tuple[FrameReport, ...] = ()
    """How every frame was solved; none for a trajectory of somebody else."""
    notes: tuple[str, ...] = ()
    """What was found or assumed."""
    warnings: tuple[str, ...] = ()
    """What looks wrong."""

    def __len__(self) -> int:
        return len(self.stage)

    @property
    def times(self) -> Array:
        """Of every frame ``(T,)`` [s]."""
        return np.arange(len(self)) / self.stage.fps


def entry(
    matched: MatchedTrajectory,
    *,
    name: str | None = None,
    notes: tuple[str, ...] = (),
    warnings: tuple[str, ...] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Entry:
    """Judge a motion and gather what a report shows of it.

    Args:
        matched: what :func:`kinemesh.matching.match` gives. Without a recording nothing that the
            person has to say is known: stance, contact, tracking.
        name: what to call it; default: the clip's name.
        notes: what was found on reading, before those of the match.
        warnings: what looked wrong on reading, before those of the match.
        progress: called with (steps done, steps in all).

    Raises:
        ClipError: motion, robot, scene and clip do not fit together.
    """
    own = matched.motion if isinstance(matched.motion, Result) else None
    trajectory, robot, clip = matched.trajectory, matched.robot, matched.clip
    order = [trajectory.joint_names.index(joint) for joint in robot.joint_names]
    share = 100.0 * np.abs(trajectory.velocity()[:, order]) / robot.velocity
    worst = share.argmax(axis=1)
    steps = 1

    def judged(done: int, total: int) -> None:
        nonlocal steps
        steps = total + total * _TIMELINE // 100
        if progress is not None:
            progress(done, steps)

    drawn = stage(matched.motion, robot, clip, matched.scene, scale=matched.scale)
    score = matched.score(progress=judged)
    touching = timeline(trajectory, robot, scene=matched.scene, clip=clip)
    if progress is not None:
        progress(steps, steps)
    return Entry(
        name or (own.clip if own is not None else clip.name if clip is not None else robot.name),
        drawn,
        score,
        touching,
        share[np.arange(len(share)), worst],
        tuple(robot.joint_names[k] for k in worst),
        () if own is None else own.reports,
        (*notes, *matched.notes),
        (*warnings, *matched.warnings),
    )
