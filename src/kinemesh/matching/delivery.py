"""What a conversion to another rate leaves of what held: judged before it, and in the new file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kinemesh import metrics
from kinemesh.matching.matched import match
from kinemesh.matching.scene import Shapes
from kinemesh.matching.trajectory_file import TrajectoryFile, read_trajectory
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.limits import Limits
from kinemesh.metrics.score import runs
from kinemesh.motion import Clip
from kinemesh.trajectories import WRITERS, rates

Flags = NDArray[np.bool_]

_WORSE = 1.1
"""A row that failed before as well is named again where its value is this many times as large."""


@dataclass(frozen=True)
class Delivery:
    """A trajectory judged as it was, and as the file has it."""

    fps: tuple[float, float]
    """Rates before and after [1/s]."""
    before: metrics.Score
    """The verdict on what was handed in."""
    after: metrics.Score
    """And on what the file says."""

    @property
    def lost(self) -> tuple[str, ...]:
        """The rows that fail in the file and did not before, or did by less, with both figures."""
        known = {measure.name: measure for measure in self.before}
        said = []
        for measure in self.after.failed:
            old = known.get(measure.name)
            if measure.value is None or old is None or old.value is None:
                continue
            worse = measure.value / max(old.value, 1e-12)
            if old.passed or (1.0 / worse if measure.at_least else worse) > _WORSE:
                said.append(
                    f"{measure.name} {measure.value:.3g} {measure.unit} ({old.value:.3g} before, "
                    f"limit {measure.limit:g})"
                )
        return tuple(said)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What no longer holds, in words; empty where all does."""
        if not self.lost:
            return ()
        old, new = self.fps
        if old == new:
            return (f"the file: {'; '.join(self.lost)}: it does not hold what was read",)
        return (
            f"at {new:g}/s (from {old:g}): {'; '.join(self.lost)}: what held in the frames that "
            f"were read does not hold between them. Retarget the recording with rate={new:g} "
            f"(clip.resample) instead, and convert that",
        )


def scored(
    file: TrajectoryFile,
    clip: Clip | None,
    shapes: Shapes,
    mass: Mapping[str, float] | float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[metrics.Score, tuple[str, ...]]:
    """A trajectory judged, and notes on that; without ``clip``, feet while its file says "held".

    Args:
        file: the trajectory.
        clip: the recording that it answers.
        shapes: what it met, where no recording says it.
        mass: of the props [kg].
        progress: called with (steps done, steps in all).

    Raises:
        KinemeshError: trajectory, clip and shapes do not fit together.
    """
    # Judged alike before and after: with a recording only where one is given.
    bare = replace(file, result=None, notes=(), warnings=())
    matched = match(bare, clip, mass=mass, **({} if clip is not None else shapes.shapes))
    score = matched.score(progress=progress)
    if clip is not None:
        return score, matched.notes
    feet = _feet(KinematicTrajectory(matched.trajectory, matched.robot), file.stance)
    said = "judged without the recording: recording= adds stance, contact and tracking"
    return replace(score, measures=(*score.measures, *feet)), (*matched.notes, said)


def reread(
    file: TrajectoryFile, target: Path, format: str, fps: float, robot: str | None
) -> TrajectoryFile:
    """The file that was made of ``file``, with what only that says at its instants.

    Args:
        file: what was read.
        target: the file that was written.
        format: its format.
        fps: its rate [1/s].
        robot: the robot as the user named it.
    """
    stated = WRITERS[format].states_fps
    name = robot or file.trajectory.robot
    new = read_trajectory(target, name, fps=None if stated else fps, format=format)
    times, own = np.arange(len(new.trajectory)) / fps, file.trajectory.fps
    moved = {n: rates.tracks(t, own, times) for n, t in file.tracks.items()}
    stance = {n: _held(flags, own, times) for n, flags in file.stance.items()}
    scene = file.scene
    if scene is not None:  # a format has room for the first props, and names none
        met = {**moved, **dict(zip(moved, new.tracks.values(), strict=False))}
        scene = replace(scene, props=tuple(replace(p, track=met[p.name]) for p in scene.props))
    tracks = new.tracks or moved
    return replace(new, scale=file.scale, tracks=tracks, stance=stance, scene=scene)


def _held(flags: Flags, fps: float, times: NDArray[np.float64]) -> Flags:
    """Flags ``(T,)`` at ``times`` [s]: where they hold in the frames on both sides."""
    last = len(flags) - 1
    first = np.clip(np.floor(times * fps + 1e-6).astype(int), 0, last)
    second = np.clip(np.ceil(times * fps - 1e-6).astype(int), 0, last)
    return np.asarray(flags[first] & flags[second])


def _feet(posed: KinematicTrajectory, stance: Mapping[str, Flags]) -> tuple[metrics.Measure, ...]:
    """How fast toes slide while the file says that they were held; nothing where it does not."""
    limit = Limits().slip
    speeds = []
    for sole in posed.robot.soles:
        flags = stance.get(f"{sole.name}_toe")
        if flags is None:
            continue
        toe = posed.corners(sole.name)[:, 2:, :2].mean(axis=1)
        for first, last in runs(flags):
            steps = np.diff(toe[first : last + 1], axis=0)
            speeds.append(np.linalg.norm(steps, axis=1) * posed.fps)
    pace = np.concatenate(speeds) if speeds else np.zeros(0)
    if not len(pace):
        return ()
    return (metrics.Measure("held.slip_mean", 1e2 * float(pace.mean()), "cm/s", limit),)
