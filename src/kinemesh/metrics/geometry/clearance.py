"""Convex bodies that are surely clear of triangles, in many places at once.

Most bodies that are near a surface do not touch it, and to see that takes no distance: something
has each bundle of triangles on its far side. Bundles are told apart by the box around them, by the
slab along their mean normal, which is thin where a surface is nearly flat, and by the body's own
facets. A body that this cannot clear may be clear all the same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.polytope import Polytope

_BUNDLE = 8
"""So many triangles, or bundles of them, make a bundle ..."""
_FEW = 128
"""... until there are no more than so many."""
_AT_ONCE = 32
"""Places that are looked at together."""
_SLACK = 1e-9
"""What is worked out here may be off by this [m]."""

Index = NDArray[np.int64]


class Bundles:
    """Triangles ``(F, 3, 3)`` [m], neighbours one after the other, in bundles of bundles."""

    def __init__(self, corners: Array) -> None:
        self._corners = corners
        a, b, c = np.moveaxis(corners, 1, 0)
        box = np.minimum(np.minimum(a, b), c), np.maximum(np.maximum(a, b), c)
        crosses = np.cross(b - a, c - a)
        size, levels = 1, [_Level(corners, crosses, box, 1)]
        while len(corners) > _FEW * size:
            size *= _BUNDLE
            levels.append(_Level(corners, crosses, box, size))
        self._levels = levels[::-1]

    def clear(
        self, body: Polytope, rotations: Array, shifts: Array, margin: float
    ) -> NDArray[np.bool_]:
        """Where a body is surely further than ``margin`` [m] from all triangles ``(N,)``.

        Args:
            body: a convex body in its own frame.
            rotations: of that frame in the triangles' ``(N, 3, 3)``.
            shifts: its origin there ``(N, 3)`` [m].
            margin: how far it has to be away.
        """
        result = np.zeros(len(shifts), dtype=bool)
        for k in range(0, len(shifts), _AT_ONCE):
            some = slice(k, k + _AT_ONCE)
            result[some] = self._clear(body, rotations[some], shifts[some], margin + _SLACK)
        return result

    def _clear(
        self, body: Polytope, turns: Array, moves: Array, margin: float
    ) -> NDArray[np.bool_]:
        points = body.vertices @ turns.transpose(0, 2, 1) + moves[:, None]
        low, high = points.min(axis=1) - margin, points.max(axis=1) + margin
        top = len(self._levels[0].low)
        rows: Index = np.repeat(np.arange(len(moves)), top)
        nodes: Index = np.tile(np.arange(top), len(moves))
        facets: Index = np.zeros(len(rows), dtype=np.int64)
        for k, level in enumerate(self._levels):
            if k:
                nodes = (_BUNDLE * nodes[:, None] + np.arange(_BUNDLE)).reshape(-1)
                rows, facets = np.repeat(rows, _BUNDLE), np.repeat(facets, _BUNDLE)
                there = nodes < len(level.low)
                rows, nodes, facets = rows[there], nodes[there], facets[there]
            near = np.all((level.low[nodes] < high[rows]) & (level.high[nodes] > low[rows]), axis=1)
            rows, nodes, facets = rows[near], nodes[near], facets[near]
            # What cleared nearly all of a bundle clears most of those in it.
            centres = _seen(level.centres[nodes][:, None], turns[rows], moves[rows])[:, 0]
            reach = level.radii[nodes] + margin
            planes = body.planes[facets]
            close = np.sum(centres * planes[:, :3], axis=1) + planes[:, 3] <= reach
            rows, nodes, centres, reach = rows[close], nodes[close], centres[close], reach[close]
            beside = level.beside(nodes, body.vertices, turns[rows], moves[rows], margin)
            rows, nodes, centres, reach = (
                rows[~beside],
                nodes[~beside],
                centres[~beside],
                reach[~beside],
            )
            levels = centres @ body.planes[:, :3].T + body.planes[:, 3]
            facets = np.asarray(levels.argmax(axis=1))
            close = levels[np.arange(len(rows)), facets] <= reach
            rows, nodes, facets = rows[close], nodes[close], facets[close]
        corners = _seen(self._corners[nodes], turns[rows], moves[rows])
        heights = (corners @ body.planes[:, :3].T + body.planes[:, 3]).min(axis=1)
        rows = rows[heights.max(axis=1, initial=-np.inf) <= margin]
        result = np.ones(len(moves), dtype=bool)
        result[rows] = False
        return result


class _Level:
    """Boxes, spheres and slabs of bundles of ``size`` triangles each."""

    def __init__(self, corners: Array, crosses: Array, box: tuple[Array, Array], size: int) -> None:
        starts = np.arange(0, len(corners), size)
        self.low = np.minimum.reduceat(box[0], starts)
        self.high = np.maximum.reduceat(box[1], starts)
        self.centres = (self.low + self.high) / 2.0
        self.radii = np.linalg.norm(self.high - self.low, axis=1) / 2.0
        total = np.add.reduceat(crosses, starts)
        long = np.linalg.norm(total, axis=1, keepdims=True)
        self._normals = total / np.where(long > 0.0, long, 1.0)
        owner = np.arange(len(corners)) // size
        normals = self._normals[owner]
        a, b, c = (np.einsum("fj,fj->f", corners[:, k], normals) for k in range(3))
        self._first = np.minimum.reduceat(np.minimum(np.minimum(a, b), c), starts)
        self._last = np.maximum.reduceat(np.maximum(np.maximum(a, b), c), starts)

    def beside(
        self, nodes: Index, vertices: Array, turns: Array, moves: Array, margin: float
    ) -> NDArray[np.bool_]:
        """Whether a body's ``vertices`` are on one side of the slabs of ``nodes`` ``(K,)``."""
        normals = self._normals[nodes]
        along = (normals[:, None] @ turns)[:, 0] @ vertices.T
        offset = np.sum(normals * moves, axis=1)
        over = along.min(axis=1, initial=np.inf) + offset > self._last[nodes] + margin
        under = along.max(axis=1, initial=-np.inf) + offset < self._first[nodes] - margin
        return np.asarray(over | under)


def _seen(points: Array, turns: Array, moves: Array) -> Array:
    """``points`` ``(K, N, 3)`` in the frames of bodies turned and moved there ``(K, N, 3)``."""
    return np.asarray((points - moves[:, None]) @ turns)
