"""Where the robot's hulls are near one convex part, by coal."""

from __future__ import annotations

from collections.abc import Sequence

import coal
import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.proximity.contact_manifold import SNUG, SUNK, contact_manifolds
from kinemesh.proximity.obstacle import Solid
from kinemesh.robot.model import Configuration

Places = tuple[Array, Array, Array, NDArray[np.int64]]
"""Distances ``(N,)`` [m], the robot's points ``(N, 3)`` [m], normals ``(N, 3)``, hulls ``(N,)``."""

_TOLERANCE = 1e-8
"""Of coal [m]. With its own, 1e-6, normals of what is 10 um apart are off by a tenth and more."""
_AT_ONCE = 100_000
"""Numbers that are worked out at once for corners of hulls: more do not fit a processor's cache."""


def distances_to_solid(
    configurations: Sequence[Configuration],
    solid: Solid,
    rotations: Array,
    translations: Array,
    within: float,
    hulls: Sequence[NDArray[np.int64]],
) -> list[Places]:
    """Places of hulls less than ``within`` [m] from a part placed in the world, by coal.

    The nearest place of each hull, and up to four corners where it lies flat.

    Args:
        configurations: one or several.
        solid: the part.
        rotations: where it is in each ``(T, 3, 3)``,
        translations: ``(T, 3)`` [m].
        within: how near.
        hulls: of ``robot.hulls``, in each.
    """
    found = []
    flat: dict[int, list[tuple[int, Array, Array]]] = {}
    for n, (at, own) in enumerate(zip(configurations, hulls, strict=True)):
        nearest = distances(at, solid, rotations[n], translations[n], within, own)
        found.append([nearest])
        for distance, place, normal, k in zip(*nearest, strict=True):
            if -SUNK < distance < SNUG:
                flat.setdefault(int(k), []).append((n, place, normal))
    for k, some in sorted(flat.items()):
        vertices = configurations[0].robot.hulls[k].vertices
        size = max(1, _AT_ONCE // (len(solid.planes) * len(vertices)))
        for start in range(0, len(some), size):
            here = some[start : start + size]
            _add_corners(configurations, solid, rotations, translations, k, here, found)
    return [together(places) for places in found]


def _add_corners(
    configurations: Sequence[Configuration],
    solid: Solid,
    rotations: Array,
    translations: Array,
    k: int,
    flat: Sequence[tuple[int, Array, Array]],
    found: list[list[Places]],
) -> None:
    """Put corners of hull ``k`` where it lies flat, at known places and normals, to the others."""
    robot, there = configurations[0].robot, [n for n, _, _ in flat]
    places, normals = (np.array([one[c] for one in flat])[:, None] for c in (1, 2))
    hull, rotation, translation = robot.hulls[k], rotations[there], translations[there, None]
    frames = np.array([configurations[n].rotations[hull.joint] for n in there])
    shifts = np.array([configurations[n].translations[hull.joint] for n in there])
    corners = hull.vertices @ frames.transpose(0, 2, 1) + shifts[:, None]
    nearest = ((places - translation) @ rotation)[:, 0]
    turns = rotation.transpose(0, 2, 1) @ frames
    local, along = (corners - translation) @ rotation, (normals @ rotation)[:, 0]
    low = contact_manifolds(local, nearest, along, solid.planes, turns)
    up = (low.normals[:, None] @ rotation[low.contacts].transpose(0, 2, 1))[:, 0]
    ends = np.searchsorted(low.contacts, np.arange(len(there) + 1)).tolist()
    for row, n in enumerate(there):
        own = slice(ends[row], ends[row + 1])
        points = corners[row, low.vertices[own]]
        found[n].append((low.heights[own], points, up[own], np.full(len(points), k)))


def together(found: Sequence[Places]) -> Places:
    """All places of ``found``."""
    if not found:
        return np.zeros(0), np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0, dtype=np.int64)
    if len(found) == 1:
        return found[0]
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
