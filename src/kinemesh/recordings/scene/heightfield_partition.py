"""Height fields cut into convex cells with flat, level or sloping tops.

A binary space partition: the cell in which the field is furthest from a plane is cut in two by
the line that leaves the least squares on both sides, until the planes are near enough or there
are as many cells as collisions can bear. A field of level steps is met exactly, whichever way
the steps run.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter, minimum_filter

from kinemesh.arrays import Array

_DIRECTIONS = 24
"""Lines are tried in so many directions, then about the best of them,"""
_SAMPLED = 20_000
"""on so many of a cell's squares; along rows and columns on all."""
_FEWEST = 3
"""Fewer squares than this in a row are steps, not a slope."""
_STEEPEST = 1.0
"""What rises more steeply than this is a wall."""
_EXACT = 1e-9


@dataclass(frozen=True, eq=False)
class Cell:
    """A convex piece of the field's floor plan, and the plane above it."""

    corners: Array
    """Corners ``(N, 2)`` [m], counter-clockwise."""
    index: NDArray[np.int64]
    """Squares of the field in it, as flat indices."""
    plane: Array
    """``z = plane[0] + plane[1] x + plane[2] y`` [m]."""
    excess: float
    """How far the field leaves the tolerance, summed over its squares [m]."""

    def top(self, places: Array) -> Array:
        """Heights ``(N,)`` [m] of the plane at ``places`` ``(N, 2)`` [m]."""
        return np.asarray(self.plane[0] + places @ self.plane[1:])


@dataclass(frozen=True, eq=False)
class HeightfieldPartition:
    """Heights on a grid of squares, and the band around them that is near enough."""

    places: Array
    """Centre of every square ``(N, 2)`` [m]."""
    heights: Array
    """``(N,)`` [m]."""
    low: Array
    """Lowest height ``(N,)`` [m] that is near enough."""
    high: Array
    """Highest one."""
    spacing: Array
    """Size of a square ``(2,)`` [m]."""
    corners: Array
    """Corners of the whole ``(4, 2)`` [m]."""
    slanted: bool
    """Whether cuts may run across squares."""

    @classmethod
    def from_heights(
        cls, heights: Array, spacing: Array, origin: Array, tolerance: float, reach: float
    ) -> HeightfieldPartition:
        """A grid of heights ``(rows, columns)``; columns run along x, rows along y.

        Args:
            heights: heights of the squares [m].
            spacing: size of a square along x and y ``(2,)`` [m].
            origin: centre of the first square ``(2,)`` [m].
            tolerance: how far off in height is near enough [m],
            reach: of a height that the field has this near along the ground [m].
        """
        rows, columns = heights.shape
        x = origin[0] + spacing[0] * np.arange(columns)
        y = origin[1] + spacing[1] * np.arange(rows)
        # No window reaches beyond the field, however narrow its squares.
        size = [
            2 * int(min(reach, step * count) / step + 1e-6) + 1
            for step, count in zip(spacing[::-1], heights.shape, strict=True)
        ]
        grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        low, high = origin - spacing / 2.0, grid[-1] + spacing / 2.0
        return cls(
            grid,
            heights.ravel(),
            minimum_filter(heights, size, mode="nearest").ravel() - tolerance,
            maximum_filter(heights, size, mode="nearest").ravel() + tolerance,
            spacing,
            np.array([low, [high[0], low[1]], high, [low[0], high[1]]]),
            bool(spacing.max() <= reach),
        )

    def cut(self, most: int) -> list[Cell]:
        """At most ``most`` cells that cover the field."""
        order = 0
        first = self._cell(self.corners, np.arange(len(self.heights)))
        waiting: list[tuple[float, int, Cell]] = [(-first.excess, order, first)]
        done: list[Cell] = []
        while waiting:
            excess, _, cell = heapq.heappop(waiting)
            halves = self._halves(cell) if excess < 0.0 else None
            if halves is None or len(waiting) + len(done) + 2 > most:
                done.append(cell)
                continue
            for half in halves:
                order += 1
                heapq.heappush(waiting, (-half.excess, order, half))
        return done

    def _cell(self, corners: Array, index: NDArray[np.int64]) -> Cell:
        places, heights = self.places[index], self.heights[index]
        plane = self._plane(places, heights)
        off = np.abs(plane[0] + places @ plane[1:] - heights)
        near = off <= np.median(off) + _EXACT
        if not near.all() and near.sum() >= 3:
            plane = self._plane(places[near], heights[near])  # a few squares of a neighbour's step
        top = plane[0] + places @ plane[1:]
        excess = np.maximum(np.maximum(self.low[index] - top, top - self.high[index]), 0.0)
        total = float(excess[excess > _EXACT].sum())
        return Cell(corners, index, plane, total)

    def _plane(self, places: Array, heights: Array) -> Array:
        """The plane of least squares; a level one where fewer than three squares would tilt it."""
        level = np.array([heights.mean(), 0.0, 0.0])
        if np.ptp(heights) < _EXACT:
            return np.array([heights[0], 0.0, 0.0])
        free = np.ptp(places, axis=0) > (_FEWEST - 1.5) * self.spacing
        middle = places.mean(axis=0)
        off = (places - middle)[:, free]
        spread = off.T @ off
        if not free.any() or np.linalg.det(spread) < 1e-9 * float(np.trace(spread)) ** free.sum():
            return level
        slope = np.zeros(2)
        slope[free] = np.linalg.solve(spread, off.T @ heights)
        if np.linalg.norm(slope) > _STEEPEST:
            return level
        return np.array([heights.mean() - slope @ middle, *slope])

    def _halves(self, cell: Cell) -> tuple[Cell, Cell] | None:
        """The cell cut in two by the best line; None where no line parts its squares."""
        places, heights = self.places[cell.index], self.heights[cell.index]
        step = max(1, len(places) // _SAMPLED)
        best: tuple[float, float, float] | None = None

        def try_line(angle: float, along: bool = False) -> None:
            nonlocal best
            some = slice(None) if along else slice(None, None, step)
            normal = _normal(angle)
            width = float(np.abs(normal) @ self.spacing)
            found = _best_line(places[some] @ normal, places[some], heights[some], width)
            if found is not None:
                cost = found[0] * (1.0 if along else len(places) / len(places[some]))
                if best is None or cost < best[0] * (1.0 - 1e-6):
                    best = (cost, angle, found[1])

        try_line(0.0, along=True)
        try_line(np.pi / 2.0, along=True)
        if self.slanted:
            for k in range(1, _DIRECTIONS):
                try_line(k * np.pi / _DIRECTIONS)
            for finer in (3.0, 6.0, 12.0):
                middle = best[1] if best is not None else 0.0
                for sign in (-1.0, 1.0):
                    try_line(middle + sign * np.pi / _DIRECTIONS / finer)
        if best is None:
            return None
        _, angle, at = best
        normal = _normal(angle)
        left = places @ normal < at
        if left.all() or not left.any():
            return None
        sides = (_clipped(cell.corners, normal, at), _clipped(cell.corners, -normal, -at))
        if min(len(side) for side in sides) < 3:
            return None
        return self._cell(sides[0], cell.index[left]), self._cell(sides[1], cell.index[~left])


def _normal(angle: float) -> Array:
    """The direction across a line, exactly along the axes where it is meant to be."""
    normal = np.array([np.cos(angle), np.sin(angle)])
    return np.where(np.abs(normal) < 1e-12, 0.0, normal)


def _best_line(
    across: Array, places: Array, heights: Array, width: float
) -> tuple[float, float] | None:
    """The place along ``across`` that leaves the least squares on both sides.

    Returns:
        The sum of both sides' squares [m^2], and where to cut.
    """
    low = float(across.min()) - width / 2.0
    bins = np.minimum(((across - low) / width).astype(np.int64), 1_000_000)
    if bins.max() < 1:
        return None
    x, y = (places - places.mean(axis=0)).T
    z = heights - heights.mean()
    columns = (np.ones_like(x), x, y, z, x * x, x * y, y * y, x * z, y * z, z * z)
    sums = np.cumsum([np.bincount(bins, column) for column in columns], axis=1)
    left, right = sums[:, :-1], sums[:, -1:] - sums[:, :-1]
    thin = np.arange(1, sums.shape[1]) < _FEWEST
    cost = _squares(left, thin) + _squares(right, thin[::-1])
    cost[(left[0] < 1) | (right[0] < 1)] = np.inf
    best = int(np.argmin(cost))
    return float(cost[best]), low + (best + 1) * width


def _squares(sums: Array, level: NDArray[np.bool_]) -> Array:
    """What a plane, or a ``level`` one, leaves of sums of products ``(10, N)``."""
    n, x, y, z, xx, xy, yy, xz, yz, zz = sums
    n = np.maximum(n, 1.0)
    xx, xy, yy = xx - x * x / n, xy - x * y / n, yy - y * y / n
    xz, yz, zz = xz - x * z / n, yz - y * z / n, zz - z * z / n
    det = xx * yy - xy * xy
    good = (det > 1e-9 * (xx + yy) ** 2 + 1e-18) & ~level
    det = np.where(good, det, 1.0)
    gain = np.where(good, (yy * xz * xz - 2.0 * xy * xz * yz + xx * yz * yz) / det, 0.0)
    return np.asarray(np.maximum(zz - gain, 0.0))


def _clipped(corners: Array, normal: Array, at: float) -> Array:
    """The part of a convex polygon where ``normal @ x <= at``."""
    level = corners @ normal - at
    kept = []
    for k in range(len(corners)):
        a, b = level[k - 1], level[k]
        if (a < 0.0) != (b < 0.0) and abs(a - b) > 1e-15:
            kept.append(corners[k - 1] + a / (a - b) * (corners[k] - corners[k - 1]))
        if b <= 0.0:
            kept.append(corners[k])
    points = np.array(kept).reshape(-1, 2)
    apart = np.linalg.norm(points - np.roll(points, 1, axis=0), axis=1) > 1e-9
    return np.asarray(points[apart])
