"""What carries a foot: the height of the ground and of the terrain's true surface under points."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.columns import Columns
from kinemesh.motion import ConvexPart, Scene, Shape

_UPRIGHT = 1e-6
"""A triangle or facet whose unit normal rises less than this [1] carries nothing."""
_EDGE = 1e-9
"""Share by which a point may lie beside a triangle that carries it: no gap along an edge."""


def support_height(scene: Scene, points: Array, reach: float = 0.12) -> Array:
    """Height ``(N,)`` [m] of the highest surface at most ``reach`` above ``points`` ``(N, 3)``.

    The ground plane and the terrain count: its convex parts where they are the shape, else its
    triangles that face upward (of a sheet those that face downward too). ``-inf`` where nothing
    is below.
    """
    points = np.asarray(points, dtype=np.float64)
    best = np.full(len(points), -np.inf if scene.ground is None else scene.ground)
    if scene.terrain is None:
        return best
    shape = scene.terrain.shape
    if shape.warnings:
        carrying = shape.worked_out(_Carrying, lambda: _Carrying(shape))
        return np.asarray(np.maximum(best, carrying.under(points, reach)))
    for part in shape.parts:
        best = np.maximum(best, _top(part, points, reach))
    return best


def _top(part: ConvexPart, points: Array, reach: float) -> Array:
    """Where the vertical through each point leaves a convex part, if not too high; else -inf."""
    normals, offsets = part.planes[:, :3], part.planes[:, 3]
    level = points[:, :2] @ normals[:, :2].T + offsets
    up, down = normals[:, 2] > _UPRIGHT, normals[:, 2] < -_UPRIGHT
    top = (-level[:, up] / normals[up, 2]).min(axis=1, initial=np.inf)
    bottom = (-level[:, down] / normals[down, 2]).max(axis=1, initial=-np.inf)
    met = (top >= bottom) & np.all(level[:, ~up & ~down] <= 0.0, axis=1)
    return np.where(met & (top <= points[:, 2] + reach), top, -np.inf)


class _Carrying:
    """The triangles of a shape that face upward; of a sheet all that are not upright."""

    def __init__(self, shape: Shape) -> None:
        corners = np.asarray(shape.vertices[shape.faces])
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        rise = normal[:, 2] / np.maximum(np.linalg.norm(normal, axis=1), 1e-300)
        rise = np.where(shape.sheets, np.abs(rise), rise)
        self._columns = Columns(corners[rise > _UPRIGHT])

    def under(self, points: Array, reach: float) -> Array:
        """Height ``(N,)`` [m] of the highest triangle at most ``reach`` above; ``-inf``: none."""
        best = np.full(len(points), -np.inf)
        rows, which = self._columns.near(points)
        a, b, c = np.moveaxis(self._columns.corners[which], 1, 0)
        u, v, w = b - a, c - a, points[rows] - a
        whole = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
        s = (w[:, 0] * v[:, 1] - w[:, 1] * v[:, 0]) / whole
        t = (u[:, 0] * w[:, 1] - u[:, 1] * w[:, 0]) / whole
        height = a[:, 2] + s * u[:, 2] + t * v[:, 2]
        carries = (s >= -_EDGE) & (t >= -_EDGE) & (s + t <= 1.0 + _EDGE)
        carries &= height <= points[rows, 2] + reach
        np.maximum.at(best, rows[carries], height[carries])
        return best
