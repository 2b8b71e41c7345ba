"""The track of an object as data sets write it: an axis-angle [rad] and a place a frame."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.errors import ReadError

_FARTHEST = 1e9
_MOST_TURN = 100.0
"""Beyond this [rad] a turn is damaged."""


@dataclass(frozen=True, eq=False)
class Track:
    """Where an object is, in the axes in which its file's person is read."""

    poses: Array
    """``(T, 7)``: x y z [m], qx qy qz qw."""
    centred: bool = False
    """Whether they move the mean of the mesh's vertices, not its origin."""


def turned(path: Path, angles: Array, places: Array, metres: float = 1.0) -> Array:
    """Poses ``(T, 7)`` of axis-angles ``(T, 3)`` [rad] and places ``(T, 3)``.

    Args:
        path: the file, for messages.
        angles: NaN where they are not known.
        places: as long, in the file's unit.
        metres: that unit [m].

    Raises:
        ReadError: other shapes, or numbers that are damaged.
    """
    if angles.ndim != 2 or angles.shape[1] != 3 or angles.shape != places.shape or not len(angles):
        raise ReadError(
            f"{path.name} moves an object by turns {angles.shape} and places {places.shape}",
            given=(angles.shape, places.shape),
            expected="axis-angles (T, 3) [rad] and as many places (T, 3)",
        )
    _check(path, angles, _MOST_TURN)
    _check(path, places, _FARTHEST)
    known = np.isfinite(angles).all(axis=1) & np.isfinite(places).all(axis=1)
    if not known.any():
        raise ReadError(f"{path.name} moves an object by numbers that are NaN or infinite")
    poses = np.full((len(angles), 7), np.nan)
    poses[known, :3] = places[known] * metres
    poses[known, 3:] = Rotation.from_rotvec(angles[known]).as_quat()
    return poses


def _check(path: Path, numbers: Array, most: float) -> None:
    if np.any(np.abs(numbers[np.isfinite(numbers)]) > most):
        raise ReadError(
            f"{path.name} moves an object by numbers beyond {most:g}: it is damaged; copy or "
            f"download it again"
        )


def hinged(path: Path, poses: Array, axis: tuple[float, float, float], angles: Array) -> Array:
    """Poses ``(T, 7)`` of a part that turns in a body on ``poses``, about a line of its origin.

    Args:
        path: the file, for messages.
        poses: of the body; NaN where they are not known.
        axis: of the hinge, in the body's axes.
        angles: ``(T,)`` [rad].

    Raises:
        ReadError: angles that are damaged.
    """
    _check(path, angles, _MOST_TURN)
    known = np.isfinite(poses).all(axis=1) & np.isfinite(angles)
    result = np.full(poses.shape, np.nan)
    result[known, :3] = poses[known, :3]
    inner = Rotation.from_rotvec(np.outer(angles[known], axis))
    result[known, 3:] = (Rotation.from_quat(poses[known, 3:]) * inner).as_quat()
    return result
