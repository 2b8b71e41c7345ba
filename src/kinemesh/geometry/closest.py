"""The place of a surface that is nearest to a point, and whether the point is inside."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from kinemesh.arrays import Array
from kinemesh.geometry.shape import Shape
from kinemesh.geometry.winding import winding_numbers

Flags = NDArray[np.bool_]

_FEWEST, _MOST = 20_000, 200_000
"""About how many points stand for a surface: a few millimetres apart on what hands can hold ..."""
_SPACING = 0.01
"""... and this far apart [m] on what is larger, where the second number allows it."""
_ASKED = 8
"""So many of the nearest points of a large surface name triangles that are looked at exactly."""


class Closest:
    """Nearest places and inside tests on the triangles of a shape, in the shape's frame.

    Points taken by chance stand for the surface of what hands can hold. On a floor of a hundred
    square metres they would be centimetres apart: there the triangles of the nearest few are
    asked.

    Raises:
        ClipError: the surface has no area.
    """

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._corners = np.asarray(shape.vertices[shape.faces])
        a, b, c = (self._corners[:, k] for k in range(3))
        area = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2.0
        count = int(np.clip(area.sum() / _SPACING**2, _FEWEST, _MOST))
        rng = np.random.default_rng(0)
        if count == _FEWEST:
            self._owners = None
            points = shape.scatter(count, rng)
        else:
            self._owners = rng.choice(len(area), count, p=area / area.sum())
            u, v = rng.random((2, count, 1))
            u, v = np.where(u + v > 1.0, 1.0 - u, u), np.where(u + v > 1.0, 1.0 - v, v)
            points = a[self._owners] + u * (b - a)[self._owners] + v * (c - a)[self._owners]
        self._tree = cKDTree(points, balanced_tree=False)

    def nearest(self, points: Array) -> tuple[Array, Array]:
        """Distances ``(...)`` [m] of ``points`` ``(..., 3)``, and where on the surface."""
        if self._owners is None:
            distance, index = self._tree.query(points)
            return np.asarray(distance), np.asarray(np.asarray(self._tree.data)[index])
        flat = points.reshape(-1, 3)
        _, index = self._tree.query(flat, k=_ASKED)
        found = _on_triangles(flat[:, None], self._corners[self._owners[index]])
        distance = np.linalg.norm(found - flat[:, None], axis=2)
        rows, best = np.arange(len(flat)), np.argmin(distance, axis=1)
        shape = points.shape[:-1]
        return distance[rows, best].reshape(shape), found[rows, best].reshape(*shape, 3)

    def inside(self, path: Array, distance: Array) -> Flags:
        """Whether the points of a ``path`` ``(T, 3)`` [m] lie in the solid.

        ``distance`` ``(T,)`` [m] is theirs from the surface. Inside is in a convex part or,
        where the parts only cover the surface, where the generalised winding number is over one
        half. A step shorter than the distance crosses no surface: it is not asked again.
        """
        low, high = self._shape.bounds
        result = np.zeros(len(path), dtype=bool)
        within = np.all((path >= low) & (path <= high), axis=1)
        for k in np.flatnonzero(within):
            step = np.linalg.norm(path[k] - path[k - 1])
            same = k > 0 and within[k - 1] and step < distance[k - 1]
            result[k] = result[k - 1] if same else self._holds(path[k])
        return result

    def _holds(self, point: Array) -> bool:
        if self._shape.split or not self._shape.warnings:
            planes = (part.planes for part in self._shape.parts)
            return any(bool(np.all(p[:, :3] @ point + p[:, 3] <= 0.0)) for p in planes)
        solid = self._corners[~self._shape.sheets]  # sheets bound nothing
        return len(solid) > 0 and bool(winding_numbers(solid, point[None])[0] > 0.5)


def _on_triangles(points: Array, corners: Array) -> Array:
    """The places ``(..., 3)`` of triangles ``(..., 3, 3)`` nearest to ``points`` ``(..., 3)``.

    Below the point where that is in the triangle, else on the nearest of its edges.
    """
    a, b, c = (corners[..., k, :] for k in range(3))
    normal = np.cross(b - a, c - a)
    size = np.maximum(np.sum(normal**2, axis=-1, keepdims=True), 1e-300)
    foot = points - normal * (np.sum((points - a) * normal, axis=-1, keepdims=True) / size)
    edge, least = foot, np.full(foot.shape[:-1], np.inf)
    beside = np.zeros(foot.shape[:-1], dtype=bool)
    for start, end in ((a, b), (b, c), (c, a)):
        along = end - start
        length = np.maximum(np.sum(along**2, axis=-1, keepdims=True), 1e-300)
        share = np.clip(np.sum((points - start) * along, axis=-1, keepdims=True) / length, 0.0, 1.0)
        place = start + share * along
        away = np.sum((place - points) ** 2, axis=-1)
        beside |= np.sum(np.cross(along, foot - start) * normal, axis=-1) < 0.0
        edge = np.where((away < least)[..., None], place, edge)
        least = np.minimum(least, away)
    return np.asarray(np.where(beside[..., None], edge, foot))
