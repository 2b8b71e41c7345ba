"""How far one surface is above another: along the vertical, and everywhere at once.

Both are triangles, so that over the plane both are linear between corners and edges: the least
distance is over a corner of the one or the other, or where two edges cross.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array, row_numbers
from kinemesh.geometry import poses
from kinemesh.geometry.shape import Shape

Flags = NDArray[np.bool_]
Index = NDArray[np.int64]

_STEEP = 1e-6
"""A triangle of a solid whose unit normal rises or falls less than this [1] is a wall."""
_EDGE = 1e-9
"""A corner this share of a triangle beside it is over it: none slips between two."""
_SAME = 1e-8
"""Poses that differ by less [m], [1] are one: what lies below does not change by more."""
_TOGETHER = 32
"""Frames that are looked at in one go, in which little moves."""
_SOME = 16
"""One in so many triangles is looked at first."""
_PAIRS = 1 << 20
"""Pairs of triangles that are looked at in one go, at most."""


def drops(
    above: Shape,
    above_track: Array,
    below: Shape,
    below_track: Array,
    reach: tuple[float, float],
) -> Array:
    """How far ``above`` can be lowered until it touches ``below``, in every frame ``(T,)`` [m].

    Negative: that much it is inside, and has to be lifted. A surface of ``below`` that looks up
    counts where it is under one of ``above`` that looks down by a distance within ``reach``; so
    the shelf counts that something stands on, and not the boards over it. Sheets look both ways.
    Infinite where nothing counts.

    Args:
        above: a shape.
        above_track: its poses ``(T, 7)``.
        below: another.
        below_track: its poses ``(T, 7)``.
        reach: the least distance that counts, negative, and the greatest [m].
    """
    apart = above_track[:, :3] - below_track[:, :3]
    turns = np.hstack([above_track[:, 3:], below_track[:, 3:]])
    alike = row_numbers(np.round(np.hstack([apart, turns]) / _SAME).astype(np.int64))
    _, first, inverse = np.unique(alike, return_index=True, return_inverse=True)
    # In the order of time, in which what is looked at together is near together.
    order = np.argsort(first)
    found = np.full(len(first), np.inf)
    for start in range(0, len(order), _TOGETHER):
        some = order[start : start + _TOGETHER]
        rows = first[some]
        found[some] = _drops(above, above_track[rows], below, below_track[rows], reach)
    return np.asarray(found[inverse.reshape(-1)])


def _drops(
    above: Shape, above_track: Array, below: Shape, below_track: Array, reach: tuple[float, float]
) -> Array:
    """As :func:`drops`, of few frames."""
    between = poses.compose(poses.inverse(below_track), above_track)
    margin = max(-reach[0], reach[1])
    upper = _within(above, below.bounds, poses.inverse(between), margin)
    lower = _within(below, above.bounds, between, margin)
    # About the middle of the one that is above: far from the origin numbers are coarse.
    middle = poses.apply(above_track, above.bounds.mean(axis=0)[None])
    a, a_frames = _facing(above, upper, above_track, middle, -1.0)
    b, b_frames = _facing(below, lower, below_track, middle, 1.0)
    result = np.full(len(above_track), np.inf)
    # Some of them say how low it is at most, and leave few of the others to be asked.
    for every in (_SOME, 1) if len(a) > _SOME else (1,):
        some, frames = a[::every], a_frames[::every]
        most = np.minimum(result, reach[1])
        for i, j in _meeting(some, frames, b, b_frames, reach[0], most):
            gaps = _gaps(some[i], b[j])
            gaps = np.where((gaps >= reach[0]) & (gaps <= reach[1]), gaps, np.inf)
            np.minimum.at(result, frames[i], gaps.min(axis=1))
    return result


def _within(shape: Shape, box: Array, track: Array, margin: float) -> Flags:
    """Which triangles ``(M,)`` of a shape come as near as ``margin`` [m] to another.

    Args:
        shape: whose triangles.
        box: bounds of the other in its own frame ``(2, 3)`` [m].
        track: poses of the other in the frame of ``shape`` ``(N, 7)``.
        margin: how near [m].
    """
    middle = poses.apply(track, box.mean(axis=0)[None])[:, 0]
    half = np.abs(poses.matrix(track)) @ np.ptp(box, axis=0) / 2.0
    low, high = (middle - half).min(axis=0) - margin, (middle + half).max(axis=0) + margin
    corners = shape.vertices[shape.faces]
    near = (corners.max(axis=1) >= low) & (corners.min(axis=1) <= high)
    return np.asarray(near.all(axis=1))


def _facing(
    shape: Shape, chosen: Flags, track: Array, origin: Array, way: float
) -> tuple[Array, Index]:
    """The chosen triangles ``(N, 3, 3)`` [m] that look up or down, and their frames ``(N,)``.

    In the world's axes, from ``origin`` ``(T, 1, 3)`` on.
    """
    used, faces = np.unique(shape.faces[chosen], return_inverse=True)
    places = poses.apply(track, shape.vertices[used]) - origin
    corners = places[:, faces.reshape(-1, 3)]
    a, b, c = (corners[..., k, :] for k in range(3))
    normals = np.cross(b - a, c - a)
    size = np.maximum(np.linalg.norm(normals, axis=-1), 1e-300)
    wanted = shape.sheets[chosen] | (way * normals[..., 2] > _STEEP * size)
    return corners[wanted], np.nonzero(wanted)[0]


def _meeting(
    a: Array, a_frames: Index, b: Array, b_frames: Index, least: float, most: Array
) -> Iterator[tuple[Index, Index]]:
    """Pairs of triangles of one frame whose bounds let the one be over the other.

    By ``least`` [m] or more, and by no more than ``most`` ``(T,)`` [m] of the frame.
    """
    if not len(a) or not len(b):
        return
    low, high = a.min(axis=1), a.max(axis=1)
    floor, top = b.min(axis=1), b.max(axis=1)
    # Frames lie side by side along x, so that one search finds pairs in all of them.
    apart = 2.0 * max(float(np.abs(x[..., 0]).max()) for x in (a, b)) + 1.0
    left, right = low[:, 0] + apart * a_frames, high[:, 0] + apart * a_frames
    start, end = floor[:, 0] + apart * b_frames, top[:, 0] + apart * b_frames
    # Where some triangles are large all would be looked at: those of a size by themselves.
    sizes = np.floor(np.log2(np.maximum(end - start, 1e-6)))
    for size in np.unique(sizes):
        own = np.flatnonzero(sizes == size)
        own = own[np.argsort(start[own])]
        first = np.searchsorted(start[own], left - (end - start)[own].max() - 1e-9)
        last = np.searchsorted(start[own], right + 1e-9, side="right")
        ends = np.cumsum(last - first)
        for chunk in np.split(
            np.arange(len(a)), np.flatnonzero(np.diff(ends // _PAIRS, prepend=0))
        ):
            counts = (last - first)[chunk]
            i = np.repeat(chunk, counts)
            rank = np.arange(len(i)) - np.repeat(np.cumsum(counts) - counts, counts)
            j = own[np.repeat(first[chunk], counts) + rank]
            meet = (end[j] >= left[i] - 1e-9) & (a_frames[i] == b_frames[j])
            meet &= (low[i, 1] <= top[j, 1] + 1e-9) & (high[i, 1] >= floor[j, 1] - 1e-9)
            meet &= high[i, 2] - floor[j, 2] >= least
            meet &= low[i, 2] - top[j, 2] <= most[a_frames[i]]
            if meet.any():
                yield i[meet], j[meet]


def _gaps(a: Array, b: Array) -> Array:
    """Vertical distances ``(N, 15)`` [m] of triangles above others; infinite where none is met."""
    sides = [_crossing(a, b, i, j) for i in range(3) for j in range(3)]
    over = [a[:, k, 2] - _height(b, a[:, k]) for k in range(3)]
    under = [_height(a, b[:, k]) - b[:, k, 2] for k in range(3)]
    found = np.column_stack([*over, *under, *sides])
    return np.where(np.isnan(found), np.inf, found)


def _height(triangles: Array, points: Array) -> Array:
    """Height ``(N,)`` [m] of triangles over or under points ``(N, 3)``; NaN beside them."""
    a, u, v = (triangles[:, 0], *(triangles[:, k] - triangles[:, 0] for k in (1, 2)))
    off = points - a
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        whole = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
        s = (off[:, 0] * v[:, 1] - off[:, 1] * v[:, 0]) / whole
        t = (u[:, 0] * off[:, 1] - u[:, 1] * off[:, 0]) / whole
        height = a[:, 2] + s * u[:, 2] + t * v[:, 2]
    return np.where((s >= -_EDGE) & (t >= -_EDGE) & (s + t <= 1.0 + _EDGE), height, np.nan)


def _crossing(a: Array, b: Array, i: int, j: int) -> Array:
    """How far side ``i`` is over side ``j`` where they cross in the plane ``(N,)``; else NaN."""
    p, q = a[:, i], b[:, j]
    u, v = a[:, (i + 1) % 3] - p, b[:, (j + 1) % 3] - q
    off = q - p
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        whole = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
        s = (off[:, 0] * v[:, 1] - off[:, 1] * v[:, 0]) / whole
        t = (off[:, 0] * u[:, 1] - off[:, 1] * u[:, 0]) / whole
        gap = p[:, 2] + s * u[:, 2] - q[:, 2] - t * v[:, 2]
    return np.where((s >= 0.0) & (s <= 1.0) & (t >= 0.0) & (t <= 1.0), gap, np.nan)
