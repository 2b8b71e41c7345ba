"""Triangles in a hierarchy of boxes: whole branches are left out by what their box says."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array

_CHILDREN = 4
_FEW = 40
"""So many boxes are looked at all at once."""
_BITS = 20
"""Bits a coordinate has in the order along which neighbours lie together."""
_QUARTERS = [[0, 3, 5], [3, 1, 4], [5, 4, 2], [3, 4, 5]]
"""A triangle's quarters, by its corners and the middles of its edges."""
_EXACT = 1e-5
"""How far [m] the least level that is found may lie above the true one."""

Index = NDArray[np.int64]


class BoxTree:
    """Triangles ``(F, 3, 3)`` [m], neighbours together, and boxes around four and four of them."""

    def __init__(self, corners: Array) -> None:
        self.order = _along_a_curve(corners.mean(axis=1))
        """Which of the triangles that were given each one is ``(F,)``."""
        self.corners = np.ascontiguousarray(corners[self.order])
        low, high = self.corners.min(axis=1), self.corners.max(axis=1)
        levels = [(low, high)]
        while len(low) > 1:
            starts = np.arange(0, len(low), _CHILDREN)
            low, high = np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)
            levels.append((low, high))
        self._levels = [level for level in levels[::-1] if len(level[0]) > _FEW] or levels[:1]
        """Lowest and highest corners, from a few large boxes to those of single triangles."""

    def deepest(self, planes: Array, low: Array, high: Array) -> tuple[float, Array] | None:
        """The point of the triangles that lies deepest in a convex body; None where none is in it.

        Args:
            planes: the body's facets ``(M, 4)``, negative inside [m].
            low: lowest corner of the box around the body ``(3,)`` [m].
            high: highest corner of it.

        Returns:
            The point's level, its distance from the nearest facet with a minus [m], no more than
            0.01 mm above the least one, and the point ``(3,)``.
        """
        nodes = self.near(planes, low, high)
        return _least(self.corners[nodes], planes[:, :3].T, planes[:, 3]) if len(nodes) else None

    def near(self, planes: Array, low: Array, high: Array) -> Index:
        """Which triangles ``(N,)`` may meet a convex body: facets and box as in :meth:`deepest`."""
        nodes: Index = np.arange(len(self._levels[0][0]))
        normals, offsets = planes[:, :3].T, planes[:, 3]
        for k, (lowest, highest) in enumerate(self._levels):
            if k:
                nodes = _children(nodes, len(lowest))
            below, above = lowest[nodes], highest[nodes]
            near = np.all((below < high) & (above > low), axis=1)
            nodes, below, above = nodes[near], below[near], above[near]
            if not len(nodes):
                break
            # Over a box a plane is lowest at the corner that its normal points away from.
            middle, half = (above + below) / 2.0, (above - below) / 2.0
            least = (middle @ normals - half @ np.abs(normals) + offsets).max(axis=1)
            nodes = nodes[least < 0.0]
            if not len(nodes):
                break
        return nodes


def _least(corners: Array, normals: Array, offsets: Array) -> tuple[float, Array] | None:
    """Least over triangles of the greatest level, by quartering what may still hold it.

    On a triangle the greatest of some planes is at least the greatest of their least corners.
    """
    best, place = 0.0, np.zeros(3)
    while len(corners):
        levels = corners @ normals + offsets
        height = levels.max(axis=2).reshape(-1)
        lowest = int(np.argmin(height))
        if height[lowest] < best:
            best, place = float(height[lowest]), corners.reshape(-1, 3)[lowest]
        least = levels.min(axis=1).max(axis=1)
        corners = corners[least < best - _EXACT]
        six = np.concatenate([corners, (corners + corners[:, (1, 2, 0)]) / 2.0], axis=1)
        corners = six[:, _QUARTERS].reshape(-1, 3, 3)
    return (best, place) if best < 0.0 else None


def _children(parents: Index, count: int) -> Index:
    """The children of ``parents``, of ``count`` in all."""
    each = (_CHILDREN * parents[:, None] + np.arange(_CHILDREN)).reshape(-1)
    return np.asarray(each[each < count])


def _along_a_curve(points: Array) -> Index:
    """Order of ``points`` along Morton's curve, on which neighbours in space are near."""
    low = points.min(axis=0)
    size = max(float((points.max(axis=0) - low).max()), 1e-12)
    cell = ((points - low) / size * ((1 << _BITS) - 1)).astype(np.int64)
    key = np.zeros(len(points), dtype=np.int64)
    for bit in range(_BITS):
        for axis in range(3):
            key |= ((cell[:, axis] >> bit) & 1) << (3 * bit + axis)
    return np.argsort(key, kind="stable")
