"""Seams that files leave open: corners on another triangle's edge, cracks, needles at a hole.

Exports of scans and of CAD meet a long edge with several short ones, and tear by fractions of a
millimetre. The surface is none the less whole there. Nothing is moved: the sides of triangles are
told in pieces, between corners that count as one, so that they are shared where they meet.
"""

from __future__ import annotations

from itertools import chain

import numpy as np
from scipy.spatial import cKDTree

from kinemesh.arrays import Array
from kinemesh.geometry.edges import Edges, Faces, Labels, grouped

CRACK = 1.5e-3
"""Rims no further apart than this [m] are one, ..."""
_SHARE = 5e-3
"""... or than this share of the size of a small mesh, ..."""
_FINE = 0.5
"""... or than this share of the longest side of a rim there: a hole of few corners stays one."""
_NEEDLE = 1e-6
"""A triangle at a hole that is lower than this share of the mesh's size is left out."""
_ROUNDS = 8
"""Behind a needle that is left out there may be another: at most so many."""
_PIECES = 500_000
"""About as many pieces of sides are held against the corners of rims, ..."""
_AT_ONCE = 20_000
"""... so many at once."""


def without_needles(points: Array, faces: Faces, sides: Edges) -> tuple[Faces, Edges]:
    """Triangles ``(M, 3)`` and their sides without those at a hole that have no height."""
    size = float(np.ptp(points, axis=0).max())
    for _ in range(_ROUNDS):
        bare = np.flatnonzero((sides.uses() == 1).reshape(-1, 3).any(axis=1))
        a, b, c = (points[faces[bare, k]] for k in range(3))
        longest = np.max([np.linalg.norm(x, axis=1) for x in (b - a, c - b, a - c)], axis=0)
        area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
        needle = bare[area < _NEEDLE * size * longest]
        if not len(needle) or len(needle) == len(faces):
            break
        faces = np.delete(faces, needle, axis=0)
        sides = Edges.from_faces(faces)
    return faces, sides


def sewn(points: Array, faces: Faces, sides: Edges) -> Edges:
    """The ``sides`` of triangles ``(M, 3)``, at rims in pieces that meet what is beside them.

    Rims meet where they are nearer than :data:`CRACK`. A side has as many pieces as there are
    corners of rims on it, and one more.
    """
    rim = np.flatnonzero(sides.uses() == 1)
    if not len(rim):
        return sides
    ends = sides.ends[rim]
    length = np.linalg.norm(points[ends[:, 1]] - points[ends[:, 0]], axis=1)
    corners, index = np.unique(ends, return_inverse=True)
    reach = np.zeros(len(corners))
    np.maximum.at(reach, index.reshape(-1), np.repeat(_FINE * length, 2))
    size = float(np.linalg.norm(np.ptp(points, axis=0)))
    reach = np.minimum(reach, min(CRACK, _SHARE * size))
    tree = cKDTree(points[corners])
    pairs = tree.query_pairs(float(reach.max()), output_type="ndarray")
    apart = np.linalg.norm(points[corners[pairs[:, 0]]] - points[corners[pairs[:, 1]]], axis=1)
    pairs = pairs[apart <= reach[pairs].min(axis=1)]
    group = grouped(len(corners), pairs[:, 0], pairs[:, 1])
    first = corners[np.unique(group, return_index=True)[1]]
    same = np.arange(len(points))
    same[corners] = first[group]
    side, corner = _on(points, faces[sides.face[rim]], ends, length, corners, reach, tree)
    inner = same[corner] != same[ends[side, 0]]
    inner &= same[corner] != same[ends[side, 1]]
    return _cut(points, sides, same, rim, rim[side[inner]], corner[inner])


def _on(
    points: Array,
    faces: Faces,
    ends: Faces,
    length: Array,
    corners: Labels,
    reach: Array,
    tree: cKDTree,
) -> tuple[Labels, Labels]:
    """Which of ``corners`` lie on which side ``ends`` ``(S, 2)`` of triangles ``faces``: pairs."""
    # In short pieces: the ball around a long side holds much that is not on it.
    step = max(float(length.sum()) / _PIECES, 8.0 * CRACK, float(np.median(length)))
    counts = np.ceil(length / step).astype(np.int64)
    piece = np.repeat(np.arange(len(ends)), counts)
    place = np.arange(len(piece)) - np.repeat(np.cumsum(counts) - counts, counts) + 0.5
    along = points[ends[:, 1]] - points[ends[:, 0]]
    middle = points[ends[piece, 0]] + (place / counts[piece])[:, None] * along[piece]
    around = length[piece] / counts[piece] / 2.0 + float(reach.max())
    found = []
    for start in range(0, len(piece), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        lots = tree.query_ball_point(middle[some], around[some])
        side = np.repeat(piece[some], [len(lot) for lot in lots])
        which = np.fromiter(chain.from_iterable(lots), np.int64, len(side))
        off = points[corners[which]] - points[ends[side, 0]]
        share = np.einsum("nk,nk->n", off, along[side]) / length[side] ** 2
        away = np.linalg.norm(off - share[:, None] * along[side], axis=1)
        on = (share > 0.0) & (share < 1.0) & (away <= reach[which])
        on &= np.all(faces[side] != corners[which, None], axis=1)
        found.append(np.stack([side[on], which[on]], axis=1))
    side, which = np.unique(np.concatenate(found), axis=0).T
    return side, corners[which]


def _cut(
    points: Array, sides: Edges, same: Labels, rim: Labels, side: Labels, corner: Labels
) -> Edges:
    """The sides with those at ``rim`` cut at ``corner`` ``(K,)`` of ``side`` ``(K,)``."""
    a, b = points[sides.ends[side, 0]], points[sides.ends[side, 1]]
    share = np.einsum("nk,nk->n", points[corner] - a, b - a)
    share /= np.maximum(np.einsum("nk,nk->n", b - a, b - a), 1e-300)
    # Along every side: where it begins, the corners on it in their order, where it ends.
    which = np.concatenate([np.arange(len(sides.face)), side, np.arange(len(sides.face))])
    place = np.concatenate([np.full(len(sides.face), -1.0), share, np.full(len(sides.face), 2.0)])
    stop = np.concatenate([sides.ends[:, 0], corner, sides.ends[:, 1]])
    order = np.lexsort((place, which))
    which, stop = which[order], same[stop[order]]
    step = np.flatnonzero(which[1:] == which[:-1])
    ends = np.stack([stop[step], stop[step + 1]], axis=1)
    face = sides.face[which[step]]
    left = ends[:, 0] != ends[:, 1]
    ends, face = ends[left], face[left]
    return Edges.between(ends, face)
