"""The place of a surface that is nearest to a point, and whether the point is inside."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from kinemesh.arrays import Array
from kinemesh.geometry.shape import Shape
from kinemesh.geometry.winding import squared_distances, winding_numbers

Flags = NDArray[np.bool_]

_FEWEST, _MOST = 20_000, 200_000
"""About how many points stand for a surface: a few millimetres apart on what hands can hold ..."""
_SPACING = 0.01
"""... and this far apart [m] on what is larger, where the second number allows it."""
_ASKED = 8
"""So many of the nearest points of a large surface name triangles that are looked at exactly ..."""
_FEW = 64
"""... and where it has no more triangles than this, all are."""
_CHUNK = 16_384
"""Pairs of point and triangle that are looked at together."""


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
        self._owners: NDArray[np.int64] | None = None
        self._tree: cKDTree | None = None  # all triangles are asked
        a, b, c = (self._corners[:, k] for k in range(3))
        area = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2.0
        count = int(np.clip(area.sum() / _SPACING**2, _FEWEST, _MOST))
        rng = np.random.default_rng(0)
        if count == _FEWEST:
            points = shape.scatter(count, rng)
        elif len(area) <= _FEW:
            return
        else:
            self._owners = rng.choice(len(area), count, p=area / area.sum())
            u, v = rng.random((2, count, 1))
            u, v = np.where(u + v > 1.0, 1.0 - u, u), np.where(u + v > 1.0, 1.0 - v, v)
            points = a[self._owners] + u * (b - a)[self._owners] + v * (c - a)[self._owners]
        self._tree = cKDTree(points, balanced_tree=False)

    def nearest(self, points: Array) -> tuple[Array, Array]:
        """Distances ``(...)`` [m] of ``points`` ``(..., 3)``, and where on the surface."""
        if self._tree is not None and self._owners is None:
            distance, index = self._tree.query(points)
            return np.asarray(distance), np.asarray(np.asarray(self._tree.data)[index])
        flat, shape = points.reshape(-1, 3), points.shape[:-1]
        step = _CHUNK // (len(self._corners) if self._tree is None else _ASKED)
        chunks = [self._on_surface(flat[k : k + step]) for k in range(0, len(flat), step)]
        found = np.concatenate([np.zeros((0, 3)), *chunks])
        distance = np.linalg.norm(found - flat, axis=1)
        return distance.reshape(shape), found.reshape(*shape, 3)

    def _on_surface(self, points: Array) -> Array:
        """The nearest places ``(N, 3)`` of the triangles that are asked."""
        if self._tree is not None and self._owners is not None:
            who = self._owners[self._tree.query(points, k=_ASKED)[1]]
            which = np.repeat(np.arange(len(points)), _ASKED)
        else:
            # The triangle whose box is nearest, then those whose boxes are nearer than it is.
            low, high = self._corners.min(axis=1), self._corners.max(axis=1)
            apart = squared_distances(points, low, high)
            first = np.argmin(apart, axis=1)
            place = _on_triangles(points, self._corners[first])
            asked = apart <= _dot(place - points, place - points)
            asked[np.arange(len(points)), first] = True
            which, who = np.nonzero(asked)
        found = _on_triangles(points[which], self._corners[who.ravel()])
        away = np.sum((found - points[which]) ** 2, axis=1)
        nearest = np.lexsort((away, which))[np.searchsorted(which, np.arange(len(points)))]
        return np.asarray(found[nearest])

    def inside(self, path: Array, distance: Array, asked: Flags | None = None) -> Flags:
        """Which points of a ``path`` ``(T, 3)`` [m], of those ``asked`` or of all, are inside.

        ``distance`` ``(T,)`` [m] is theirs from the surface. Inside is in a convex part or,
        where the parts only cover the surface, where the generalised winding number is over one
        half. A step shorter than the distance crosses no surface: it is not asked again.
        """
        low, high = self._shape.bounds
        within = np.all((path >= low) & (path <= high), axis=1)
        crossing = np.ones(len(path), dtype=bool)
        step = np.linalg.norm(path[1:] - path[:-1], axis=1)
        crossing[1:] = ~within[:-1] | (step >= distance[:-1])
        latest = np.maximum.accumulate(np.where(crossing, np.arange(len(path)), 0))
        asked = within if asked is None else asked & within
        first = np.unique(latest[asked])
        held = np.zeros(len(path), dtype=bool)
        held[first] = self._holds(path[first])
        return np.asarray(asked & held[latest])

    def _holds(self, points: Array) -> Flags:
        if not len(points):
            return np.zeros(0, dtype=bool)
        if self._shape.split or not self._shape.warnings:
            planes = (part.planes for part in self._shape.parts)
            inside = (np.all(points @ p[:, :3].T + p[:, 3] <= 0.0, axis=1) for p in planes)
            return np.asarray(np.logical_or.reduce(list(inside)))
        solid = self._corners[~self._shape.sheets]  # sheets bound nothing
        return np.asarray(winding_numbers(solid, points) > 0.5)


def _on_triangles(points: Array, corners: Array) -> Array:
    """The places ``(..., 3)`` of triangles ``(..., 3, 3)`` nearest to ``points`` ``(..., 3)``.

    Below the point where that is in the triangle, else on the nearest of its edges.
    """
    a, b, c = (corners[..., k, :] for k in range(3))
    normal = np.cross(b - a, c - a)
    size = np.maximum(_dot(normal, normal), 1e-300)
    foot = points - normal * (_dot(points - a, normal) / size)
    edge, least = foot, np.full((*foot.shape[:-1], 1), np.inf)
    beside = np.zeros(least.shape, dtype=bool)
    for start, end in ((a, b), (b, c), (c, a)):
        along = end - start
        length = np.maximum(_dot(along, along), 1e-300)
        share = np.clip(_dot(points - start, along) / length, 0.0, 1.0)
        place = start + share * along
        away = _dot(place - points, place - points)
        beside |= _dot(np.cross(along, foot - start), normal) < 0.0
        edge = np.where(away < least, place, edge)
        least = np.minimum(least, away)
    return np.asarray(np.where(beside, edge, foot))


def _dot(a: Array, b: Array) -> Array:
    """Of vectors ``(..., 3)``: ``(..., 1)``."""
    return np.asarray(np.einsum("...k,...k->...", a, b)[..., None])
