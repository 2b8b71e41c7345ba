"""How far a prop is above what is under it: points of the one, the true surface of the other."""

from __future__ import annotations

import itertools

import numpy as np

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.carrying import Carrying
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.motion import ConvexPart, Prop, Shape

DEEP = 0.03
"""A point that is further than this [m] below a surface is under it, and not in it."""
_POINTS = 400
"""So many corners stand for a prop's surface, and so many points between them."""
_UPRIGHT = 1e-6
"""A shape whose own z is off the vertical by less than this [1] stands upright."""
_SAME = 1e-9
"""Poses that differ by less [m], [1] are one."""


def above(prop: Prop, shape: Shape, track: Array, surfaces: Surfaces, deep: float = DEEP) -> Array:
    """How far the lower half of a prop is above a shape in every frame ``(T,)`` [m].

    The least over its points, each of which is held against the highest surface that is no more
    than ``deep`` [m] over it; so of a case it is the shelf that it stands on. Infinite where the
    shape is nowhere under it.

    Args:
        prop: who is above.
        shape: what is under it.
        track: the poses of that ``(T, 7)``.
        surfaces: the true surfaces of shapes.
        deep: as said.
    """
    track = np.broadcast_to(track, prop.track.shape)
    few = prop.shape.vertices[:: max(1, len(prop.shape.vertices) // _POINTS)]
    scattered = prop.shape.scatter(_POINTS, np.random.default_rng(0))
    local = np.concatenate([few, scattered])
    lowest, near = prop.lowest(), over(prop, shape, track)
    result = np.full(len(track), np.inf)
    for k in np.flatnonzero(near).tolist():
        if k and near[k - 1] and _alike(prop.track, track, k):
            result[k] = result[k - 1]
            continue
        points = poses.apply(prop.track[k], local)
        middle = (lowest[k] + points[:, 2].max()) / 2.0
        points = points[points[:, 2] <= middle]
        tops = _tops(shape, track[k], points, surfaces, deep)
        result[k] = float((points[:, 2] - tops).min())
    return result


def over(prop: Prop, shape: Shape, track: Array) -> Array:
    """When the bounds of a prop and of a shape on its ``track``, in the world, overlap ``(T,)``."""
    (low, high), (start, end) = (
        _bounds(one, np.broadcast_to(placed, prop.track.shape))
        for one, placed in ((prop.shape, prop.track), (shape, track))
    )
    return np.asarray(np.all((low <= end)[:, :2] & (high >= start)[:, :2], axis=1))


def middles(prop: Prop) -> Array:
    """The middle of a prop's bounds in the world ``(T, 3)`` [m]."""
    return np.asarray(poses.apply(prop.track, prop.shape.bounds.mean(axis=0)[None])[:, 0])


def _bounds(shape: Shape, track: Array) -> tuple[Array, Array]:
    corners = np.array(list(itertools.product(*shape.bounds.T)))
    world = poses.apply(track, corners)
    return world.min(axis=1), world.max(axis=1)


def _alike(one: Array, other: Array, k: int) -> bool:
    """Whether two on their tracks are, in frame ``k``, to one another as in the frame before."""
    apart = (one[:, :3] - other[:, :3])[k - 1 : k + 1]
    turns = np.hstack([one[k - 1 : k + 1, 3:], other[k - 1 : k + 1, 3:]])
    return bool(max(np.abs(np.diff(rows, axis=0)).max() for rows in (apart, turns)) < _SAME)


def _tops(shape: Shape, pose: Array, points: Array, surfaces: Surfaces, deep: float) -> Array:
    """Height ``(N,)`` [m] of the shape's surface under points ``(N, 3)``; ``-inf``: none."""
    turn = poses.matrix(pose)
    local = (points - pose[:3]) @ turn
    if not shape.warnings:
        rises = np.array([_leaves(part, local, turn[2]) for part in shape.parts])
        rises[rises > deep] = -np.inf
        return np.asarray(points[:, 2] + rises.max(axis=0))
    surface = surfaces[shape]
    if abs(turn[2, 2] - 1.0) < _UPRIGHT:
        return np.asarray(pose[2] + surface.carrying.under(local, deep))
    turned = Carrying(surface.corners @ turn.T, shape.sheets)
    return np.asarray(pose[2] + turned.under(points - pose[:3], deep))


def _leaves(part: ConvexPart, points: Array, up: Array) -> Array:
    """How far along ``up`` ``(3,)`` lines through points leave a convex part ``(N,)`` [m].

    ``-inf`` where a line misses it.
    """
    level = points @ part.planes[:, :3].T + part.planes[:, 3]
    rise = part.planes[:, :3] @ up
    rising, falling = rise > 1e-9, rise < -1e-9
    top = (-level[:, rising] / rise[rising]).min(axis=1, initial=np.inf)
    bottom = (-level[:, falling] / rise[falling]).max(axis=1, initial=-np.inf)
    beside = np.any(level[:, ~rising & ~falling] > 0.0, axis=1)
    return np.where((top >= bottom) & ~beside, top, -np.inf)
