"""Smooth curves over time: what every joint of the demonstrations moves along."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import convolve1d, minimum_filter1d

from kinemesh.arrays import Array
from kinemesh.geometry.easing import minimum_jerk

FPS = 30
"""Frames per second of the clips [1/s]."""
SUBSTEPS = 8
"""Instants computed per frame: curves are smoothed on a grid this much finer."""
DT = 1.0 / (FPS * SUBSTEPS)
"""Spacing of the fine grid [s]."""


def grid(duration: float) -> Array:
    """Instants [s] of the fine grid, from 0 to ``duration`` [s] rounded to whole frames."""
    return np.asarray(np.arange(round(duration * FPS) * SUBSTEPS + 1) * DT, dtype=np.float64)


def ease(times: Array, start: float, end: float) -> Array:
    """From 0 to 1 between ``start`` and ``end`` [s], by the minimum-jerk curve."""
    return minimum_jerk(np.clip((np.asarray(times) - start) / (end - start), 0.0, 1.0))


def hold(times: Array, rise: tuple[float, float], fall: tuple[float, float]) -> Array:
    """0, then 1 after ``rise`` [s], then 0 again after ``fall`` [s]; eased."""
    return ease(times, *rise) - ease(times, *fall)


def bump(times: Array, start: float, end: float) -> Array:
    """0, 1 half-way between ``start`` and ``end`` [s], 0 again; C2."""
    u = np.clip((np.asarray(times) - start) / (end - start), 0.0, 1.0)
    return np.asarray(64.0 * (u * (1.0 - u)) ** 3)


def quintic(times: Array, knots: list[tuple[float, float, float]]) -> Array:
    """A C2 curve through ``(time [s], value, rate [1/s])``, without acceleration at the knots."""
    where = [time for time, _, _ in knots]
    states = [(value, rate, 0.0) for _, value, rate in knots]
    from scipy.interpolate import BPoly  # here: a fifth of a second of start-up

    curve = BPoly.from_derivatives(where, states)
    return np.asarray(curve(np.clip(times, where[0], where[-1])))


def smooth(values: Array, half: float) -> Array:
    """Moving average of ``values`` ``(T, ...)`` over ``half`` [s] to each side, C2 weights."""
    steps = max(1, round(half / DT))
    weights = (1.0 - (np.arange(-steps, steps + 1) / (steps + 1)) ** 2) ** 3
    return np.asarray(convolve1d(values, weights / weights.sum(), axis=0, mode="nearest"))


def below(ceiling: Array, half: float) -> Array:
    """A smooth curve that never exceeds ``ceiling`` ``(T,)``.

    The minimum over ``half`` [s] to each side is averaged over the same window: every value
    averaged at an instant is a minimum of a window that contains that instant.
    """
    steps = max(1, round(half / DT))
    return smooth(minimum_filter1d(ceiling, 2 * steps + 1, mode="nearest"), half)
