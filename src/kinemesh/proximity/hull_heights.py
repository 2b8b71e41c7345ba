"""Heights of points over the facets of the robot's hulls: bounds at once, exact values after."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array, readonly
from kinemesh.geometry.shape import ConvexPart

if TYPE_CHECKING:
    from kinemesh.robot.hulls import HullTable

_GRID = 24
"""Nodes along a side of the grid around a hull."""


@dataclass(frozen=True, eq=False)
class HullHeights:
    """The facets of all hulls, and which is the highest one on a small grid around each hull."""

    planes: Array
    """Facet planes ``(H, F, 4)`` of every hull in its joint's frame, padded with deep ones."""
    low: Array
    """First node of every hull's grid ``(H, 3)`` [m]."""
    spacing: Array
    """Distance between its nodes ``(H,)`` [m]."""
    highest: Array
    """Facet plane that the nodes are furthest above ``(H * n^3, 4)``."""
    heights: Array
    """Heights of the nodes above it ``(H * n^3,)`` [m]."""

    def bounds(self, hulls: NDArray[np.int64], places: Array) -> tuple[Array, Array]:
        """Least and greatest height ``(N,)`` [m] that ``places`` ``(N, 3)`` may have.

        The height over all facets is at least that over one, and changes no faster than its
        place.
        """
        spacing = self.spacing[hulls][:, None]
        wanted = (places - self.low[hulls]) / spacing
        node = np.rint(np.minimum(np.maximum(wanted, 0.0), _GRID - 1.0))
        flat = ((hulls * _GRID + node[:, 0]) * _GRID + node[:, 1]) * _GRID + node[:, 2]
        flat = flat.astype(np.int64)
        plane = self.highest[flat]
        off = (wanted - node) * spacing
        least = np.einsum("nk,nk->n", plane[:, :3], places) + plane[:, 3]
        return least, self.heights[flat] + np.sqrt(np.einsum("nk,nk->n", off, off))

    def exact(self, hulls: NDArray[np.int64], places: Array) -> tuple[Array, Array]:
        """Heights ``(N,)`` [m], and normals ``(N, 3)`` of the facets they are over."""
        planes = self.planes[hulls]
        heights = np.matmul(planes[:, :, :3], places[:, :, None])[:, :, 0] + planes[:, :, 3]
        facet = np.argmax(heights, axis=1)
        rows = np.arange(len(places))
        return heights[rows, facet], planes[rows, facet, :3]


def hull_planes(table: HullTable) -> list[Array]:
    """Distinct facet planes ``(F, 4)``, outward, of each of a robot's hulls."""
    parts = [ConvexPart(table.vertices[table.owners == k]) for k in range(len(table.starts))]
    return [np.unique(np.round(part.planes, 9), axis=0) for part in parts]


@lru_cache(maxsize=8)
def facets_of(table: HullTable, reach: float) -> HullHeights:
    """The facets of a robot's hulls, with grids that go ``reach`` [m] beyond them."""
    every = hull_planes(table)
    low, spacing, highest, heights = [], [], [], []
    for hull, planes in enumerate(every):
        half = table.radii[hull] + reach
        axis = np.linspace(-half, half, _GRID)
        nodes = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
        level = (nodes + table.centres[hull]) @ planes[:, :3].T + planes[:, 3]
        facet = np.argmax(level, axis=1)
        low.append(table.centres[hull] - half)
        spacing.append(2.0 * half / (_GRID - 1))
        highest.append(planes[facet])
        heights.append(level[np.arange(len(nodes)), facet])
    padded = np.zeros((len(every), max(len(p) for p in every), 4))
    padded[:, :, 3] = -1e9
    for row, planes in zip(padded, every, strict=True):
        row[: len(planes)] = planes
    return HullHeights(
        readonly(padded),
        readonly(low),
        readonly(spacing),
        readonly(np.concatenate(highest)),
        readonly(np.concatenate(heights)),
    )
