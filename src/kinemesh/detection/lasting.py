"""Frames in which something lasts: from a distance, a speed, and how long it goes on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from kinemesh.arrays import Array, runs

Flags = NDArray[np.bool_]


def stopped(flags: Flags, point: Array, fps: float, speed: float) -> Flags:
    """``flags`` without the stretches in which a point ``(T, 3)`` [m] is never slower."""
    flags = flags.copy()
    if len(point) < 2:
        return flags
    moving = np.linalg.norm(np.gradient(point, axis=0), axis=1) * fps >= speed
    for first, last in runs(flags):
        if moving[first : last + 1].all():
            flags[first : last + 1] = False
    return flags


def hysteresis(distance: Array, enter: float, leave: float) -> Flags:
    """Where ``distance`` ``(T,)`` is less than ``enter``, until it is not less than ``leave``."""
    flags = np.zeros(len(distance), dtype=bool)
    on = False
    for k, value in enumerate(distance):
        on = value < (leave if on else enter)
        flags[k] = on
    return flags


def tidy(flags: Flags, shortest: int) -> Flags:
    """Close short gaps, then drop short touches; what an end of the clip cuts is kept."""
    flags = flags.copy()
    last = len(flags) - 1
    for first, end in runs(~flags):
        if end - first + 1 < shortest and first > 0 and end < last:
            flags[first : end + 1] = True
    for first, end in runs(flags):
        if end - first + 1 < shortest and first > 0 and end < last:
            flags[first : end + 1] = False
    return flags


def steady(places: Array, touching: Flags, width: float, firm: float = 0.0) -> Array:
    """Places steadied within each touch, and held before and after it.

    What wanders by less than ``firm`` [m] stays where it is, what goes further is followed, by a
    Gaussian of ``width`` [frames].
    """
    result = np.array(places)
    stretches = runs(touching)
    for first, last in stretches:
        window = slice(first, last + 1)
        path = places[window]
        held = 0.5 * (_lazy(path, firm) + _lazy(path[::-1], firm)[::-1])
        result[window] = gaussian_filter1d(held, width, axis=0, mode="nearest")
    if stretches:
        near = np.concatenate([np.arange(a, b + 1) for a, b in stretches])
        nearest = near[np.argmin(np.abs(near[None] - np.arange(len(places))[:, None]), axis=1)]
        result = result[nearest]
    return result


def _lazy(path: Array, firm: float) -> Array:
    """Paths ``(T, N)`` that move only as far as they must, to stay within ``firm`` of ``path``."""
    followed, low, high = np.empty_like(path), path - firm, path + firm
    now = np.median(path[: 1 + len(path) // 8], axis=0)
    for k in range(len(path)):
        now = np.minimum(np.maximum(now, low[k]), high[k])
        followed[k] = now
    return followed
