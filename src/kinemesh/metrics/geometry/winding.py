r"""Generalised winding numbers of triangles, exact, by crossings and the boundary alone.

The solid angle of a surface (Jacobson et al., SIGGRAPH 2013) changes by whole turns where the
surface is crossed, and otherwise with its boundary only. Let every boundary edge reach up for
ever: surface and curtains together are closed but at infinity, and wind around a point as often
as a line straight down crosses the surface, for it never meets a curtain. What the curtains make
of that, one spherical triangle each, is taken off again.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.columns import Columns

_TILT = Rotation.from_rotvec([0.3217, -0.2781, 0.1434]).as_matrix()
"""Surfaces are turned by this first, so that edges and walls of things are not vertical."""
_AT_ONCE = 1 << 18
"""Pairs of a point and a boundary edge that are looked at together."""


class Winding:
    """Triangles, made ready to say how often they wind around a point."""

    def __init__(self, vertices: Array, faces: NDArray[np.int64]) -> None:
        """Prepare ``faces`` ``(F, 3)`` of ``vertices`` ``(N, 3)`` [m]; shared edges share ends."""
        turned = vertices @ _TILT.T
        self._columns = Columns(turned[faces])
        first, second, self._times = _boundary(faces)
        self._edges = np.stack([turned[first], turned[second]], axis=1)

    def numbers(self, points: Array) -> Array:
        """Winding numbers ``(N,)`` at ``points`` ``(N, 3)`` [m]: 1 inside of what faces outward."""
        turned = points @ _TILT.T
        total = self._crossed(turned)
        if len(self._times):
            step = max(1, _AT_ONCE // len(self._times))
            for k in range(0, len(points), step):
                total[k : k + step] -= self._curtains(turned[k : k + step])
        return total

    def _crossed(self, points: Array) -> Array:
        """How often the surface is crossed ``(N,)`` on the way down: from inside to outside +1."""
        rows, which = self._columns.near(points)
        a, b, c = (self._columns.corners[which, k] - points[rows] for k in range(3))
        # Written so that two triangles see an edge that they share alike, but for the sign.
        sides = np.stack([_turn(a, b), _turn(b, c), _turn(c, a)])
        up, down = np.all(sides >= 0.0, axis=0), np.all(sides < 0.0, axis=0)
        met = np.flatnonzero(up != down)
        a, b, c, sides = a[met], b[met], c[met], sides[:, met]
        whole = sides.sum(axis=0)
        met = met[(sides[1] * a[:, 2] + sides[2] * b[:, 2] + sides[0] * c[:, 2]) / whole < 0.0]
        sign = np.where(up[met], -1.0, 1.0)
        return np.bincount(rows[met], sign, len(points)).astype(np.float64)

    def _curtains(self, points: Array) -> Array:
        """Share of the sphere ``(N,)`` that the curtains above the boundary fill."""
        a, b = (self._edges[None, :, k] - points[:, None] for k in range(2))
        long_a, long_b = (np.sqrt(np.einsum("nek,nek->ne", x, x)) for x in (a, b))
        # Van Oosterom and Strackee (1983), with the third corner straight up.
        top = _turn(a, b)
        bottom = long_a * long_b + np.einsum("nek,nek->ne", a, b)
        bottom += b[..., 2] * long_a + a[..., 2] * long_b
        return np.asarray(np.arctan2(top, bottom) @ self._times / (2.0 * np.pi))


def _turn(a: Array, b: Array) -> Array:
    """Twice the area of the triangle of the origin and two points, seen from above."""
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])


def _boundary(faces: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
    """Edges that triangles do not pass in both senses alike, first to second end, and how often.

    The sense is the one in which the curtain above continues the surface.
    """
    edges = faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    ends = np.sort(edges, axis=1)
    forward = np.where(edges[:, 0] < edges[:, 1], 1.0, -1.0)
    key, index = np.unique(ends[:, 0] * (faces.max() + 1) + ends[:, 1], return_inverse=True)
    times = np.bincount(index.reshape(-1), forward, len(key))
    key, times = key[times != 0.0], times[times != 0.0]
    first, second = np.divmod(key, faces.max() + 1)
    # The neighbour across an edge passes it the other way.
    return np.asarray(second), np.asarray(first), times
