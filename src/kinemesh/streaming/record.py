"""What was sent, as a result: the last so many seconds of a stream."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation, Slerp

from kinemesh._version import __version__
from kinemesh.arrays import Array
from kinemesh.detection.causal.instant import Instant
from kinemesh.detection.causal.standing import Foot
from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.motion import Clip, Prop, Scene, Trajectory
from kinemesh.problem.causal.plan import CausalPlan
from kinemesh.result import FrameReport, Result
from kinemesh.robot import RobotModel

_EVEN = 1e-6
"""Times that are off by less than this [s] are evenly apart."""


@dataclass(frozen=True, eq=False)
class Entry:
    """One frame that was answered."""

    time: float
    now: Instant
    q: Array
    """``(nq,)`` of the whole robot."""
    landmarks: Array
    feet: Mapping[str, Foot]
    touched: tuple[tuple[str, str], ...]
    props: Mapping[str, Array]
    report: FrameReport


class Record:
    """The frames of the last seconds.

    Args:
        keep: how many seconds.
    """

    def __init__(self, keep: float) -> None:
        self._keep = keep
        self._entries: deque[Entry] = deque()

    def add(self, entry: Entry) -> None:
        """Keep a frame, and forget what is too old."""
        self._entries.append(entry)
        while entry.time - self._entries[0].time > self._keep + _EVEN:
            self._entries.popleft()

    def clear(self) -> None:
        """Forget all."""
        self._entries.clear()

    def result(
        self, robot: RobotModel, plan: CausalPlan, scene: Scene, fps: float, said: tuple[str, ...]
    ) -> Result:
        """What was sent, at ``fps`` frames a second.

        Args:
            robot: whole, without anything frozen.
            plan: how the person was scaled.
            scene: the person's.
            fps: frames a second: frames that came otherwise are read between each other.
            said: notes.

        Raises:
            ClipError: fewer than two frames are kept.
        """
        kept = list(self._entries)
        if len(kept) < 2:
            raise ClipError(f"{len(kept)} frames are kept; a motion needs at least 2")
        times = np.array([entry.time for entry in kept])
        count = 1 + int(np.floor((times[-1] - times[0]) * fps + 1e-6))
        read = times[0] + np.arange(max(count, 2)) / fps
        notes = said
        if len(read) == len(times) and np.abs(read - times).max() < _EVEN:
            read = times
        else:
            notes = (*notes, f"{len(times)} frames that came unevenly, read at {fps:g}/s")
        nearest = [kept[k] for k in np.abs(read[:, None] - times).argmin(axis=1)]
        instants = [entry.now for entry in kept]
        turns = None
        if all(now.rotations is not None for now in instants):
            turns = _turns(times, np.array([now.rotations for now in instants]), read)
        clip = Clip(
            _between(times, np.array([now.positions for now in instants]), read),
            instants[0].skeleton,
            fps,
            _tracked(scene, times, [now.props for now in instants], read),
            plan.height,
            turns,
            name="stream",
            notes=notes,
        )
        feet = [entry.feet for entry in nearest]
        pairs = {pair for entry in kept for pair in entry.touched}
        return Result(
            Trajectory(_configurations(times, kept, read), fps, robot.joint_names, robot.name),
            _tracked(plan.scene, times, [entry.props for entry in kept], read),
            _between(times, np.array([entry.landmarks for entry in kept]), read),
            tuple(replace(entry.report, index=k) for k, entry in enumerate(nearest)),
            clip=clip.name,
            scale=plan.scale,
            version=__version__,
            notes=notes,
            stance={
                f"{side}_{part}": np.array([getattr(foot[side], part) for foot in feet])
                for side in feet[0]
                for part in ("toe", "heel", "landing")
            },
            touch={pair: np.array([pair in entry.touched for entry in nearest]) for pair in pairs},
            demonstration=clip,
        )


def _between(times: Array, values: Array, read: Array) -> Array:
    """Values ``(T, ...)`` at ``times``, read at others, straight from one to the next."""
    if read is times:
        return values
    flat = values.reshape(len(values), -1)
    columns = [np.interp(read, times, column) for column in flat.T]
    return np.stack(columns, axis=1).reshape(len(read), *values.shape[1:])


def _turns(times: Array, values: Array, read: Array) -> Array:
    """Quaternions ``(T, J, 4)`` at ``times``, read at others."""
    if read is times:
        return values
    inside = np.clip(read, times[0], times[-1])
    columns = [
        Slerp(times, Rotation.from_quat(values[:, k]))(inside).as_quat()
        for k in range(values.shape[1])
    ]
    return np.stack(columns, axis=1)


def _configurations(times: Array, kept: list[Entry], read: Array) -> Array:
    qs = np.array([entry.q for entry in kept])
    if read is times:
        return qs
    base = poses.resample(poses.normalised(qs[:, :7]), times, read)
    return np.hstack([base, _between(times, qs[:, 7:], read)])


def _tracked(scene: Scene, times: Array, seen: list[Mapping[str, Array]], read: Array) -> Scene:
    """A scene whose props go where they were seen; those that never were are left out."""
    props: list[Prop] = []
    for prop in scene.props:
        there = [one[prop.name] for one in seen if prop.name in one]
        if not there:
            continue
        late = len(seen) - len(there)  # before that it stood where it was first seen
        track = poses.normalised(np.array([there[0]] * late + there))
        if read is not times:
            track = poses.resample(track, times, read)
        props.append(replace(prop, track=track))
    return replace(scene, props=tuple(props))
