"""Where the robot's hulls are near one convex part, by coal."""

from __future__ import annotations

import coal
import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.proximity.contact_manifold import SNUG, SUNK, contact_manifold
from kinemesh.proximity.obstacle import Solid
from kinemesh.robot.model import Configuration

Places = tuple[Array, Array, Array, NDArray[np.int64]]
"""Distances ``(N,)`` [m], the robot's points ``(N, 3)`` [m], normals ``(N, 3)``, hulls ``(N,)``."""

_SAME = 1e-6
"""Places nearer to each other than this [m] are one."""
_TOLERANCE = 1e-8
"""Of coal [m]. With its own, 1e-6, normals of what is 10 um apart are off by a tenth and more."""


def distances_to_solid(
    configuration: Configuration,
    solid: Solid,
    rotation: Array,
    translation: Array,
    within: float,
    hulls: NDArray[np.int64],
) -> Places:
    """Places of ``hulls`` less than ``within`` [m] from a part placed in the world, by coal.

    The nearest place of each hull, and up to four corners where it lies flat.
    """
    robot, planes = configuration.robot, solid.planes
    nearest = distances(configuration, solid, rotation, translation, within, hulls)
    if not len(nearest[0]):
        return nearest
    found = [nearest]
    for distance, place, normal, k in zip(*nearest, strict=True):
        if -SUNK < distance < SNUG:
            hull = robot.hulls[k]
            frame = configuration.rotations[hull.joint]
            corners = hull.vertices @ frame.T + configuration.translations[hull.joint]
            corners = corners[np.linalg.norm(corners - place, axis=1) >= _SAME]
            local = (corners - translation) @ rotation
            turn = rotation.T @ frame
            low, height, normals = contact_manifold(local, normal @ rotation, planes, turn)
            found.append((height, corners[low], normals @ rotation.T, np.full(len(low), k)))
    return nearest if len(found) == 1 else _together(found)


def _together(found: list[Places]) -> Places:
    distance, points, normals, hulls = (np.concatenate(c) for c in zip(*found, strict=True))
    return distance, points, normals, hulls


def distances(
    configuration: Configuration,
    solid: Solid,
    rotation: Array,
    translation: Array,
    within: float,
    hulls: NDArray[np.int64],
) -> Places:
    """Coal's distances of ``hulls`` to one convex part, those below ``within`` [m]."""
    placed = coal.Transform3s(rotation, translation)
    request, result = coal.DistanceRequest(), coal.DistanceResult()
    request.gjk_tolerance = request.epa_tolerance = _TOLERANCE
    found: list[tuple[float, Array, Array, int]] = []
    for k in hulls.tolist():
        hull = configuration.robot.hulls[k]
        result.clear()
        at = configuration.placed(hull.joint)
        apart = coal.distance(hull.geometry, at, solid.geometry, placed, request, result)
        if apart < within:
            found.append((apart, result.getNearestPoint1(), -result.normal, k))
    return (
        np.array([f[0] for f in found]),
        np.reshape([f[1] for f in found], (-1, 3)),
        np.reshape([f[2] for f in found], (-1, 3)),
        np.array([f[3] for f in found], dtype=np.int64),
    )
