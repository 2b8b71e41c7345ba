"""Plans over time: when a point goes where, and when a part of the body turns how far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.demos.body import rotation
from kinemesh.demos.curves import bump, ease


@dataclass(frozen=True)
class Move:
    """From where it is to ``to``, by the minimum-jerk curve. Moves that overlap add up."""

    start: float
    """[s]."""
    end: float
    """[s]."""
    to: tuple[float, ...]
    """A point [m] or a direction; of a part that turns: yaw, pitch, roll [rad]."""
    lift: float = 0.0
    """Added height half-way [m]."""


def travel(times: Array, start: Sequence[float], *moves: Move) -> Array:
    """A point, or a direction, that makes ``moves`` one after the other ``(T, 3)``."""
    path = np.tile(np.asarray(start, dtype=np.float64), (len(times), 1))
    last = path[0].copy()
    for move in moves:
        path += ease(times, move.start, move.end)[:, None] * (np.asarray(move.to) - last)
        path[:, 2] += move.lift * bump(times, move.start, move.end)
        last = np.asarray(move.to, dtype=np.float64)
    return path


def turned(yaw: float, pitch: float, roll: float) -> Array:
    """The rotation ``(3, 3)`` that rolls about x, pitches about y, then heads about z [rad]."""
    turns = zip("zyx", (yaw, pitch, roll), strict=True)
    about_z, about_y, about_x = (rotation(axis, np.asarray(angle)) for axis, angle in turns)
    return np.asarray(about_z @ about_y @ about_x)


def turn(times: Array, start: Sequence[float], *moves: Move) -> Array:
    """Rotations ``(T, 3, 3)``, each move about one axis; moves must not overlap."""
    track = np.tile(turned(*start), (len(times), 1, 1))
    last = turned(*start)
    for move in moves:
        target = turned(*move.to)
        about = Rotation.from_matrix(last.T @ target).as_rotvec()
        share = ease(times, move.start, move.end)[:, None]
        after = times > move.start
        track[after] = last @ Rotation.from_rotvec(share[after] * about).as_matrix()
        last = target
    return track
