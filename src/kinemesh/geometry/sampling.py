"""Points on triangles: slivers cut short first, clouds that overlap thinned afterwards."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array, row_numbers

_SHORT = 8
"""A triangle no longer than this many steps is left whole,"""
_WASTE = 8.0
"""and so is one with no more points than this for each square of a step that it covers."""
_TABLE = 1 << 26
"""Cubes of a grid for which a table of them all is kept, at 8 bytes each; sorted beyond."""


def cut_slivers(corners: Array, step: float) -> tuple[Array, NDArray[np.int64]]:
    """Long thin triangles in short pieces, the others as they are.

    A lattice has as many points across a triangle as along it: a sliver of a metre would have
    more than a table top.

    Args:
        corners: triangles ``(F, 3, 3)`` [m].
        step: how far apart points are to be [m].

    Returns:
        Triangles ``(N, 3, 3)`` [m], and which one each was cut from ``(N,)``.
    """
    thin, turned = _thin(corners, step)
    # At the foot of the height over the longest edge: two that are thin at one end.
    a, b, c = np.moveaxis(turned, 1, 0)
    along = b - a
    share = np.sum((c - a) * along, axis=1) / np.sum(along**2, axis=1)
    foot = a + share[:, None] * along
    halves = np.concatenate([np.stack([a, foot, c], axis=1), np.stack([b, c, foot], axis=1)])
    owner = np.tile(np.flatnonzero(thin), 2)
    long = _thin(halves, step)[0]
    # Across, from the thin end: a triangle first, then pairs of them.
    tip, left, right = np.moveaxis(halves[long], 1, 0)
    columns = np.ceil(_longest(halves[long]) / (_SHORT * step)).astype(np.int64)
    which = np.repeat(np.arange(len(columns)), columns)
    first = np.arange(len(which)) - np.repeat(np.cumsum(columns) - columns, columns)
    near, far = (((first + k) / columns[which])[:, None] for k in (0, 1))
    p, q = (left - tip)[which], (right - tip)[which]
    pieces = tip[which][:, None] + np.concatenate(
        [np.stack([near * p, far * p, far * q], axis=1), np.stack([near * p, far * q, near * q], 1)]
    ).reshape(2, -1, 3, 3)
    inner = first > 0
    return (
        np.concatenate([corners[~thin], halves[~long], pieces[0], pieces[1][inner]]),
        np.concatenate(
            [np.flatnonzero(~thin), owner[~long], owner[long][which], owner[long][which[inner]]]
        ),
    )


def _longest(corners: Array) -> Array:
    return np.asarray(np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1))


def _thin(corners: Array, step: float) -> tuple[NDArray[np.bool_], Array]:
    """Which triangles are to be cut, and those with the corners of the longest edge first."""
    edges = corners[:, (1, 2, 0)] - corners
    lengths = np.linalg.norm(edges, axis=2)
    longest = lengths.max(axis=1) / step
    covered = np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1) / 2.0 / step**2
    thin = (longest > _SHORT) & (longest**2 / 2.0 > _WASTE * covered)
    turns = (lengths[thin].argmax(axis=1)[:, None] + np.arange(3)) % 3
    return thin, np.take_along_axis(corners[thin], turns[..., None], 1)


def firsts(cubes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Index of the first point in each cube that holds any, by the cube's x, then y, then z.

    Args:
        cubes: which cube each point is in ``(N, 3)``.
    """
    if not len(cubes):
        return np.zeros(0, dtype=np.int64)
    x, y, z = (cubes[:, k] - cubes[:, k].min() for k in range(3))
    sides = [int(axis.max()) + 1 for axis in (x, y, z)]
    count = sides[0] * sides[1] * sides[2]
    if count >= 1 << 62:  # more than a number can tell apart
        return np.asarray(np.unique(row_numbers(cubes), return_index=True)[1])
    key = (x * sides[1] + y) * sides[2] + z
    if count > _TABLE:
        return np.asarray(np.unique(key, return_index=True)[1])
    index = np.arange(len(cubes), dtype=np.int64)
    table = np.full(count, -1, dtype=np.int64)
    table[key[::-1]] = index[::-1]  # the last one written stays
    return np.asarray(table[np.flatnonzero(table >= 0)], dtype=np.int64)
