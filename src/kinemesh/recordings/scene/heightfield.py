"""Terrain from a height field: an array of heights, made of few convex parts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinemesh._files.numpy_files import read_npy
from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.geometry.shape import ConvexPart
from kinemesh.motion import Shape
from kinemesh.recordings.scene.heightfield_partition import Cell, HeightfieldPartition

MOST_PARTS = 64
"""Parts that a field becomes at most: each is a pair of every hull of the robot's."""
TOLERANCE = 0.01
"""How far [m] a part's top may be from the field,"""
REACH = 0.02
"""or from what the field is this near [m] along the ground: an edge may be off by so much."""
_MOST_SQUARES = 4_000_000
_HIGHEST = 1e5
_DEEP = 0.2
"""Parts go down this far [m] below the ground."""


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Where a height field lies, in the world of the clip."""

    cell: tuple[float, float]
    """Size of a square along x (columns) and y (rows) [m]; negative where they run backwards."""
    centre: tuple[float, float] = (0.0, 0.0)
    """Place of the middle of the field [m]."""
    ground: float | None = None
    """Height of the ground [m]: it becomes z = 0, and what is lower is level with it; the lowest
    of the field if left out."""
    most: int = MOST_PARTS
    """Convex parts at most."""
    tolerance: float = TOLERANCE
    """How far off a part's top may be [m]."""


def read_heightfield(path: Path, grid: Grid) -> tuple[Shape, float, list[str]]:
    """Terrain from a ``.npy`` array ``(rows, columns)`` of heights [m].

    Columns run along x and rows along y, from the middle of the field outwards. Each number is
    the height of a square. NaN stands for the ground.

    Returns:
        The terrain, its ground at z = 0; the height that the ground had [m]; and notes on how
        near the parts are.

    Raises:
        ReadError: not such an array, infinite, too large, or level: nothing rises above the
            ground.
    """
    heights = read_npy(path)
    if heights.ndim != 2 or min(heights.shape) < 2:
        raise ReadError(
            f"{path.name} holds an array {heights.shape}",
            given=heights.shape,
            expected="heights (rows, columns) [m]",
        )
    if heights.size > _MOST_SQUARES:
        raise ReadError(
            f"{path.name} holds {heights.size} squares",
            given=heights.size,
            expected=f"at most {_MOST_SQUARES}",
            advice="take every second one, or cut out what is walked on",
        )
    known = np.isfinite(heights)
    if np.any(np.abs(heights) > _HIGHEST) or not known.any():
        raise ReadError(
            f"{path.name} has heights beyond {_HIGHEST:g} m, infinite, or none", expected="metres"
        )
    spacing = np.array(grid.cell, dtype=np.float64)
    if not np.all(np.isfinite(spacing)) or np.any(spacing == 0.0):
        raise ReadError(
            f"{path.name}: squares of {grid.cell} m",
            given=grid.cell,
            expected="two sizes in metres",
        )
    heights = heights[:: int(np.sign(spacing[1])), :: int(np.sign(spacing[0]))]
    spacing = np.abs(spacing)
    span = spacing * heights.shape[::-1]
    if span.max() > 1000.0 or span.max() < 0.1:
        raise ReadError(
            f"{path.name} spans {span[0]:.3g} x {span[1]:.3g} m",
            expected="a place to walk",
            advice="check the size of its squares [m]",
        )
    ground = float(heights[np.isfinite(heights)].min()) if grid.ground is None else grid.ground
    above = np.maximum(np.where(np.isfinite(heights), heights, ground) - ground, 0.0)
    if above.max() <= grid.tolerance:
        raise ReadError(
            f"{path.name}: nothing rises more than {grid.tolerance} m above the ground at "
            f"{ground:.3f} m: no terrain is needed, or ground= is too high"
        )
    origin = np.array(grid.centre) - spacing * (np.array(heights.shape[::-1]) - 1) / 2.0
    field = HeightfieldPartition.from_heights(above, spacing, origin, grid.tolerance, REACH)
    cells = field.cut(grid.most)
    kept = [cell for cell in cells if cell.top(cell.corners).max() > grid.tolerance]
    if not kept:
        raise ReadError(
            f"{path.name}: none of its {len(cells)} parts rises more than {grid.tolerance} m above "
            f"the ground: give more parts, or a smaller tolerance"
        )
    notes = [
        f"height field: {heights.shape[0]} x {heights.shape[1]} squares over {span[0]:.2f} x "
        f"{span[1]:.2f} m became {len(kept)} convex parts; {_fit(field, cells)}"
    ]
    return _shape(field, cells, kept), ground, notes


def _fit(field: HeightfieldPartition, cells: list[Cell]) -> str:
    """How near the parts are, in words."""
    off = np.concatenate([c.top(field.places[c.index]) - field.heights[c.index] for c in cells])
    excess = np.concatenate(
        [
            np.maximum(
                field.low[c.index] - c.top(field.places[c.index]),
                c.top(field.places[c.index]) - field.high[c.index],
            )
            for c in cells
        ]
    )
    if np.abs(off).max() < 1e-6:
        return "exact"
    share = np.mean(excess <= 1e-9)
    worst = max(float(excess.max()), 0.0)
    text = (
        f"heights off by {np.abs(off).mean() * 1e3:.0f} mm on average, {share:.1%} within the "
        f"tolerance (in height, or {REACH * 1e3:.0f} mm along the ground)"
    )
    return text if share == 1.0 else f"{text}, the worst by {worst * 1e3:.0f} mm more"


def _shape(field: HeightfieldPartition, cells: list[Cell], kept: list[Cell]) -> Shape:
    """The parts, with their tops and their free sides as the surface."""
    parts, vertices, faces, count = [], [], [], 0
    for cell in kept:
        top = np.column_stack([cell.corners, np.maximum(cell.top(cell.corners), 0.0)])
        bottom = top * [1.0, 1.0, 0.0] - [0.0, 0.0, _DEEP]
        parts.append(ConvexPart(np.concatenate([top, bottom])))
        walls = [_wall(field, cells, cell, top[k - 1], top[k]) for k in range(len(top))]
        for polygon in (top, *(wall for wall in walls if wall is not None)):
            fan = np.arange(1, len(polygon) - 1)
            faces.append(np.stack([0 * fan, fan, fan + 1], axis=1) + count)
            vertices.append(polygon)
            count += len(polygon)
    return Shape(np.concatenate(vertices), np.concatenate(faces), tuple(parts))


def _wall(
    field: HeightfieldPartition, cells: list[Cell], cell: Cell, a: Array, b: Array
) -> Array | None:
    """The side below the edge from ``a`` to ``b`` down to what lies beside it; None if nothing."""
    way = b[:2] - a[:2]
    length = float(np.linalg.norm(way))
    outward = np.array([way[1], -way[0]]) / length  # corners run counter-clockwise
    places = a[:2] + np.linspace(0.05, 0.95, 7)[:, None] * way + 1e-4 * outward
    beside = np.zeros(len(places))
    for other in cells:
        if other is not cell:
            edges = np.roll(other.corners, -1, axis=0) - other.corners
            off = places[:, None] - other.corners
            inside = (edges[:, 0] * off[..., 1] - edges[:, 1] * off[..., 0] >= 0.0).all(axis=1)
            beside = np.where(inside, np.maximum(beside, other.top(places)), beside)
    low = max(float(beside.min()), 0.0)
    if max(a[2], b[2]) - low < 1e-3:
        return None
    down = [[*a[:2], min(low, a[2])], [*b[:2], min(low, b[2])]]
    return np.array([*down, b, a])
