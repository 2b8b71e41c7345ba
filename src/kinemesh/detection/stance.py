"""When a foot is planted: from height and speed, in metres and seconds, with hysteresis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arguments import amounts
from kinemesh.arrays import Array
from kinemesh.detection.support import Land
from kinemesh.errors import ClipError
from kinemesh.motion.clip import Clip
from kinemesh.motion.edits import edited_runs, lifted

Flags = NDArray[np.bool_]

KNEE = 0.15
"""Where the knee is lower above the foot's surface [m], the person lies or kneels: no heel is
down, and the foot is on its ball, or its instep or side is on the ground, and no sole."""
BALL = 0.5
"""It is on its ball where the ankle is higher over the toe than this share of their distance."""
TIPTOE = 0.7
"""Where it is higher than this share no heel is down, however long the ankle keeps its height."""
_RIDES = 0.12
"""A toe joint higher over its surface than this [m] is not resting on it."""
RESTS = 0.025
"""How high over its surface [m] a toe joint usually is while the foot stands."""
SUNK = 0.2
"""A toe joint deeper in its surface than this [m] does not stand on it."""
_STILL = 0.1
"""Where a toe slower than this [m/s] rests says how high its joint rides."""


@dataclass(frozen=True)
class StanceRule:
    """Thresholds of stance detection, at human scale.

    A point is planted from where it is slower than ``enter_speed`` and lower than
    ``enter_height`` until it is faster than ``leave_speed``, higher than ``leave_height`` or
    further than ``drift`` from where it was planted.
    """

    enter_speed: float = 0.30
    """[m/s]."""
    leave_speed: float = 0.45
    """[m/s]."""
    enter_height: float = 0.05
    """Above the surface [m], on top of where the joint is when planted."""
    leave_height: float = 0.08
    """Above the surface [m], on top of where the joint is when planted."""
    hover: float = 0.15
    """Above the surface [m]: a foot that is slow right before or after a stance, and lower than
    this, holds its place over the ground."""
    hover_time: float = 0.15
    """For at most this long [s]."""
    drift: float = 0.06
    """[m]: a foot that is dragged slowly is planted anew every so far."""
    shortest: float = 0.1
    """A stance shorter than this [s] is none, except at the ends of the clip."""

    def __post_init__(self) -> None:
        amounts(self, ClipError, endless=("drift",))
        for what in ("speed", "height"):
            enter, leave = getattr(self, f"enter_{what}"), getattr(self, f"leave_{what}")
            if leave < enter:
                raise ClipError(
                    f"leave_{what} = {leave} is less than enter_{what} = {enter}: a foot that is "
                    f"planted would not stay so"
                )


@dataclass(frozen=True, eq=False)
class Footing:
    """Which parts of one foot are planted, frame by frame."""

    toe: Flags
    """The ball of the foot is planted ``(T,)``."""
    landing: Flags
    """The foot has stopped over its place but is still, or again, in the air ``(T,)``."""
    heel: Flags
    """The heel is down too ``(T,)``; implies ``toe``."""
    touchdown: Flags
    """A new stance, landing included, begins ``(T,)``."""
    ankle_height: float
    """Height of the ankle above the surface while the foot is flat [m]."""


def detect_footing(clip: Clip, rule: StanceRule | None = None) -> dict[str, Footing]:
    """Stance of both feet, ``left`` and ``right``; where the clip has edits they decide."""
    rule = rule or StanceRule()
    land = Land(clip.scene)
    return {side: _foot(clip, side, rule, land) for side in ("left", "right")}


def _foot(clip: Clip, side: str, rule: StanceRule, land: Land) -> Footing:
    toe, ankle = clip.landmark(f"{side}_toe"), clip.landmark(f"{side}_ankle")
    surface = land.support(toe)[0]
    low_knee = clip.landmark(f"{side}_knee")[:, 2] - surface < KNEE
    rises = (ankle[:, 2] - toe[:, 2]) / np.maximum(np.linalg.norm(ankle - toe, axis=1), 1e-9)
    on_ball = rises > BALL
    height = toe[:, 2] - surface
    height = np.where((low_knee & ~on_ball) | (height < -SUNK), np.inf, height)
    height = height - raised(toe, height, clip.fps)
    runs = edited_runs(clip.edits, _runs(toe, height, clip.fps, rule), side)
    frames = len(toe)
    taken = lifted(clip.edits, frames, side)
    planted, landing, starts = (np.zeros(frames, dtype=bool) for _ in range(3))
    for first, last in runs:
        planted[first : last + 1] = True
    taken |= planted
    speed = _speed(toe, clip.fps)
    for first, last in runs:
        for frame in _slow_air(speed, height, taken, first, -1, clip.fps, rule):
            landing[frame] = True
            first = frame
        for frame in _slow_air(speed, height, taken, last, 1, clip.fps, rule):
            landing[frame] = True
        starts[first] = True
    ankle_height = ankle[:, 2] - surface
    no_heel = low_knee | (rises > TIPTOE)
    flat = _resting_height(ankle_height, planted & ~no_heel)
    ankle_height = np.where(no_heel, np.inf, ankle_height)
    heel_rule = StanceRule(
        enter_height=0.02, leave_height=0.035, drift=np.inf, shortest=rule.shortest
    )
    heel = np.zeros(frames, dtype=bool)
    for first, last in _runs(ankle, ankle_height - flat, clip.fps, heel_rule):
        heel[first : last + 1] = True
    return Footing(planted, landing & ~planted, planted & heel, starts, flat)


def raised(toe: Array, height: Array, fps: float) -> float:
    """How much higher than usual [m] a toe joint rides, as thick shoes or other markers have it.

    Never so much that toes in the air would rest on them.

    Args:
        toe: where it is ``(T, 3)`` [m].
        height: how high that is over what is under it ``(T,)`` [m].
        fps: frames a second.
    """
    speed = _speed(toe, fps)
    still = np.append(speed, np.inf) < _STILL
    still |= np.append(np.inf, speed) < _STILL
    values = height[still & (height < _RIDES)]
    return max(0.0, float(np.quantile(values, 0.1)) - RESTS) if len(values) else 0.0


def _resting_height(height: Array, planted: Flags) -> float:
    """Height [m] of the ankle while the foot is flat: the low end while the toe is planted."""
    values = height[planted] if planted.any() else height
    values = values[np.isfinite(values)]  # there may be nothing under a foot
    return float(np.quantile(values, 0.3)) if len(values) else 0.0


def _speed(point: Array, fps: float) -> Array:
    """Horizontal speed ``(T - 1,)`` [m/s]; entry k is between frames k and k + 1."""
    return np.asarray(np.linalg.norm(np.diff(point[:, :2], axis=0), axis=1) * fps)


def _runs(point: Array, height: Array, fps: float, rule: StanceRule) -> list[tuple[int, int]]:
    """First and last frame of every stance, by hysteresis over the intervals between frames.

    Interval k lies between frames k and k + 1: a frame is planted when an interval beside it
    is, so that a planted point does not move during any planted interval.
    """
    frames, speed = len(point), _speed(point, fps)
    least = max(1, round(rule.shortest * fps))
    runs: list[tuple[int, int]] = []
    k = 0
    while k < frames - 1:
        if not (speed[k] < rule.enter_speed and height[k] < rule.enter_height):
            k += 1
            continue
        first, origin = k, point[k, :2]
        while (
            k < frames - 1
            and speed[k] < rule.leave_speed
            and height[k + 1] < rule.leave_height
            and np.linalg.norm(point[k + 1, :2] - origin) < rule.drift
        ):
            k += 1
        # A stance cut short by an end of the clip may have been a long one.
        if k - first >= least or ((first == 0 or k == frames - 1) and k > first):
            # The frame shared with a stance right before belongs to that one.
            runs.append((first + 1 if runs and runs[-1][1] == first else first, k))
        k = max(k, first + 1)
    return runs


def _slow_air(
    speed: Array,
    height: Array,
    taken: Flags,
    start: int,
    direction: int,
    fps: float,
    rule: StanceRule,
) -> list[int]:
    """Frames next to a stance, outwards from ``start``, in which the foot hovers in its place.

    Frames that are ``taken`` ``(T,)``, planted or said to be in the air, end the search.
    """
    found = []
    for step in range(1, round(rule.hover_time * fps) + 1):
        frame = start + direction * step
        interval = frame if direction < 0 else frame - 1
        if not 0 <= frame < len(height) or taken[frame]:
            break
        if speed[interval] >= rule.leave_speed or height[frame] >= rule.hover:
            break
        found.append(frame)
    return found


def stance_flags(footing: Mapping[str, Footing]) -> dict[str, Flags]:
    """Flags ``(T,)`` of all feet by name: ``left_toe``, ``left_heel``, ``left_landing``, ..."""
    return {
        f"{side}_{part}": flags
        for side, foot in footing.items()
        for part, flags in (("toe", foot.toe), ("heel", foot.heel), ("landing", foot.landing))
    }
