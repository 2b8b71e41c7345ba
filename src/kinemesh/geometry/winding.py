"""Winding numbers: how often triangles go round a point, 1 inside a solid and 0 outside."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array

_FAR = 2.5
"""A cluster of triangles further away than this many of its radii counts as one dipole."""
_CHUNK = 32_768
"""Pairs of point and triangle that are looked at together."""


def winding_numbers(corners: Array, points: Array) -> Array:
    """How often triangles ``(F, 3, 3)`` go round ``points`` ``(N, 3)``: ``(N,)``, exactly."""
    total = np.zeros(len(points))
    step = max(1, _CHUNK // max(len(points), 1))
    for first in range(0, len(corners), step):
        total += solid_angles(points, corners[first : first + step])
    return total / (4.0 * np.pi)


def solid_angles(points: Array, corners: Array) -> Array:
    """Solid angles ``(N,)`` [sr] of triangles ``(F, 3, 3)`` together (van Oosterom, 1983)."""
    a, b, c = (corners[:, k] for k in range(3))
    area = np.cross(b - a, c - a)
    level = np.einsum("fk,fk->f", area, a)
    ab, bc, ca = (np.einsum("fk,fk->f", e, e) for e in (b - a, c - b, a - c))
    sa, sb, sc = (squared_distances(points, x) for x in (a, b, c))
    la, lb, lc = np.sqrt(sa), np.sqrt(sb), np.sqrt(sc)
    dots = (sa + sb - ab) * lc + (sb + sc - bc) * la + (sc + sa - ca) * lb
    return np.asarray(
        2.0 * np.arctan2(level - points @ area.T, la * lb * lc + 0.5 * dots).sum(axis=1)
    )


def squared_distances(points: Array, low: Array, high: Array | None = None) -> Array:
    """Of ``points`` ``(N, 3)`` from others, or from boxes, ``(F, 3)``: ``(N, F)`` [m^2]."""
    # Written out: to sum over an axis of three is slow.
    total = np.zeros((len(points), len(low)))
    for k in range(3):
        away = low[:, k] - points[:, None, k]
        if high is not None:
            away = np.maximum(np.maximum(away, points[:, None, k] - high[:, k]), 0.0)
        total += away * away
    return total


def clustered(corners: Array, points: Array, size: float) -> Array:
    """The same, with far triangles in clusters: off by some thousandths, and much faster.

    Args:
        corners: triangles ``(F, 3, 3)`` [m].
        points: ``(N, 3)`` [m].
        size: side of the blocks of points that share their far triangles [m].
    """
    if not len(points):
        return np.zeros(0)
    area = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) / 2.0
    middle = corners.mean(axis=1)
    low = corners.min(axis=(0, 1))
    cell = max(float((corners.max(axis=(0, 1)) - low).max()) / 16.0, 1e-9)
    members = _blocks(np.floor((middle - low) / cell).astype(np.int64))
    centres = np.array([middle[m].mean(axis=0) for m in members])
    radii = np.array(
        [
            np.linalg.norm(corners[m] - c, axis=-1).max()
            for m, c in zip(members, centres, strict=True)
        ]
    )
    dipoles = np.array([area[m].sum(axis=0) for m in members])
    total = np.zeros(len(points))
    low = points.min(axis=0)
    for block in _blocks(np.floor((points - low) / size).astype(np.int64)):
        here = points[block]
        around = here.mean(axis=0)
        reach = np.linalg.norm(here - around, axis=1).max()
        far = np.linalg.norm(centres - around, axis=1) - reach > _FAR * radii
        offset = centres[far] - here[:, None]
        gap = np.linalg.norm(offset, axis=2)
        total[block] = np.sum(np.einsum("nck,ck->nc", offset, dipoles[far]) / gap**3, axis=1)
        if not far.all():
            near = corners[np.concatenate([members[k] for k in np.flatnonzero(~far)])]
            total[block] += 4.0 * np.pi * winding_numbers(near, here)
    return total / (4.0 * np.pi)


def _blocks(keys: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Indices of equal rows of ``keys`` ``(N, 3)``, group by group."""
    if not len(keys):
        return []
    sides = keys.max(axis=0) + 1
    code = (keys[:, 0] * sides[1] + keys[:, 1]) * sides[2] + keys[:, 2]
    order = np.argsort(code, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(code[order])) + 1)
