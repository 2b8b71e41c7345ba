r"""Trajectories at another rate, and the velocities of what was sampled.

Time is kept: frame k of a resampled path is the instant ``k / fps``, and the last one is the last
that the path covers. Places, joints and unit quaternions follow a cubic spline, the quaternions
on one hemisphere from frame to frame and made unit again: this is of fourth order for rotations
too, does not depend on the axes of the world or of the body, and has no corners at the old frames,
where linear interpolation and slerp jump in velocity.

Velocities are differences of the frames themselves, so that integrating what a file says leads to
where the file says: central inside,

.. math:: v_k = \frac{p_{k+1} - p_{k-1}}{2 \Delta t}, \qquad
          \omega_k = \frac{\log(R_{k+1} R_{k-1}^T)}{2 \Delta t} \text{ (world frame)},

and one-sided, over one step, in the first and in the last frame.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from kinemesh.arguments import rate
from kinemesh.arrays import Array
from kinemesh.bounds import check_amount
from kinemesh.errors import WriteError
from kinemesh.geometry import poses

Flags = NDArray[np.bool_]

_ROUNDING = 1e-9
"""A frame this far [frames] behind the last instant is still on the path."""


def instants(frames: int, fps: float, new: float, width: int = 1) -> Array:
    """The times [s] at ``new`` [1/s] that a path of ``frames`` at ``fps`` covers.

    Args:
        frames: how many there are.
        fps: their rate [1/s].
        new: the rate that is wanted [1/s].
        width: how many numbers each new frame takes.

    Raises:
        WriteError: ``new`` is no rate, leaves fewer than two frames or asks for more than 2 GiB.
    """
    new = rate(new, WriteError, "cannot write at")
    end = (frames - 1) / fps
    check_amount(
        end * new * width,
        f"{end * new:.3g} frames",
        "give fewer frames per second",
        error=WriteError,
    )
    count = int(np.floor(end * new + _ROUNDING)) + 1
    if count < 2:
        raise WriteError(
            f"{frames} frames at {fps:g}/s last {end:.3f} s: fewer than two frames at {new:g}/s"
        )
    return np.minimum(np.arange(count) / new, end)


def places(values: Array, fps: float, times: Array) -> Array:
    """Places, angles or anything else of ``(T, ...)`` at ``times`` [s]."""
    known = np.arange(len(values)) / fps
    from scipy.interpolate import make_interp_spline  # here: a fifth of a second of start-up

    return np.asarray(make_interp_spline(known, values, k=min(3, len(values) - 1))(times))


def tracks(track: Array, fps: float, times: Array) -> Array:
    """Poses ``(T, 7)`` at ``times`` [s]."""
    return poses.normalised(places(poses.normalised(track), fps, times))


def nearest(values: Flags, fps: float, times: Array) -> Flags:
    """Flags ``(T, ...)`` of the frame nearest to each of ``times`` [s]."""
    index = np.clip(np.rint(times * fps).astype(int), 0, len(values) - 1)
    return np.asarray(values[index])


def velocity(values: Array, fps: float) -> Array:
    """Rates of change ``(T, ...)`` [1/s] of ``(T, ...)``."""
    return np.asarray(np.gradient(values, 1.0 / fps, axis=0))


def turning(quaternions: Array, fps: float) -> Array:
    """Angular velocities ``(T, ..., 3)`` [rad/s], world frame, of ``(T, ..., 4)`` x y z w."""
    count = len(quaternions)
    first = np.maximum(np.arange(count) - 1, 0)
    last = np.minimum(np.arange(count) + 1, count - 1)
    after = Rotation.from_quat(quaternions[last].reshape(-1, 4))
    before = Rotation.from_quat(quaternions[first].reshape(-1, 4))
    turn = (after * before.inv()).as_rotvec().reshape(*quaternions.shape[:-1], 3)
    steps = (last - first).reshape(-1, *[1] * (quaternions.ndim - 1))
    return np.asarray(turn * fps / steps)
