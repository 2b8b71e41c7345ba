"""Velocities and accelerations of a motion, of what it does below a stated frequency.

Second differences of a motion at 30 frames a second are mostly noise, which no body follows. A
Butterworth filter without lag, run forth and back over the steps between frames, leaves what is
slower than 6 Hz, the cut-off that is usual for gait (Winter, Biomechanics and Motor Control of
Human Movement).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array

CUT_OFF = 6.0
"""Frequency [Hz] at which an acceleration keeps 1 / sqrt(2) of its size."""
SLOWEST = 20.0
"""At fewer frames a second than this [1/s] there is nothing to be cut off."""
_KNOWN = 1.0 / CUT_OFF
"""So long from either end of a clip [s] the filter does not know what was before or after."""
_FEWEST = 4
"""Steps that a derivative takes."""


def margin(fps: float) -> int:
    """How many frames at either end of a clip are not known."""
    return int(np.ceil(_KNOWN * fps))


def known(frames: int, fps: float) -> NDArray[np.bool_]:
    """In which of the frames of a clip accelerations are known ``(T,)``."""
    flags, ends = np.zeros(frames, dtype=bool), margin(fps)
    flags[ends : frames - ends] = True
    return flags


def lacks(frames: int, fps: float) -> str:
    """Why nothing is known of a clip; empty where something is."""
    if fps < SLOWEST:
        return f"needs {SLOWEST:g} frames a second; there are {fps:g}"
    least = 2 * margin(fps) + 1
    if frames < least:
        return f"needs {least} frames at {fps:g}/s to know accelerations; there are {frames}"
    return ""


@dataclass(frozen=True, eq=False)
class Rates:
    """First and second derivatives over time of ``(T, N)``; near the ends they are not known."""

    velocity: Array
    """``(T, N)``, per second."""
    acceleration: Array
    """``(T, N)``, per second squared."""


def rates(steps: Array, fps: float) -> Rates:
    """Filtered rates of what goes by ``steps`` ``(T - 1, N)`` from frame to frame.

    Both derivatives are of fourth order: at 30 frames a second they are exact to 0.5 % up to 3 Hz.

    Raises:
        ValueError: there are too few frames or frames a second; see :func:`lacks`.
    """
    if why := lacks(len(steps) + 1, fps):
        raise ValueError(why)
    smooth = _filtered(steps, fps) * fps
    result = np.zeros((2, len(steps) + 1, steps.shape[1]))
    back, before, after, ahead = (smooth[k : len(smooth) - 3 + k] for k in range(_FEWEST))
    result[0, 2:-2] = (7.0 * (before + after) - back - ahead) / 12.0
    result[1, 2:-2] = (15.0 * (after - before) + back - ahead) * (fps / 12.0)
    return Rates(*result)


def turning(rotations: Array, fps: float) -> Rates:
    """Angular velocity and acceleration in the world of frames turned by ``(T, 3, 3)``."""
    from scipy.spatial.transform import Rotation

    turns = Rotation.from_matrix(rotations[1:] @ rotations[:-1].transpose(0, 2, 1))
    return rates(turns.as_rotvec(), fps)


def _filtered(steps: Array, fps: float) -> Array:
    """Steps ``(N, K)`` with what is faster than the cut-off taken off.

    A Butterworth filter of second order that goes forth and back has the gain
    ``1 / (1 + (tan(w / 2) / corner)^4)``, and ``tan(w / 2)^2`` is the quotient of two stencils, so
    that what comes out solves a system of five bands.
    """
    from scipy.linalg import solve_banded  # here: start-up

    # The power is to be halved at the cut-off: (tan / corner)^4 = sqrt(2) - 1 there.
    bend = (np.sqrt(2.0) - 1.0) / np.tan(np.pi * CUT_OFF / fps) ** 4
    pad = min(len(steps) - 1, 3 * margin(fps))
    before = 2.0 * steps[0] - steps[pad:0:-1]
    after = 2.0 * steps[-1] - steps[-2 : -2 - pad : -1]
    whole = np.concatenate([before, steps, after])
    mean, difference = np.array([1.0, 4.0, 6.0, 4.0, 1.0]), np.array([1.0, -4.0, 6.0, -4.0, 1.0])
    smooth = np.array(whole)
    smooth[2:-2] = sum(c * whole[k : len(whole) - 4 + k] for k, c in enumerate(mean))
    bands = np.repeat((mean + bend * difference)[:, None], len(whole), axis=1)
    count = len(whole)
    for row in (0, 1, count - 2, count - 1):  # the ends stay what they are
        for k, column in enumerate(range(row + 2, row - 3, -1)):
            if 0 <= column < count:
                bands[k, column] = float(column == row)
    return np.asarray(solve_banded((2, 2), bands, smooth)[pad : pad + len(steps)])
