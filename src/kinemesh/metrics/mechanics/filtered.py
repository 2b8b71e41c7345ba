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

    Both derivatives are of fourth order: up to the cut-off they are exact to 1 %.

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
    from scipy.signal import butter, sosfiltfilt  # here: a tenth of a second of start-up

    # Run twice it is to halve the power at the cut-off: 1 + (f / corner)^4 = sqrt(2) there.
    corner = np.tan(np.pi * CUT_OFF / fps) / (np.sqrt(2.0) - 1.0) ** 0.25
    sections = butter(2, fps / np.pi * np.arctan(corner), fs=fps, output="sos")
    pad = min(len(steps) - 1, 3 * margin(fps))
    return np.asarray(sosfiltfilt(sections, steps, axis=0, padlen=pad))
