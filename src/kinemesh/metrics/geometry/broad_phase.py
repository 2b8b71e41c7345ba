"""The ruler's broad phase: what facets alone say of two convex bodies, in many frames at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.polytope import Polytope

_AT_ONCE = 1 << 18
"""Levels of vertices over facets that are looked at together."""


def facet_levels(first: Polytope, second: Polytope, rotations: Array, shifts: Array) -> Array:
    """What facets say of two bodies ``(N,)`` [m]: a bound from below on their signed distance.

    Over zero the bodies are apart. Else it is the best separation along a normal of either: they
    are no deeper in each other than that. Where the sphere around one, or all of it, lies in front
    of the facet of the other that faces it most, that is answer enough.

    Args:
        first: a body in its own frame.
        second: another in its own.
        rotations: of the second's frame in the first's ``(N, 3, 3)``.
        shifts: its origin there ``(N, 3)`` [m].
    """
    there = (rotations @ second.centre) + shifts
    here = ((first.centre - shifts)[:, None] @ rotations)[:, 0]
    mine, facets = _facing(first, there)
    theirs, others = _facing(second, here)
    found = np.maximum(mine - second.radius, theirs - first.radius)
    close = np.flatnonzero(found <= 0.0)
    turns, moves = rotations[close], shifts[close]
    planes, opposite = first.planes[facets[close]], second.planes[others[close]]
    normals = (planes[:, None, :3] @ turns)[:, 0]
    mine = (normals @ second.vertices.T).min(axis=1) + planes[:, 3]
    mine += np.einsum("ni,ni->n", planes[:, :3], moves)
    normals = (turns @ opposite[:, :3, None])[..., 0]
    theirs = (normals @ first.vertices.T).min(axis=1) + opposite[:, 3]
    theirs -= np.einsum("ni,ni->n", normals, moves)
    found[close] = np.maximum(found[close], np.maximum(mine, theirs))
    close = close[found[close] <= 0.0]
    each = len(first.planes) * len(second.vertices) + len(second.planes) * len(first.vertices)
    step = max(1, _AT_ONCE // each)
    for k in range(0, len(close), step):
        some = close[k : k + step]
        turns, moves = rotations[some], shifts[some]
        mine = _lowest(first.planes[:, :3] @ turns, second.vertices)
        mine += first.planes[:, 3] + moves @ first.planes[:, :3].T
        normals = second.planes[:, :3] @ turns.transpose(0, 2, 1)
        theirs = _lowest(normals, first.vertices)
        theirs += second.planes[:, 3] - np.einsum("nfi,ni->nf", normals, moves)
        found[some] = np.maximum(mine.max(axis=1), theirs.max(axis=1))
    return found


def _facing(body: Polytope, points: Array) -> tuple[Array, NDArray[np.int64]]:
    """How far points ``(N, 3)`` are in front of the facet that faces them most [m], and which."""
    levels = points @ body.planes[:, :3].T + body.planes[:, 3]
    facets = levels.argmax(axis=1)
    return levels[np.arange(len(points)), facets], facets


def _lowest(normals: Array, vertices: Array) -> Array:
    """Least of ``vertices`` ``(V, 3)`` along each of ``normals`` ``(N, F, 3)``: ``(N, F)``."""
    along = normals.reshape(-1, 3) @ vertices.T
    return np.asarray(along.min(axis=1).reshape(normals.shape[:2]))
