"""What is to be followed, at every time step: places, velocities, accelerations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.physics.manifold import Manifold
from kinemesh.physics.model import Model

_STEP = 0.005
"""Longest time step [s]."""
_SMOOTH = 0.03
"""Standard deviation [s] of the bell that velocities and accelerations are smoothed by."""


@dataclass(frozen=True, eq=False)
class Reference:
    """A trajectory and its props' tracks at the simulation's time steps.

    Attributes:
        q: configurations ``(N, nq)``, MuJoCo's.
        v: velocities ``(N, nv)``.
        a: accelerations ``(N, nv)``.
        per_frame: time steps a frame.
    """

    q: Array
    v: Array
    a: Array
    per_frame: int

    def __len__(self) -> int:
        return len(self.q)


def steps_of(fps: float) -> tuple[int, float]:
    """Time steps in a frame, and how long one is [s]: whole ones, none over 5 ms."""
    count = max(1, int(np.ceil(1.0 / (fps * _STEP) - 1e-9)))
    return count, 1.0 / (fps * count)


def reference_of(
    model: Model, q: Array, tracks: Sequence[Array], fps: float, per_frame: int
) -> Reference:
    """The reference of configurations ``(T, 7 + n)`` and of the free props' tracks ``(T, 7)``."""
    manifold = Manifold.of(model.mj)
    times = np.arange(len(q)) / fps
    steps = np.arange((len(q) - 1) * per_frame + 1) / (fps * per_frame)
    fine = np.hstack([_poses(q[:, :7], times, steps), _numbers(q[:, 7:], times, steps)])
    places = model.qpos(fine, [_poses(track, times, steps) for track in tracks])
    v = np.zeros((len(steps), manifold.nv))
    a = np.zeros_like(v)
    if len(steps) > 1:
        rate = fps * per_frame
        between = manifold.difference(places[:-1], places[1:]) * rate
        middle = np.vstack([between[:1], (between[:-1] + between[1:]) / 2.0, between[-1:]])
        v = gaussian_filter1d(middle, _SMOOTH * rate, axis=0, mode="nearest")
        a = np.array(np.gradient(v, 1.0 / rate, axis=0))
    return Reference(places, v, a, per_frame)


def _numbers(values: Array, times: Array, steps: Array) -> Array:
    return values if len(times) < 2 else np.asarray(CubicSpline(times, values)(steps))


def _poses(track: Array, times: Array, steps: Array) -> Array:
    turns = poses.resample(track, times, steps)[:, 3:]
    return np.hstack([_numbers(track[:, :3], times, steps), turns])
