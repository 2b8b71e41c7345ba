"""Where a convex body touches triangles: what of each is within reach of it."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.polytope import Polytope
from kinemesh.metrics.geometry.surface import Surface
from kinemesh.metrics.mechanics.patches import axes, clipped, outline, thinned

_ALIKE = np.cos(np.radians(15.0))
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
    """Corners ``(N, 3)`` [m] of what of triangles is within planes moved outward."""
    inner = np.all(levels <= 0.0, axis=(1, 2))
    found = [triangles[inner].reshape(-1, 3)]
    for triangle, level in zip(triangles[~inner], levels[~inner], strict=True):
        cutting = planes[level.max(axis=0) > 0.0] - np.array([0.0, 0.0, 0.0, near])
        cut = clipped([tuple(corner) for corner in triangle.tolist()], cutting.tolist())
        found.append(np.reshape(cut, (-1, 3)))
    return np.concatenate(found)


def _outline(points: Array, normal: Array) -> Array:
    """The outline ``(N, 3)`` of points, seen along a normal, in their mean plane."""
    if not len(points):
        return points
    across = np.stack(axes(normal))
    flat = np.reshape(thinned(outline((points @ across.T).tolist())), (-1, 2))
    return np.asarray(flat @ across + float((points @ normal).mean()) * normal)
