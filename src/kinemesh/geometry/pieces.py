"""The solids that a shape is made of: boxes that stand side by side in one mesh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from kinemesh.arrays import Array
from kinemesh.geometry.shape import ConvexPart, Shape

_SAME = 1e-6
"""Corners that are nearer than this [m] are one."""


@dataclass(frozen=True, eq=False)
class Piece:
    """A connected piece of a shape's surface, and the convex parts that cover it."""

    vertices: NDArray[np.int64]
    """Which of the shape's vertices are its."""
    parts: tuple[int, ...]
    """Which of the shape's parts are its."""

    def of(self, shape: Shape) -> Shape:
        """The piece of ``shape`` alone."""
        number = np.full(len(shape.vertices), -1)
        number[self.vertices] = np.arange(len(self.vertices))
        faces = number[shape.faces]
        own = np.all(faces >= 0, axis=1)
        return replace(
            shape,
            vertices=shape.vertices[self.vertices],
            faces=faces[own],
            parts=tuple(shape.parts[k] for k in self.parts),
            sheets=shape.sheets[own],
        )


def pieces(shape: Shape) -> tuple[Piece, ...]:
    """The connected pieces of a shape, in the order of their first vertices.

    A shape whose parts are not of one piece each, such as a scan that one hull stands for, is
    one piece as a whole.
    """
    count, faces = len(shape.vertices), shape.faces
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]]])
    graph = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    labels = list(dict.fromkeys(label[np.unique(faces)].tolist()))
    whole = (Piece(np.arange(count), tuple(range(len(shape.parts)))),)
    if len(labels) > len(shape.parts):
        return whole
    mine = [np.flatnonzero(label == k) for k in labels]
    trees = [cKDTree(shape.vertices[vertices]) for vertices in mine]
    owners = [_owner(part, trees) for part in shape.parts]
    if set(owners) != set(range(len(labels))):
        return whole
    return tuple(
        Piece(vertices, tuple(n for n, owner in enumerate(owners) if owner == k))
        for k, vertices in enumerate(mine)
    )


def _owner(part: ConvexPart, trees: Sequence[cKDTree]) -> int:
    """Number of the piece whose vertices a part's all are; -1 if there is none."""
    fits = (np.max(tree.query(part.vertices)[0]) < _SAME for tree in trees)
    return next((number for number, fit in enumerate(fits) if fit), -1)


def moved(shape: Shape, piece: Piece, turn: Array, offset: Array) -> Shape:
    """``shape`` with one piece at ``turn @ x + offset``, ``(3, 3)`` and ``(3,)`` [m]."""
    vertices = np.array(shape.vertices)
    vertices[piece.vertices] = vertices[piece.vertices] @ turn.T + offset
    parts = list(shape.parts)
    for k in piece.parts:
        parts[k] = ConvexPart(parts[k].vertices @ turn.T + offset)
    return replace(shape, vertices=vertices, parts=tuple(parts))


def rigid(before: Array, after: Array) -> tuple[Array, Array, float]:
    """The turn ``(3, 3)`` and the offset ``(3,)`` [m] that take points nearest to others.

    By Kabsch's way; and the largest distance [m] that is left.
    """
    if np.array_equal(before, after):
        return np.eye(3), np.zeros(3), 0.0
    a, b = before.mean(axis=0), after.mean(axis=0)
    u, _, v = np.linalg.svd((before - a).T @ (after - b))
    mirrored = np.sign(np.linalg.det(u @ v))
    turn = v.T @ np.diag([1.0, 1.0, mirrored]) @ u.T
    offset = b - turn @ a
    left = np.linalg.norm(before @ turn.T + offset - after, axis=1)
    return turn, offset, float(left.max())
