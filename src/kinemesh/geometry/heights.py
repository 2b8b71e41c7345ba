"""Heights of a surface under points: vertical lines through its triangles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array, readonly
from kinemesh.geometry.shape import Shape

_CELLS = 128
"""Cells along the longest side of the grid, at most."""
_STEEP = 1e-6
"""A triangle with less of its area than this seen from above is a wall."""
_EDGE = 1e-9
"""A line this share of a triangle beside it goes through it: none slips between two."""


@dataclass(frozen=True, eq=False)
class Heights:
    """Triangles that can be stood on, by cells of a horizontal grid.

    Those that look up, of a solid; of a sheet, which has two sides, all.
    """

    corners: Array
    """``(F, 3, 3)`` [m]."""
    normals: Array
    """Unit normals ``(F, 3)``, upwards."""
    low: Array
    """First corner of the grid ``(2,)`` [m]."""
    cell: float
    """Side of a cell [m]."""
    counts: tuple[int, int]
    """How many cells there are."""
    starts: NDArray[np.int64]
    """First of :attr:`members` of every cell, and their number."""
    members: NDArray[np.int64]
    """Triangles, cell by cell."""

    @classmethod
    def from_shape(cls, shape: Shape) -> Heights:
        """Those of ``shape``."""
        corners = np.asarray(shape.vertices[shape.faces])
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        normals /= np.maximum(np.linalg.norm(normals, axis=1), 1e-300)[:, None]
        normals[shape.sheets & (normals[:, 2] < 0.0)] *= -1.0
        level = normals[:, 2] > _STEEP
        corners, normals = corners[level], normals[level]
        low, high = shape.bounds[:, :2]
        cell = max(float((high - low).max()) / _CELLS, 1e-6)
        counts = np.floor((high - low) / cell).astype(np.int64) + 1
        first = np.floor((corners[:, :, :2].min(axis=1) - low) / cell).astype(np.int64)
        last = np.floor((corners[:, :, :2].max(axis=1) - low) / cell).astype(np.int64)
        first, last = (np.clip(k, 0, counts - 1) for k in (first, last))
        spans = last - first + 1
        size = spans.prod(axis=1)
        which = np.repeat(np.arange(len(corners)), size)
        number = np.arange(len(which)) - np.repeat(np.cumsum(size) - size, size)
        x = first[which, 0] + number // spans[which, 1]
        y = first[which, 1] + number % spans[which, 1]
        flat = x * counts[1] + y
        order = np.argsort(flat, kind="stable")
        starts = np.searchsorted(flat[order], np.arange(int(counts.prod()) + 1))
        return cls(
            readonly(corners),
            readonly(normals),
            readonly(low),
            cell,
            (int(counts[0]), int(counts[1])),
            starts,
            which[order],
        )

    def under(self, points: Array, reach: float) -> tuple[Array, Array]:
        """Highest surface ``(N,)`` [m] at most ``reach`` above points, and its normals ``(N, 3)``.

        -inf and straight up where there is none.
        """
        best, facing = np.full(len(points), -np.inf), np.tile([0.0, 0.0, 1.0], (len(points), 1))
        place = np.floor((points[:, :2] - self.low) / self.cell).astype(np.int64)
        # The far border belongs to the last cells.
        on = np.all(points[:, :2] >= self.low, axis=1) & np.all(place <= self.counts, axis=1)
        place = np.minimum(place, np.array(self.counts) - 1)
        flat = np.where(on, place[:, 0] * self.counts[1] + place[:, 1], 0)
        size = np.where(on, self.starts[flat + 1] - self.starts[flat], 0)
        which = np.repeat(np.arange(len(points)), size)
        number = np.arange(len(which)) - np.repeat(np.cumsum(size) - size, size)
        triangle = self.members[self.starts[flat[which]] + number]
        a, b, c = (self.corners[triangle, k] for k in range(3))
        u, v, off = (k[:, :2] for k in (b - a, c - a, points[which] - a))
        whole = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
        s = (off[:, 0] * v[:, 1] - off[:, 1] * v[:, 0]) / whole
        t = (u[:, 0] * off[:, 1] - u[:, 1] * off[:, 0]) / whole
        height = a[:, 2] + s * (b - a)[:, 2] + t * (c - a)[:, 2]
        hit = (s >= -_EDGE) & (t >= -_EDGE) & (s + t <= 1.0 + _EDGE)
        hit &= height <= points[which, 2] + reach
        which, height, triangle = which[hit], height[hit], triangle[hit]
        order = np.argsort(height, kind="stable")
        # The last one written stays: the highest.
        best[which[order]] = height[order]
        facing[which[order]] = self.normals[triangle[order]]
        return best, facing
