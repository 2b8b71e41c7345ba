"""Paths over a whole clip: made smooth at once, and how much they jerk."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded

from kinemesh.arrays import Array

_STENCIL = np.array([-1.0, 3.0, -3.0, 1.0])
"""A third difference."""
_INTERVAL = 1.0 / 30.0
"""Jerk is told by places so far apart in time [s], or a frame where these are further apart."""


def smoothed(values: Array, cutoff: float, fps: float, weights: Array | None = None) -> Array:
    r"""The path :math:`z` that is near to given values and has small third differences.

    .. math:: \min_z \sum_t w_t \|z_t - x_t\|^2 + \lambda \sum_t \|\Delta^3 z_t\|^2,
              \qquad \lambda = \left(\frac{f}{2 \pi f_c}\right)^6

    What moves slowly stays as it is, a parabola exactly so, at both ends too; what swings at the
    cutoff :math:`f_c` is halved.

    Args:
        values: :math:`x` ``(T, N)``.
        cutoff: :math:`f_c` [Hz].
        fps: frames a second :math:`f`.
        weights: :math:`w` ``(T,)``, all above 0; 1 by default.
    """
    count = len(values)
    if count < len(_STENCIL):
        return np.array(values)
    weights = np.ones(count) if weights is None else weights
    bands = np.zeros((4, count))  # of the upper half: the last row is the diagonal
    bands[3] = weights
    stiffness = (fps / (2.0 * np.pi * cutoff)) ** 6
    for i, one in enumerate(_STENCIL):
        for j, other in enumerate(_STENCIL[i:], i):
            bands[3 - (j - i), j : count - 3 + j] += stiffness * one * other
    return np.asarray(solveh_banded(bands, weights[:, None] * values, check_finite=False))


def jerky(places: Array, fps: float, limit: float) -> NDArray[np.bool_]:
    """Which frames ``(T,)`` a path ``(T, 3)`` [m] goes through with more jerk than a limit.

    Args:
        places: the path.
        fps: frames a second.
        limit: length of the third difference [m/s^3].
    """
    step = max(1, round(_INTERVAL * fps))
    found = np.zeros(len(places), dtype=bool)
    last = len(places) - 3 * step
    if last <= 0:
        return found
    change = sum(c * places[k * step : k * step + last] for k, c in enumerate(_STENCIL))
    jerk = np.linalg.norm(change, axis=1) * (fps / step) ** 3
    for first in np.flatnonzero(jerk > limit):
        found[first : first + 3 * step + 1] = True
    return found


def around(flags: NDArray[np.bool_], margin: int) -> NDArray[np.bool_]:
    """Flags ``(T,)`` set too where one at most ``margin`` frames before or after is."""
    there = np.flatnonzero(flags)
    at = np.arange(len(flags))
    after = np.searchsorted(there, at - margin)
    return after < np.searchsorted(there, at + margin, side="right")
