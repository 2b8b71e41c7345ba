"""Where a convex body touches triangles: what of each is within reach of it."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.polytope import Polytope
from kinemesh.metrics.geometry.surface import Surface
from kinemesh.metrics.mechanics.patches import axes, clipped, outline, sides, thinned

_ALIKE = np.cos(np.radians(15.0))
_MANY = 24
"""Points of which some are left out before their outline is sought."""
_WAYS = np.stack([np.cos(np.arange(16) * np.pi / 8.0), np.sin(np.arange(16) * np.pi / 8.0)])
_FLAT = 1e-12
"""A triangle of less area than this [m^2] has no normal."""


def pieces(surface: Surface, body: Polytope, near: float) -> tuple[Array, Array]:
    """Corners ``(N, 3)`` [m] of where a surface is near a body, and normals ``(N, 3)`` there.

    A triangle counts as far as it lies within the body's facets moved outward by ``near`` [m],
    if it faces the body's middle; of a sheet either side does. Those whose normals are within 15
    degrees of one another make a patch: the outline of all of them, in its mean plane.

    Args:
        surface: triangles.
        body: a convex body in the frame of these.
        near: what is no further apart than this pushes.
    """
    corners, sheets = surface.around(body, near)
    crosses = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    size = np.linalg.norm(crosses, axis=1)
    normals = crosses / np.where(size > 0.0, size, 1.0)[:, None]
    toward = np.sum((body.centre - corners[:, 0]) * normals, axis=1)
    normals[toward < 0.0] *= -1.0
    levels = corners @ body.planes[:, :3].T + body.planes[:, 3] - near
    kept = (size > 2.0 * _FLAT) & (sheets | (toward > 0.0)) & np.all(levels.min(axis=1) < 0, axis=1)
    corners, normals, size, levels = corners[kept], normals[kept], size[kept], levels[kept]
    points, ways, rest = [np.zeros((0, 3))], [np.zeros((0, 3))], np.arange(len(corners))
    while len(rest):
        alike = normals[rest] @ normals[rest[np.argmax(size[rest])]] > _ALIKE
        some, rest = rest[alike], rest[~alike]
        normal = size[some] @ normals[some]
        normal /= np.linalg.norm(normal)
        found = _outline(_within(corners[some], levels[some], body.planes, near), normal)
        points.append(found)
        ways.append(np.broadcast_to(normal, found.shape))
    return np.concatenate(points), np.concatenate(ways)


def _within(triangles: Array, levels: Array, planes: Array, near: float) -> Array:
    """Corners ``(N, 3)`` [m] of what of triangles is within planes moved outward.

    Of triangles that are no longer than what is near: their corners within, and where their edges
    come in and go out.
    """
    inner = levels.max(axis=2) <= 0.0
    border = ~np.all(inner, axis=1)
    sides = triangles - triangles[:, (1, 2, 0)]
    small = np.einsum("nki,nki->nk", sides, sides).max(axis=1, initial=0.0) < near**2
    cut = border & small
    found = [triangles[inner & (small | ~border)[:, None]], _crossings(triangles[cut], levels[cut])]
    for triangle, level in zip(triangles[border & ~small], levels[border & ~small], strict=True):
        cutting = planes[level.max(axis=0) > 0.0] - np.array([0.0, 0.0, 0.0, near])
        kept = clipped([tuple(corner) for corner in triangle.tolist()], cutting.tolist())
        found.append(np.reshape(kept, (-1, 3)))
    return np.concatenate(found)


def _crossings(triangles: Array, levels: Array) -> Array:
    """Where edges of triangles come in and go out ``(N, 3)`` [m], by the levels of their ends."""
    start, end = (
        levels.reshape(-1, levels.shape[2]),
        levels[:, (1, 2, 0)].reshape(-1, levels.shape[2]),
    )
    first, second = triangles.reshape(-1, 3), triangles[:, (1, 2, 0)].reshape(-1, 3)
    rise = end - start
    at = -start / np.where(rise == 0.0, 1.0, rise)
    enter = np.where(rise < 0.0, at, 0.0).max(axis=1, initial=0.0)
    leave = np.where(rise > 0.0, at, 1.0).min(axis=1, initial=1.0)
    met = (enter <= leave) & ~np.any((rise == 0.0) & (start > 0.0), axis=1)
    shares = [share[met & (share > 0.0) & (share < 1.0)] for share in (enter, leave)]
    rows = [np.flatnonzero(met & (share > 0.0) & (share < 1.0)) for share in (enter, leave)]
    share, row = np.concatenate(shares)[:, None], np.concatenate(rows)
    return np.asarray(first[row] + share * (second[row] - first[row]))


def _outline(points: Array, normal: Array) -> Array:
    """The outline ``(N, 3)`` of points, seen along a normal, in their mean plane."""
    if not len(points):
        return points
    across = np.stack(axes(normal))
    flat = np.reshape(thinned(outline(_outer(points @ across.T).tolist())), (-1, 2))
    return np.asarray(flat @ across + float((points @ normal).mean()) * normal)


def _outer(points: Array) -> Array:
    """Points of a plane ``(N, 2)`` without many that are inside of their outline."""
    if len(points) < _MANY:
        return points
    first = outline(points[(points @ _WAYS).argmax(axis=0)].tolist())
    if len(first) < 3:
        return points
    lines = np.array(sides(first))
    return points[np.any(points @ lines[:, :2].T + lines[:, 2] > -1e-12, axis=1)]
