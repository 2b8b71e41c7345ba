"""What carries a foot: the height of the ground and of the terrain's true surface under points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.motion import ConvexPart, Scene, Shape
from kinemesh.motion.arrays import Array

_UPRIGHT = 1e-6
"""A triangle or facet whose unit normal rises less than this [1] carries nothing."""
_EDGE = 1e-9
"""Share by which a point may lie beside a triangle that carries it: no gap along an edge."""
_CELLS = 4.0
"""Cells of the grid for each triangle."""

Index = NDArray[np.int64]


def support_height(scene: Scene, points: Array, reach: float = 0.12) -> Array:
    """Height ``(N,)`` [m] of the highest surface at most ``reach`` above ``points`` ``(N, 3)``.

    The ground plane and the terrain count: its convex parts where they are the shape, else its
    triangles that face upward (of a sheet those that face downward too). ``-inf`` where nothing
    is below.
    """
    points = np.asarray(points, dtype=np.float64)
    best = np.full(len(points), -np.inf if scene.ground is None else scene.ground)
    if scene.terrain is None:
        return best
    shape = scene.terrain.shape
    if shape.warnings:
        triangles = shape.worked_out(_Triangles, lambda: _Triangles.of(shape))
        return np.asarray(np.maximum(best, triangles.under(points, reach)))
    for part in shape.parts:
        best = np.maximum(best, _top(part, points, reach))
    return best


def _top(part: ConvexPart, points: Array, reach: float) -> Array:
    """Where the vertical through each point leaves a convex part, if not too high; else -inf."""
    normals, offsets = part.planes[:, :3], part.planes[:, 3]
    level = points[:, :2] @ normals[:, :2].T + offsets
    up, down = normals[:, 2] > _UPRIGHT, normals[:, 2] < -_UPRIGHT
    top = (-level[:, up] / normals[up, 2]).min(axis=1, initial=np.inf)
    bottom = (-level[:, down] / normals[down, 2]).max(axis=1, initial=-np.inf)
    met = (top >= bottom) & np.all(level[:, ~up & ~down] <= 0.0, axis=1)
    return np.where(met & (top <= points[:, 2] + reach), top, -np.inf)


@dataclass(frozen=True, eq=False)
class _Triangles:
    """Triangles that carry, in a grid over x and y."""

    corners: Array
    """``(F, 3, 3)`` [m]."""
    low: Array
    """Lowest corner of the grid ``(2,)`` [m]."""
    size: float
    """Side of a cell [m]."""
    shape: tuple[int, int]
    """Cells along x and y."""
    starts: Index
    """Where the triangles of each cell begin in :attr:`members` ``(C + 1,)``."""
    members: Index
    """Triangles, cell by cell."""

    @classmethod
    def of(cls, shape: Shape) -> _Triangles:
        """The triangles of ``shape`` that face upward; of a sheet all that are not upright."""
        corners = np.asarray(shape.vertices[shape.faces])
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        rise = normal[:, 2] / np.maximum(np.linalg.norm(normal, axis=1), 1e-300)
        rise = np.abs(rise) if shape.kind == "sheet" else rise
        corners = corners[rise > _UPRIGHT]
        low, high = shape.bounds[:, :2]
        extent = np.maximum(high - low, 1e-9)
        size = float(np.sqrt(extent.prod() / (_CELLS * max(len(corners), 1))))
        size = max(size, float(extent.max()) / 1000.0)
        counts = np.floor(extent / size).astype(np.int64) + 1
        first = np.floor((corners[..., :2].min(axis=1) - low) / size).astype(np.int64)
        last = np.floor((corners[..., :2].max(axis=1) - low) / size).astype(np.int64)
        wide, deep = (last - first + 1).T
        owner = np.repeat(np.arange(len(corners)), wide * deep)
        rank = _rank(wide * deep)
        x = first[owner, 0] + rank // deep[owner]
        y = first[owner, 1] + rank % deep[owner]
        cell = x * counts[1] + y
        order = np.argsort(cell, kind="stable")
        starts = np.searchsorted(cell[order], np.arange(counts.prod() + 1))
        return cls(corners, low, size, (int(counts[0]), int(counts[1])), starts, owner[order])

    def under(self, points: Array, reach: float) -> Array:
        """Height ``(N,)`` [m] of the highest triangle at most ``reach`` above; ``-inf``: none."""
        best = np.full(len(points), -np.inf)
        place = np.floor((points[:, :2] - self.low) / self.size).astype(np.int64)
        rows = np.flatnonzero(np.all((place >= 0) & (place < self.shape), axis=1))
        cell = place[rows, 0] * self.shape[1] + place[rows, 1]
        count = self.starts[cell + 1] - self.starts[cell]
        which = self.members[np.repeat(self.starts[cell], count) + _rank(count)]
        rows = np.repeat(rows, count)
        a, b, c = np.moveaxis(self.corners[which], 1, 0)
        u, v, w = b - a, c - a, points[rows] - a
        whole = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
        s = (w[:, 0] * v[:, 1] - w[:, 1] * v[:, 0]) / whole
        t = (u[:, 0] * w[:, 1] - u[:, 1] * w[:, 0]) / whole
        height = a[:, 2] + s * u[:, 2] + t * v[:, 2]
        carries = (s >= -_EDGE) & (t >= -_EDGE) & (s + t <= 1.0 + _EDGE)
        carries &= height <= points[rows, 2] + reach
        np.maximum.at(best, rows[carries], height[carries])
        return best


def _rank(counts: Index) -> Index:
    """0, 1, ... within each group of ``counts``."""
    starts = np.cumsum(counts) - counts
    return np.arange(counts.sum()) - np.repeat(starts, counts)
