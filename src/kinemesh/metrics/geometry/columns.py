"""Triangles by what lies above and below a point: a grid over x and y."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array

_CELLS = 0.5
"""Cells for each triangle, if the triangles are alike."""
_MEMBERS = 16
"""Times that a triangle may be listed, on average: where some are large, cells are larger too."""

Index = NDArray[np.int64]


class Columns:
    """Triangles ``(F, 3, 3)`` [m], found again by the vertical lines that may meet them."""

    def __init__(self, corners: Array) -> None:
        self.corners = corners
        flat = corners[..., :2].reshape(-1, 2)
        low = flat.min(axis=0) if len(flat) else np.zeros(2)
        extent = np.maximum(np.ptp(flat, axis=0), 1e-9) if len(flat) else np.ones(2)
        cells = _CELLS * max(len(corners), 1)
        size = max(float(np.sqrt(extent.prod() / cells)), float(extent.max()) / cells)
        while True:
            first = np.floor((corners[..., :2].min(axis=1) - low) / size).astype(np.int64)
            last = np.floor((corners[..., :2].max(axis=1) - low) / size).astype(np.int64)
            wide, deep = (last - first + 1).T
            count = wide * deep
            if count.sum() <= _MEMBERS * max(len(corners), 1):
                break
            size *= 1.5
        self._low, self._size = low, size
        self._shape = np.floor(extent / size).astype(np.int64) + 1
        owner = np.repeat(np.arange(len(corners)), count)
        rank = _rank(count)
        x = first[owner, 0] + rank // deep[owner]
        y = first[owner, 1] + rank % deep[owner]
        cell = x * self._shape[1] + y
        order = np.argsort(cell, kind="stable")
        self._members = owner[order]
        self._starts = np.searchsorted(cell[order], np.arange(self._shape.prod() + 1))

    def near(self, points: Array) -> tuple[Index, Index]:
        """Rows of ``points`` ``(N, 3)``, and triangles that the vertical through each may meet."""
        place = np.floor((points[:, :2] - self._low) / self._size).astype(np.int64)
        rows = np.flatnonzero(np.all((place >= 0) & (place < self._shape), axis=1))
        cell = place[rows, 0] * self._shape[1] + place[rows, 1]
        count = self._starts[cell + 1] - self._starts[cell]
        which = self._members[np.repeat(self._starts[cell], count) + _rank(count)]
        return np.repeat(rows, count), which


def _rank(counts: Index) -> Index:
    """0, 1, ... within each group of ``counts``."""
    starts = np.cumsum(counts) - counts
    return np.asarray(np.arange(counts.sum()) - np.repeat(starts, counts))
