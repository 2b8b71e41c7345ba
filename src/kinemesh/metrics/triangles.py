"""Triangles: nearest points, lattices of points on them, solid angles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinemesh.motion.arrays import Array
from kinemesh.motion.sampling import cut_slivers, firsts


def closest_on_triangles(points: Array, triangles: Array) -> Array:
    """Closest points ``(..., 3)`` of ``triangles`` ``(..., 3, 3)`` to ``points`` ``(..., 3)``.

    Ericson, Real-Time Collision Detection, 5.1.5: by Voronoi region of corner, edge and face.
    """
    a, b, c = (triangles[..., k, :] for k in range(3))
    ab, ac, ap = b - a, c - a, points - a
    d1, d2 = _dot(ab, ap), _dot(ac, ap)
    d3, d4 = d1 - _dot(ab, ab), d2 - _dot(ab, ac)
    d5, d6 = d1 - _dot(ab, ac), d2 - _dot(ac, ac)
    va, vb, vc = d3 * d6 - d5 * d4, d5 * d2 - d1 * d6, d1 * d4 - d3 * d2
    whole = va + vb + vc
    v, w = _divide(vb, whole), _divide(vc, whole)
    edge = (va <= 0.0) & (d4 - d3 >= 0.0) & (d5 - d6 >= 0.0)
    along = _divide(d4 - d3, (d4 - d3) + (d5 - d6))
    v, w = np.where(edge, 1.0 - along, v), np.where(edge, along, w)
    edge = (vb <= 0.0) & (d2 >= 0.0) & (d6 <= 0.0)
    v, w = np.where(edge, 0.0, v), np.where(edge, _divide(d2, d2 - d6), w)
    edge = (vc <= 0.0) & (d1 >= 0.0) & (d3 <= 0.0)
    v, w = np.where(edge, _divide(d1, d1 - d3), v), np.where(edge, 0.0, w)
    for corner, (i, j) in (
        ((d6 >= 0.0) & (d5 <= d6), (0.0, 1.0)),
        ((d3 >= 0.0) & (d4 <= d3), (1.0, 0.0)),
        ((d1 <= 0.0) & (d2 <= 0.0), (0.0, 0.0)),
    ):
        v, w = np.where(corner, i, v), np.where(corner, j, w)
    return np.asarray(a + v[..., None] * ab + w[..., None] * ac)


def lattice(corners: Array, spacing: float) -> tuple[Array, NDArray[np.int64]]:
    """Points at most about ``spacing`` apart on every triangle, and the triangle of each."""
    corners, whole = cut_slivers(corners, spacing)
    a, b, c = (corners[:, k] for k in range(3))
    longest = np.max([np.linalg.norm(e, axis=1) for e in (b - a, c - b, a - c)], axis=0)
    steps = np.clip(np.ceil(longest / spacing), 1, 400).astype(np.int64)
    points, owners = [], []
    for n in np.unique(steps):
        which = np.flatnonzero(steps == n)
        i, j = (k.reshape(-1) for k in np.meshgrid(np.arange(n + 1), np.arange(n + 1)))
        i, j = i[i + j <= n], j[i + j <= n]
        weights = np.stack([n - i - j, i, j], axis=1) / n
        if n == 1:  # corners are shared: the middle and one corner do
            weights = np.array([[1.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3]])
        points.append(np.einsum("wk,fkx->fwx", weights, corners[which]).reshape(-1, 3))
        owners.append(np.repeat(whole[which], len(weights)))
    # Neighbouring triangles share points: one in each small cube is enough.
    everything, owner = np.concatenate(points), np.concatenate(owners)
    first = firsts(np.floor(everything / (0.7 * spacing)).astype(np.int64))
    return everything[first], owner[first]


def solid_angles(corners: Array) -> Array:
    """Solid angles ``(F,)`` [sr] of triangles ``(F, 3, 3)`` from the origin.

    Van Oosterom and Strackee (1983).
    """
    a, b, c = (corners[:, k] for k in range(3))
    la, lb, lc = (np.linalg.norm(x, axis=1) for x in (a, b, c))
    top = _dot(a, np.cross(b, c))
    bottom = la * lb * lc + _dot(a, b) * lc + _dot(b, c) * la + _dot(c, a) * lb
    return np.asarray(2.0 * np.arctan2(top, bottom))


def _dot(a: Array, b: Array) -> Array:
    return np.asarray(np.einsum("...k,...k->...", a, b))


def _divide(a: Array, b: Array) -> Array:
    return np.asarray(a / np.where(np.abs(b) > 1e-300, b, 1.0))
