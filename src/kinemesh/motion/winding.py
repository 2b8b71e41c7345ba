"""Winding numbers: how often triangles go round a point, 1 inside a solid and 0 outside."""

from __future__ import annotations

import numpy as np

from kinemesh.motion.arrays import Array

_CHUNK = 2_000_000
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
    sa, sb, sc = (np.sum((points[:, None] - x) ** 2, axis=2) for x in (a, b, c))
    la, lb, lc = np.sqrt(sa), np.sqrt(sb), np.sqrt(sc)
    dots = (sa + sb - ab) * lc + (sb + sc - bc) * la + (sc + sa - ca) * lb
    return np.asarray(
        2.0 * np.arctan2(level - points @ area.T, la * lb * lc + 0.5 * dots).sum(axis=1)
    )
