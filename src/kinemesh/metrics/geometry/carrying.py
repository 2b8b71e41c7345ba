"""The triangles of a surface that feet can stand on, and how high they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.columns import Columns

_UPRIGHT = 1e-6
"""A triangle whose unit normal rises less than this [1] carries nothing."""
_EDGE = 1e-9
"""Share by which a point may lie beside a triangle that carries it: no gap along an edge."""


class Carrying:
    """The triangles of a shape that face upward; of a sheet all that are not upright."""

    def __init__(self, corners: Array, sheets: NDArray[np.bool_]) -> None:
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        rise = normal[:, 2] / np.maximum(np.linalg.norm(normal, axis=1), 1e-300)
        rise = np.where(sheets, np.abs(rise), rise)
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
