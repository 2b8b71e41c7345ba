"""Random points on a surface of triangles, and as many of them as far apart as can be."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.errors import ClipError


def scattered(
    vertices: Array, faces: NDArray[np.int64], count: int, rng: np.random.Generator
) -> Array:
    """``count`` random points ``(count, 3)`` [m], as many everywhere by area.

    Raises:
        ClipError: the surface has no area.
    """
    reached = _areas(vertices[faces])
    chosen = faces[np.searchsorted(reached, rng.random(count), side="right")]
    u, v = rng.random((2, count, 1))
    root = np.sqrt(u)
    corners = vertices[chosen]
    a, b, c = (corners[:, k] for k in range(3))
    return np.asarray((1 - root) * a + root * (1 - v) * b + root * v * c)


def farthest(points: Array, count: int) -> Array:
    """``count`` of ``points`` ``(N, 3)`` [m], each the farthest from those before it."""
    picked = np.zeros(count, dtype=np.int64)
    columns = np.ascontiguousarray(points.T)
    squared = np.full(len(points), np.inf)
    for k in range(1, count):
        away = columns - points[picked[k - 1], :, None]
        np.minimum(squared, np.einsum("ij,ij->j", away, away), out=squared)
        picked[k] = int(np.argmax(squared))
    return np.asarray(points[picked])


def _areas(corners: Array) -> Array:
    """The share of the surface ``(M,)`` that the triangles ``(M, 3, 3)`` up to each make up."""
    first = corners[:, 0]
    x, y, z = np.cross(corners[:, 1] - first, corners[:, 2] - first).T
    area = np.sqrt(x * x + y * y + z * z)
    if area.sum() <= 0.0:
        raise ClipError("the surface has no area to take points from")
    reached = np.cumsum(area / area.sum())
    return np.asarray(reached / reached[-1])
