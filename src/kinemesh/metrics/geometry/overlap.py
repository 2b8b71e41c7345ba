"""How deep one solid is in another: convex parts exactly, true surfaces by their points."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.geometry.shape import ConvexPart
from kinemesh.metrics.geometry.surface import Surface
from kinemesh.motion import Shape

_CROSSES = 4000
"""Pairs of edges beyond which facets alone are tried: with so many they face nearly everywhere."""
_POINTS = 4000
"""About so many points stand for a true surface."""
_SAME = 1e-9
"""Poses that differ by less [m], [1] are one."""


@dataclass(frozen=True, eq=False)
class Body:
    """A solid, and what its overlaps are found with."""

    name: str
    surface: Surface
    """Its surface, and the shape whose it is."""
    track: Array
    """Poses ``(T, 7)``, or ``(1, 7)`` of what stands still."""
    _parts: list[tuple[Array, Array, Array]] = field(init=False)
    """Vertices, facet normals and directions of edges of every convex part."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "track", np.atleast_2d(self.track))
        object.__setattr__(self, "_parts", [_features(part) for part in self.shape.parts])

    @property
    def shape(self) -> Shape:
        """Its shape."""
        return self.surface.shape

    @cached_property
    def scattered(self) -> Array:
        """Points ``(N, 3)`` [m] all over its surface: corners, and what lies between."""
        few = self.shape.vertices[:: max(1, len(self.shape.vertices) // _POINTS)]
        return np.concatenate([few, self.shape.scatter(_POINTS, np.random.default_rng(0))])

    @property
    def exact(self) -> bool:
        """Whether the convex parts are the solid, and no mere cover of its surface."""
        return not self.shape.warnings

    def pose(self, frame: int) -> Array:
        """Its pose ``(7,)`` in a frame."""
        return np.asarray(self.track[min(frame, len(self.track) - 1)])

    def lowest(self) -> Array:
        """Height of the lowest point in every frame ``(T,)`` or ``(1,)`` [m]."""
        corners = np.concatenate([part.vertices for part in self.shape.parts])
        return (
            np.asarray((poses.matrix(self.track)[:, 2] @ corners.T).min(axis=1))
            + (self.track[:, 2])
        )


def depths(first: Body, second: Body, frames: int) -> Array:
    """How deep two bodies are in each other in every frame ``(T,)`` [m]; 0: not at all.

    Between convex parts: the shortest way out. Where either is a true surface: the deepest of the
    points of one surface in the other solid, whichever is more.
    """
    result = np.zeros(frames)
    seen: Array | None = None
    for k in range(frames):
        between = poses.compose(poses.inverse(first.pose(k)), second.pose(k))
        if seen is not None and np.abs(between - seen).max() < _SAME:
            result[k] = result[k - 1]
            continue
        seen = between
        result[k] = _depth(first, second, between)
    return result


def _depth(first: Body, second: Body, between: Array) -> float:
    """Depth [m] of ``second`` at the pose ``between`` ``(7,)`` in the frame of ``first``."""
    if not _boxes_meet(first.shape.bounds, second.shape.bounds, between):
        return 0.0
    if first.exact and second.exact:
        rotation, shift = poses.matrix(between), between[:3]
        return max(
            _convex(one, (v @ rotation.T + shift, n @ rotation.T, e @ rotation.T))
            for one in first._parts
            for v, n, e in second._parts
        )
    return max(
        _sunk(first, poses.apply(between, second.scattered)),
        _sunk(second, poses.apply(poses.inverse(between), first.scattered)),
    )


def _convex(a: tuple[Array, Array, Array], b: tuple[Array, Array, Array]) -> float:
    """The shortest way [m] out of each other of two convex hulls in one frame.

    The way out is along a facet's normal of either or across an edge of each: the facets of the
    Minkowski difference face no other way.
    """
    least = min(_overlap(a[0], b[0], a[1]), _overlap(a[0], b[0], b[1]))
    if least > 0.0:
        least = min(least, _overlap(a[0], b[0], _crosses(a[2], b[2])))
    return max(least, 0.0)


def _overlap(a: Array, b: Array, axes: Array) -> float:
    """The least overlap [m] of points ``(N, 3)`` and ``(M, 3)`` along axes ``(W, 3)``."""
    if not len(axes):
        return float("inf")
    mine, theirs = axes @ a.T, axes @ b.T
    ahead = mine.max(axis=1) - theirs.min(axis=1)
    behind = theirs.max(axis=1) - mine.min(axis=1)
    return float(np.minimum(ahead, behind).min())


def _crosses(a: Array, b: Array) -> Array:
    if len(a) * len(b) > _CROSSES:
        return np.zeros((0, 3))
    axes = np.cross(a[:, None], b[None]).reshape(-1, 3)
    length = np.linalg.norm(axes, axis=1)
    return np.asarray(axes[length > 1e-6] / length[length > 1e-6, None])


def _features(part: ConvexPart) -> tuple[Array, Array, Array]:
    """Vertices, unlike facet normals, unlike directions of edges of a convex part."""
    normals = np.unique(np.round(part.planes[:, :3], 9), axis=0)
    ends = np.concatenate([part.faces[:, [0, 1]], part.faces[:, [1, 2]], part.faces[:, [2, 0]]])
    edges = part.vertices[ends[:, 1]] - part.vertices[ends[:, 0]]
    edges /= np.linalg.norm(edges, axis=1, keepdims=True)
    first = np.argmax(np.abs(edges) > 1e-9, axis=1)
    edges *= np.sign(edges[np.arange(len(edges)), first])[:, None]
    return part.vertices, normals, np.unique(np.round(edges, 9), axis=0)


def _boxes_meet(first: Array, second: Array, between: Array) -> bool:
    """Whether the bounds ``(2, 3)`` of two shapes meet, each turned into the other's axes."""
    for low, high, pose, box in (
        (*first, between, second),
        (*second, poses.inverse(between), first),
    ):
        middle = poses.apply(pose, box.mean(axis=0)[None])[0]
        reach = np.abs(poses.matrix(pose)) @ np.ptp(box, axis=0) / 2.0
        if np.any(middle - reach > high) or np.any(middle + reach < low):
            return False
    return True


def _sunk(body: Body, points: Array) -> float:
    """How deep the deepest of ``points`` ``(N, 3)`` [m], in the body's frame, is in it [m]."""
    low, high = body.shape.bounds
    points = points[np.all((points > low) & (points < high), axis=1)]
    if not len(points):
        return 0.0
    if body.exact:
        levels = [
            (points @ part.planes[:, :3].T + part.planes[:, 3]).max(axis=1)
            for part in body.shape.parts
        ]
        return max(0.0, -float(np.min(levels)))
    inside = points[body.surface.inside(points)]
    return float(body.surface.nearest(inside)[1].max()) if len(inside) else 0.0
