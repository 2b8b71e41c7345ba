"""Small convex hulls that enclose a mesh, found in a fraction of a second.

A hull is cut out by planes that touch the mesh: first those of its large flat faces, then, one
after another, the plane that cuts off the corner that sticks out farthest, until none does by
much or there are corners enough. What is enclosed stays enclosed, and what is flat stays flat.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.spatial import ConvexHull, HalfspaceIntersection, QhullError

from kinemesh.arrays import Array

MARGIN = 2e-6
"""Room kept between mesh and hull, larger than the rounding of the written vertices [m]."""
_DIRECTIONS = 600
_FLAT_FACES = 12
_THIN = 5e-4
"""What is thinner than this [m] is made so thick, to be a solid."""


def enclosing(points: Array, most: int = 64, reach: float = 1e-3) -> Array | None:
    """Corners ``(k, 3)`` [m] of a hull that encloses ``points``, rounded to 1e-6.

    Args:
        points: a mesh's corners ``(N, 3)`` [m].
        most: how many corners it may have.
        reach: how far a corner may be outside the mesh [m]; exceeded where corners run out.

    Returns:
        None where the points span nothing.
    """
    mesh = _hull(points)
    if mesh is None:
        return None
    corners = mesh.points[mesh.vertices]
    if len(corners) <= most:
        return np.asarray(np.round(corners, 6))
    normals = np.unique(np.round(mesh.equations[:, :3], 3), axis=0)
    normals = np.concatenate([_flat_faces(mesh), np.eye(3), -np.eye(3), normals, _spread()])
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    heights = (normals @ corners.T).max(axis=1) + MARGIN
    # A box turned as the points' inertia first, so that there is something to cut.
    start = _FLAT_FACES + 6
    chosen = list(range(min(start, len(normals))))
    best: Array | None = None
    while True:
        planes = np.column_stack([normals[chosen], -heights[chosen]])
        cut = HalfspaceIntersection(planes, corners.mean(axis=0)).intersections
        cut = np.unique(np.round(cut, 7), axis=0)
        if len(cut) > most and best is not None:
            return best
        out = cut @ normals.T - heights
        worst = np.unravel_index(int(np.argmax(out)), out.shape)
        found = ConvexHull(cut)
        best = np.round(found.points[found.vertices], 6)
        if out[worst] < reach or worst[1] in chosen:
            return best
        chosen.append(int(worst[1]))


def clipped(points: Array, normal: Array, level: float) -> Array:
    """Corners ``(k, 3)`` [m] of the part of a hull where ``normal @ x <= level``.

    Args:
        points: what the hull encloses ``(N, 3)`` [m].
        normal: unit normal ``(3,)``.
        level: [m].

    Returns:
        All corners where nothing solid is left on that side, or nothing is cut off.
    """
    mesh = _hull(points)
    if mesh is None:
        return points
    height = mesh.points @ normal - level
    ends = mesh.simplices[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    one, other = height[ends[:, 0]], height[ends[:, 1]]
    crossed = (one < 0.0) & (other > 0.0)
    share = (one / np.where(crossed, one - other, 1.0))[crossed, None]
    start, end = mesh.points[ends[crossed, 0]], mesh.points[ends[crossed, 1]]
    kept = mesh.points[mesh.vertices][height[mesh.vertices] <= 0.0]
    part = np.concatenate([kept, start + share * (end - start)])
    return part if _hull(part) is not None and len(part) >= 4 else points


def _hull(points: Array) -> ConvexHull | None:
    if len(points) < 4:
        return None
    try:
        return ConvexHull(points)
    except (QhullError, ValueError):
        thick = np.concatenate([points + _THIN * s for s in np.vstack([np.eye(3), -np.eye(3)])])
        try:
            return ConvexHull(thick)
        except (QhullError, ValueError):
            return None


def _flat_faces(mesh: ConvexHull) -> Array:
    """Normals ``(n, 3)`` of the largest flat faces."""
    a, b, c = (mesh.points[mesh.simplices[:, k]] for k in range(3))
    areas = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    planes, where = np.unique(np.round(mesh.equations, 4), axis=0, return_inverse=True)
    size = np.bincount(where.reshape(-1), areas)
    return np.asarray(planes[np.argsort(-size)[:_FLAT_FACES], :3])


def _spread() -> Array:
    """Evenly spread unit vectors (Fibonacci sphere) ``(n, 3)``."""
    k = np.arange(_DIRECTIONS) + 0.5
    z = 1.0 - 2.0 * k / _DIRECTIONS
    angle = np.pi * (1.0 + 5.0**0.5) * k
    ring = np.sqrt(1.0 - z * z)
    return np.stack([ring * np.cos(angle), ring * np.sin(angle), z], axis=1)


def write_obj(path: Path, vertices: Array) -> None:
    """Write a convex hull as triangles with outward normals.

    Args:
        path: the file to write.
        vertices: corners of the hull, already rounded to 1e-6, shape (n, 3) [m].
    """
    vertices = vertices[np.lexsort(vertices.T[::-1])]
    hull = ConvexHull(vertices)
    faces = []
    for simplex, equation in zip(hull.simplices, hull.equations, strict=True):
        a, b, c = (int(i) for i in simplex)
        normal = np.cross(vertices[b] - vertices[a], vertices[c] - vertices[a])
        corners = (a, b, c) if normal @ equation[:3] > 0 else (a, c, b)
        first = corners.index(min(corners))
        faces.append(corners[first:] + corners[:first])
    rows = [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in vertices + 0.0]
    rows += [f"f {a + 1} {b + 1} {c + 1}" for a, b, c in sorted(faces)]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def beyond(points: Array, vertices: Array) -> float:
    """How far the farthest point lies beyond a face of the hull of ``vertices`` [m]."""
    equations = ConvexHull(vertices).equations
    return float((equations[:, :3] @ points.T + equations[:, 3:]).max())
