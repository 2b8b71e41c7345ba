"""The flat patch under a foot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import ConvexHull, QhullError

from kinemesh.arrays import Array
from kinemesh.errors import RobotError

_LEVEL = np.cos(np.radians(40.0))
_FLAT = 0.002
"""The patch is what lies within this [m] of its plane."""
_ALIKE = np.cos(np.radians(4.0))
"""Facets whose normals are this close are one patch."""
_SMALLEST = 0.02
"""A sole is no shorter and no wider than this [m]."""


@dataclass(frozen=True, eq=False)
class Patch:
    """A flat patch, in whatever frame its points were given."""

    normal: Array
    """Unit normal ``(3,)``, out of the foot."""
    outline: Array
    """Corners ``(N, 3)`` [m] of the patch, projected onto its plane."""

    @property
    def middle(self) -> Array:
        """Middle of its extent ``(3,)`` [m]."""
        return np.asarray((self.outline.min(axis=0) + self.outline.max(axis=0)) / 2.0)


def find_patch(points: Array, down: Array, where: str) -> Patch:
    """The largest flat patch of a foot that looks down.

    Args:
        points: the foot's surface ``(N, 3)`` [m].
        down: unit direction ``(3,)``.
        where: for messages.

    Raises:
        RobotError: there is none.
    """
    try:
        hull = ConvexHull(points)
    except (QhullError, ValueError) as error:
        raise RobotError(f"{where}: the foot's shell spans no volume; expected a solid") from error
    normals = hull.equations[:, :3]
    a, b, c = (hull.points[hull.simplices[:, k]] for k in range(3))
    areas = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2.0
    downward = np.flatnonzero(normals @ down > _LEVEL)
    if not len(downward):
        raise RobotError(f"{where}: nothing of the foot looks down; expected a flat sole")
    # A patch: facets that are nearly parallel to one and lie in its plane.
    size = np.zeros(len(downward))
    for n, k in enumerate(downward):
        alike = normals @ normals[k] > _ALIKE
        offsets = hull.equations[:, 3] - hull.equations[k, 3]
        size[n] = areas[alike & (np.abs(offsets) < 2.0 * _FLAT)].sum()
    best = int(downward[int(np.argmax(size))])
    alike = (normals @ normals[best] > _ALIKE) & (
        np.abs(hull.equations[:, 3] - hull.equations[best, 3]) < 2.0 * _FLAT
    )
    normal = (areas[alike, None] * normals[alike]).sum(axis=0)
    normal = normal / np.linalg.norm(normal)
    if normal @ down > np.cos(np.radians(1.0)):
        normal = down  # as designed; the rest is how finely the mesh was cut
    corners = hull.points[hull.vertices]
    height = corners @ normal
    low = corners[height > height.max() - _FLAT]
    outline = low + np.outer(height.max() - low @ normal, normal)
    if len(outline) < 3 or np.sort(np.ptp(outline, axis=0))[1] < _SMALLEST:
        raise RobotError(
            f"{where}: the lowest flat patch of the foot is smaller than {1e3 * _SMALLEST:.0f} mm; "
            f"expected a sole that can stand"
        )
    return Patch(normal, outline)


def alike(one: Patch, other: Patch, across: Array) -> tuple[Patch, Patch]:
    """Patches of a left and a right foot, tilted as the mean of both is.

    Two meshes of one foot differ by how finely they were cut; joints that mirror each other lay
    both soles flat only if their normals do too. Feet that differ by more are left as they are.

    Args:
        one: the patch under one foot.
        other: the patch under the other.
        across: unit normal ``(3,)`` of the plane between them.
    """
    mirror = np.eye(3) - 2.0 * np.outer(across, across)
    mean = one.normal + mirror @ other.normal
    mean = mean / np.linalg.norm(mean)
    if one.normal @ mean < _ALIKE:
        return one, other
    return _tilted(one, mean), _tilted(other, mirror @ mean)


def _tilted(patch: Patch, normal: Array) -> Patch:
    height = patch.outline @ normal
    return Patch(normal, patch.outline + np.outer(height.max() - height, normal))


def corners_of(outline: Array) -> Array:
    """The largest trapezium ``(4, 2)``, heel first, within an outline ``(N, 2)`` [m].

    Its heel and toe edges lie across x.
    """
    hull = ConvexHull(outline)
    rings = outline[hull.vertices]
    xs = np.linspace(rings[:, 0].min(), rings[:, 0].max(), 60)
    ends = np.array([_width(rings, x) for x in xs])
    width = ends[:, 1] - ends[:, 0]
    area = (width[:, None] + width[None, :]) * (xs[None, :] - xs[:, None])
    heel, toe = np.unravel_index(int(np.argmax(area)), area.shape)
    return np.array(
        [
            [xs[heel], ends[heel, 1]],
            [xs[heel], ends[heel, 0]],
            [xs[toe], ends[toe, 1]],
            [xs[toe], ends[toe, 0]],
        ]
    )


def _width(ring: Array, x: float) -> tuple[float, float]:
    """Lowest and highest y of a convex polygon at ``x``."""
    found = []
    for a, b in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        low, high = sorted((a[0], b[0]))
        if low - 1e-12 <= x <= high + 1e-12:
            share = 0.5 if high - low < 1e-12 else (x - a[0]) / (b[0] - a[0])
            found += [a[1], b[1]] if high - low < 1e-12 else [a[1] + share * (b[1] - a[1])]
    return (min(found), max(found)) if found else (0.0, 0.0)
