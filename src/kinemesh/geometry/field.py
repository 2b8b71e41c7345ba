"""Signed distance to the true surface of a shape, on a grid: built once, looked up fast."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from scipy.spatial import cKDTree

from kinemesh.arrays import Array, locked, readonly
from kinemesh.geometry.inside import signs
from kinemesh.geometry.sampling import cut_slivers, firsts
from kinemesh.geometry.shape import Shape

_NODES = 1.2e6
"""About how many nodes a grid has."""
_FINEST = 0.004
"""The grid is no finer than this [m]."""
_SAMPLES = 250_000
"""About how many points stand for the surface while a grid is built."""
_DENSEST = 0.0015
"""Those points are no denser than this [m]."""
_PADDING = 3
"""Cells around the bounding box."""
_EXACT = 3.0
"""Nodes within this many cells of the surface get their distance from its nearest point."""


@dataclass(frozen=True, eq=False)
class DistanceField:
    r"""Signed distance [m] to a surface, positive outside, by trilinear interpolation.

    Off the grid, at a point whose nearest point of the grid's box is c, the value is
    :math:`\sqrt{|p - c|^2 + \phi(c)^2}`: continuous, and never more than the true distance.
    """

    origin: Array
    """Place of the first node ``(3,)`` [m] in the shape's frame."""
    spacing: float
    """Distance between nodes [m]."""
    values: NDArray[np.float32]
    """Signed distance at every node ``(X, Y, Z)`` [m]."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "origin", readonly(self.origin))
        object.__setattr__(self, "values", readonly(self.values, np.float32))

    __setstate__ = locked

    @classmethod
    def from_shape(cls, shape: Shape) -> DistanceField:
        """The field of what ``shape`` bounds, convex or not, closed or not.

        Distances are to a dense sample of the triangles, exact near flat places and within
        about 0.2 mm elsewhere. Inside is where the generalised winding number is over one half;
        sheets, which have no inside, have to be left out (:attr:`Shape.solid`).
        """
        origin, spacing, counts = layout(shape)
        points, areas, step = surface_points(shape)
        every, weights = points, areas
        kept = thinned(points, 0.7 * step)
        points, areas = points[kept], areas[kept]
        index = np.rint((points - origin) / spacing).astype(np.int64)
        empty = np.ones(counts, dtype=bool)
        empty[tuple(index.T)] = False
        # Nodes next to the surface first: the nearest point, and the plane that it lies in.
        rough = distance_transform_edt(empty)
        near = np.argwhere(rough <= _EXACT)
        nodes = origin + near * spacing
        reach, found = cKDTree(points, balanced_tree=False).query(nodes)
        normals = areas[found] / np.maximum(np.linalg.norm(areas[found], axis=1), 1e-300)[:, None]
        height = np.einsum("nk,nk->n", normals, nodes - points[found])
        within = np.sqrt(np.maximum(height**2, reach**2 - (0.7 * step) ** 2))
        distance = np.maximum(rough - 0.5, 0.0) * spacing
        distance[tuple(near.T)] = within
        # Then outwards: the nearest point of a far node is that of its nearest surface node.
        _carry(distance, rough > _EXACT, empty, near, points[found], origin, spacing)
        sign = signs(shape, every, weights, distance, origin, spacing)
        return cls(origin, spacing, (sign * distance).astype(np.float32))

    def look_up(self, points: Array) -> Array:
        """Signed distances ``(N,)`` [m] at ``points`` ``(N, 3)`` [m] in the shape's frame."""
        cell, share, beyond = self._cells(points)
        value = _blend(self._corners(cell), share)
        if not beyond.any():
            return value
        off = np.einsum("nk,nk->n", beyond, beyond)
        return np.where(off > 0.0, np.sqrt(off + value**2), value)

    def with_gradients(self, points: Array) -> tuple[Array, Array]:
        """Distances ``(N,)`` [m] as :meth:`look_up` gives them, and their gradients ``(N, 3)``."""
        cell, share, beyond = self._cells(points)
        corners = self._corners(cell)
        value = _blend(corners, share)
        x, y, z = (share[:, k, None] for k in range(3))
        along = corners[:, 1] - corners[:, 0]
        planes = corners[:, 0] + (corners[:, 1] - corners[:, 0]) * x[:, :, None]
        lines = planes[:, 0] * (1.0 - y) + planes[:, 1] * y
        fx = along[:, 0] * (1.0 - y) + along[:, 1] * y
        gradient = np.stack(
            [
                fx[:, 0] * (1.0 - z[:, 0]) + fx[:, 1] * z[:, 0],
                np.sum((planes[:, 1] - planes[:, 0]) * np.hstack([1.0 - z, z]), axis=1),
                lines[:, 1] - lines[:, 0],
            ],
            axis=1,
        )
        gradient /= self.spacing
        if not beyond.any():
            return value, gradient
        off = np.einsum("nk,nk->n", beyond, beyond)
        total = np.sqrt(off + value**2)
        outer = np.where(beyond != 0.0, beyond, value[:, None] * gradient)
        outer /= np.maximum(total, 1e-12)[:, None]
        outside = off > 0.0
        return np.where(outside, total, value), np.where(outside[:, None], outer, gradient)

    def _cells(self, points: Array) -> tuple[NDArray[np.int64], Array, Array]:
        """Cell ``(N, 3)``, place in it ``(N, 3)`` in 0..1, and how far off the grid [m]."""
        last = np.array(self.values.shape) - 1.0
        wanted = (points - self.origin) / self.spacing
        inside = np.minimum(np.maximum(wanted, 0.0), last)
        cell = np.minimum(inside.astype(np.int64), np.array(self.values.shape) - 2)
        return cell, inside - cell, (wanted - inside) * self.spacing

    def _corners(self, cell: NDArray[np.int64]) -> Array:
        """Values at the corners of cells ``(N, 2, 2, 2)`` [m]."""
        _, y, z = self.values.shape
        first = (cell[:, 0] * y + cell[:, 1]) * z + cell[:, 2]
        around = np.array([0, 1, z, z + 1, y * z, y * z + 1, y * z + z, y * z + z + 1])
        found = self.values.reshape(-1)[first[:, None] + around]
        return np.asarray(found, dtype=np.float64).reshape(-1, 2, 2, 2)


def layout(shape: Shape) -> tuple[Array, float, NDArray[np.int64]]:
    """The grid around ``shape``: its origin ``(3,)`` [m], its spacing [m], its nodes ``(3,)``."""
    low, high = shape.bounds
    spacing = max(_FINEST, float(np.prod((high - low) + 0.02) / _NODES) ** (1.0 / 3.0))
    counts = np.ceil((high - low) / spacing).astype(np.int64) + 2 * _PADDING + 1
    return low - _PADDING * spacing, spacing, counts


def surface_points(shape: Shape) -> tuple[Array, Array, float]:
    """Points ``(N, 3)`` [m] on every triangle, area vectors ``(N, 3)`` [m^2], how far apart [m].

    Corners and edges are among them; neighbouring triangles share points.
    """
    return points_on(np.asarray(shape.vertices[shape.faces]))[:3]


def points_on(
    corners: Array, count: int = _SAMPLES
) -> tuple[Array, Array, float, NDArray[np.int64]]:
    """The same for triangles ``(F, 3, 3)`` [m], and which one each point is on ``(N,)``.

    There are about ``count`` points, or three a triangle.
    """
    step = sample_step(corners, count)
    corners, owner = cut_slivers(corners, step)
    area = _areas(corners)
    longest = np.max(np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2), axis=1)
    steps = np.clip(np.ceil(longest / step), 1, 1000).astype(np.int64)
    points, areas, owners = [], [], []
    for n in np.unique(steps):
        which = np.flatnonzero(steps == n)
        i, j = (k.reshape(-1) for k in np.meshgrid(np.arange(n + 1), np.arange(n + 1)))
        i, j = i[i + j <= n], j[i + j <= n]
        weights = np.stack([n - i - j, i, j], axis=1) / n
        points.append(np.matmul(weights, corners[which]).reshape(-1, 3))
        areas.append(np.repeat(area[which] / len(weights), len(weights), axis=0))
        owners.append(np.repeat(owner[which], len(weights)))
    return np.concatenate(points), np.concatenate(areas), step, np.concatenate(owners)


def sample_step(corners: Array, count: int = _SAMPLES) -> float:
    """How far apart [m] about ``count`` points on triangles ``(F, 3, 3)`` [m] are."""
    whole = float(np.linalg.norm(_areas(corners), axis=1).sum())
    return max(_DENSEST, float(np.sqrt(whole / count)))


def _areas(corners: Array) -> Array:
    """Area vectors ``(F, 3)`` [m^2] of triangles ``(F, 3, 3)`` [m]."""
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) / 2.0


def thinned(points: Array, size: float) -> NDArray[np.int64]:
    """Indices of the first of ``points`` ``(N, 3)`` in each cube of side ``size`` [m]."""
    return firsts(np.floor((points - points.min(axis=0)) / size).astype(np.int64))


def _carry(
    distance: Array,
    far: NDArray[np.bool_],
    empty: NDArray[np.bool_],
    near: NDArray[np.int64],
    closest: Array,
    origin: Array,
    spacing: float,
) -> None:
    """Give far nodes the distance to the surface point of the surface node nearest to them."""
    row = np.zeros(distance.shape, dtype=np.int64)
    row[tuple(near.T)] = np.arange(len(near))
    feature = distance_transform_edt(empty, return_distances=False, return_indices=True)
    there = np.argwhere(far)
    node = tuple(f[far] for f in feature)
    distance[far] = np.linalg.norm(origin + there * spacing - closest[row[node]], axis=1)


def _blend(corners: Array, share: Array) -> Array:
    x, y, z = (share[:, k] for k in range(3))
    planes = corners[:, 0] + (corners[:, 1] - corners[:, 0]) * x[:, None, None]
    lines = planes[:, 0] + (planes[:, 1] - planes[:, 0]) * y[:, None]
    return np.asarray(lines[:, 0] + (lines[:, 1] - lines[:, 0]) * z)
