"""How smooth the motion is: joints, and the base beside the person's own pelvis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.metrics.doubts.doubts import Held
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.geometry.trajectory import SIDES, KinematicTrajectory
from kinemesh.metrics.limits import Limits
from kinemesh.metrics.person.human import standing
from kinemesh.metrics.score import Measure, none, runs
from kinemesh.motion import Clip

_STEP = 1.0 / 30.0
"""The base's jerk is taken by differences over this time [s], or as near as the rate has it."""
_NEAR = 2
"""What is within so many of these steps of a change of stance is near it."""
_PERSON = 1.5
"""A person who is jerky herself may be followed with so many times her own jerk."""


def smoothness(
    posed: KinematicTrajectory,
    clip: Clip | None,
    scale: float,
    held: Held | None,
    limits: Limits,
    surfaces: Surfaces,
) -> tuple[Measure, ...]:
    """Root mean squares of finite differences over all frames and joints (or axes)."""
    joints, fps = posed.joints, posed.fps
    return (
        _rms("smoothness.joint_speed_max", joints, 1, fps, "rad/s", worst=True),
        _rms("smoothness.joint_acceleration", joints, 2, fps, "rad/s^2"),
        _rms("smoothness.joint_jerk", joints, 3, fps, "rad/s^3"),
        *_root(posed, clip, scale, _changes(clip, held, len(posed), surfaces), limits),
    )


def _rms(
    name: str, values: Array, order: int, fps: float, unit: str, worst: bool = False
) -> Measure:
    if len(values) <= order:
        return none(name, unit, f"needs more than {order} frames")
    change = np.diff(values, order, axis=0) * fps**order
    figure = np.abs(change).max() if worst else np.sqrt(np.mean(change**2))
    return Measure(name, float(figure), unit)


def _root(
    posed: KinematicTrajectory,
    clip: Clip | None,
    scale: float,
    changes: NDArray[np.int64] | None,
    limits: Limits,
) -> tuple[Measure, ...]:
    """The base's jerk, and how much more of it there is where feet come and go."""
    names = "smoothness.root_jerk", "smoothness.root_jerk_landing"
    step = max(1, round(_STEP * posed.fps))
    if len(posed) <= 3 * step:
        why = f"needs more than {3 * step} frames"
        return none(names[0], "m/s^3", why), none(names[1], "1", why)
    jerk = _jerk(posed.q[:, :3], step, posed.fps)
    value, limit = _mean(jerk), limits.root_jerk
    note, parts = f"over {1e3 * step / posed.fps:.0f} ms", {}
    if clip is not None:
        person = _mean(_jerk(scale * clip.landmark("pelvis"), step, posed.fps))
        note += f"; the person's pelvis, scaled: {person:.3g}"
        parts = {"person": person}
        limit = None if limit is None else max(limit, _PERSON * person)
    # Of four frames a step apart: how jerky it is about their middle.
    middle = np.arange(len(jerk)) + 1.5 * step
    series = np.interp(np.arange(len(posed)), middle, np.linalg.norm(jerk, axis=1))
    whole = Measure(names[0], value, "m/s^3", limit, note=note, series=series, parts=parts)
    if changes is None:
        return whole, none(names[1], "1", "needs the clip: when feet stand is the person's to say")
    away = np.abs(middle[:, None] - (changes - 0.5)[None]).min(axis=1, initial=np.inf)
    near = away <= _NEAR * step
    if not near.any() or near.all():
        why = "no foot comes or goes" if not near.any() else "feet come and go all the time"
        return whole, none(names[1], "1", why)
    about, rest = _mean(jerk[near]), _mean(jerk[~near])
    if rest == 0.0:
        return whole, none(names[1], "1", "the base keeps still elsewhere")
    flags = np.abs(np.arange(len(posed))[:, None] - (changes - 0.5)[None]).min(axis=1)
    landing = Measure(
        names[1],
        about / rest,
        "1",
        limits.root_jerk_landing,
        frames=runs(flags <= _NEAR * step) if _over(about / rest, limits) else (),
        note=f"{about:.3g} m/s^3 within {_NEAR} steps of {len(changes)} changes, {rest:.3g} else",
        parts={"near": about, "elsewhere": rest},
    )
    return whole, landing


def _over(ratio: float, limits: Limits) -> bool:
    return limits.root_jerk_landing is not None and ratio > limits.root_jerk_landing


def _jerk(points: Array, step: int, fps: float) -> Array:
    """Third differences ``(T - 3 step, 3)`` [m/s^3] of ``points`` over ``step`` frames each."""
    change = points
    for _ in range(3):
        change = change[step:] - change[:-step]
    return np.asarray(change * (fps / step) ** 3)


def _mean(jerk: Array) -> float:
    """Root mean square over frames and axes."""
    return float(np.sqrt(np.mean(jerk**2)))


def _changes(
    clip: Clip | None, held: Held | None, frames: int, surfaces: Surfaces
) -> NDArray[np.int64] | None:
    """First frames in which a foot's stance is another, as the solver held it or she stands."""
    feet = []
    if held is not None:
        flags = (held.stance.get(f"{side}_toe") for side in SIDES)
        feet = [np.asarray(one, dtype=bool) for one in flags if one is not None]
    if not feet or any(len(one) != frames for one in feet):
        if clip is None:
            return None
        feet = [standing(clip, side, surfaces).toe for side in SIDES]
    return np.unique(np.concatenate([np.flatnonzero(one[1:] != one[:-1]) + 1 for one in feet]))
