"""Convex parts: hulls of points, with their facets."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError

from kinemesh.arguments import floats
from kinemesh.arrays import Array, locked, readonly
from kinemesh.errors import ClipError

LARGEST = 1e9
"""No shape reaches further from its origin [m], whatever its unit is."""
POINTS = "finite points (N, 3) [m]"

_THIN = 1e-3
"""Thickness [m] that :func:`cover` gives to what is flat."""


@dataclass(frozen=True, eq=False)
class ConvexPart:
    """The convex hull of a set of points.

    Raises:
        ClipError: fewer than four points, or all of them in one plane.
    """

    vertices: Array
    """Hull vertices ``(N, 3)`` [m] in the shape's frame."""
    faces: NDArray[np.int64] = field(init=False)
    """Outward triangles ``(M, 3)`` as vertex indices."""
    planes: Array = field(init=False)
    """Facet planes ``(M, 4)``: ``planes[:, :3] @ x + planes[:, 3] <= 0`` inside [m]."""
    volume: float = field(init=False)
    """Volume [m^3]."""

    def __repr__(self) -> str:
        return f"ConvexPart({len(self.vertices)} vertices, {self.volume:.3g} m^3)"

    def __post_init__(self) -> None:
        points = points_of("vertices", self.vertices)
        try:
            hull = ConvexHull(points)
        except (QhullError, ValueError) as error:
            raise ClipError(
                f"{len(points)} points span no volume; a convex part needs a solid"
            ) from error
        if not hull.volume > 0.0:
            raise ClipError(f"{len(points)} points span no volume; a convex part needs a solid")
        object.__setattr__(self, "vertices", readonly(points[hull.vertices]))
        order = np.full(len(points), -1)
        order[hull.vertices] = np.arange(len(hull.vertices))
        # Qhull's triangles are not oriented: turn each so that its normal points outwards.
        faces = order[hull.simplices]
        a, b, c = (points[hull.simplices[:, k]] for k in range(3))
        inwards = np.sum(np.cross(b - a, c - a) * hull.equations[:, :3], axis=1) < 0.0
        faces[inwards] = faces[inwards][:, ::-1]
        object.__setattr__(self, "faces", readonly(faces, np.int64))
        object.__setattr__(self, "planes", readonly(hull.equations))
        object.__setattr__(self, "volume", float(hull.volume))

    __setstate__ = locked


def points_of(name: str, value: object) -> Array:
    """``value``, the argument ``name``, as points ``(N, 3)`` [m] of a shape."""
    return floats(name, value, POINTS, shape=(None, 3), largest=LARGEST, error=ClipError)


def cover(points: Array) -> ConvexPart:
    """The hull of ``points`` ``(N, 3)`` [m]; of those in one plane, a millimetre thick."""
    try:
        return ConvexPart(points)
    except ClipError:
        off = points - points.mean(axis=0)
        _, axes = np.linalg.eigh(off.T @ off)
        half = _THIN / 2.0 * axes[:, 0]
        return ConvexPart(np.concatenate([points + half, points - half]))
