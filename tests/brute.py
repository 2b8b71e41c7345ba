"""Distances worked out the slow way, to judge the fast one."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog
from scipy.spatial import ConvexHull


def signed_distance(first: np.ndarray, second: np.ndarray) -> float:
    """Signed distance of two convex hulls of points, from their Minkowski difference.

    The origin's distance to the hull of all differences of vertices: outside, to its nearest
    triangle; inside, minus the distance to its nearest facet plane.
    """
    differences = (first[:, None, :] - second[None, :, :]).reshape(-1, 3)
    hull = ConvexHull(differences)
    worst = float(hull.equations[:, 3].max())
    if worst <= 0.0:
        return worst
    nearest = closest_on_triangles(np.zeros((1, 3)), differences[hull.simplices])
    return float(np.linalg.norm(nearest, axis=1).min())


def to_triangle(corners: np.ndarray) -> float:
    """Distance of the origin to a triangle ``(3, 3)``."""
    candidates = [float(np.linalg.norm(c)) for c in corners]
    for k in range(3):
        a, b = corners[k], corners[(k + 1) % 3]
        along = b - a
        share = -(a @ along) / (along @ along)
        if 0.0 < share < 1.0:
            candidates.append(float(np.linalg.norm(a + share * along)))
    a, b, c = corners
    normal = np.cross(b - a, c - a)
    area = normal @ normal
    if area > 1e-24:
        foot = normal * (normal @ a) / area
        inside = [np.cross(q - p, foot - p) @ normal >= 0.0 for p, q in ((a, b), (b, c), (c, a))]
        if all(inside):
            candidates.append(float(np.linalg.norm(foot)))
    return min(candidates)


def overlap(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether two convex hulls of points share a point: a linear program."""
    m, n = len(first), len(second)
    equal = np.zeros((5, m + n))
    equal[:3, :m], equal[:3, m:] = first.T, -second.T
    equal[3, :m], equal[4, m:] = 1.0, 1.0
    found = linprog(np.zeros(m + n), A_eq=equal, b_eq=[0, 0, 0, 1, 1])
    return bool(found.status == 0)


def closest_on_triangles(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Closest points ``(..., 3)`` of ``triangles`` ``(..., 3, 3)`` to ``points`` ``(..., 3)``.

    Ericson, Real-Time Collision Detection, 5.1.5: by Voronoi region of corner, edge and face.
    """
    a, b, c = (triangles[..., k, :] for k in range(3))
    ab, ac, ap = b - a, c - a, points - a
    d1, d2 = _dot(ab, ap), _dot(ac, ap)
    d3, d4 = d1 - _dot(ab, ab), d2 - _dot(ab, ac)
    d5, d6 = d1 - _dot(ab, ac), d2 - _dot(ac, ac)
    va, vb, vc = d3 * d6 - d5 * d4, d5 * d2 - d1 * d6, d1 * d4 - d3 * d2
    whole = va + vb + vc
    v, w = _divide(vb, whole), _divide(vc, whole)
    edge = (va <= 0.0) & (d4 - d3 >= 0.0) & (d5 - d6 >= 0.0)
    along = _divide(d4 - d3, (d4 - d3) + (d5 - d6))
    v, w = np.where(edge, 1.0 - along, v), np.where(edge, along, w)
    edge = (vb <= 0.0) & (d2 >= 0.0) & (d6 <= 0.0)
    v, w = np.where(edge, 0.0, v), np.where(edge, _divide(d2, d2 - d6), w)
    edge = (vc <= 0.0) & (d1 >= 0.0) & (d3 <= 0.0)
    v, w = np.where(edge, _divide(d1, d1 - d3), v), np.where(edge, 0.0, w)
    for corner, (i, j) in (
        ((d6 >= 0.0) & (d5 <= d6), (0.0, 1.0)),
        ((d3 >= 0.0) & (d4 <= d3), (1.0, 0.0)),
        ((d1 <= 0.0) & (d2 <= 0.0), (0.0, 0.0)),
    ):
        v, w = np.where(corner, i, v), np.where(corner, j, w)
    return np.asarray(a + v[..., None] * ab + w[..., None] * ac)


def solid_angles(corners: np.ndarray) -> np.ndarray:
    """Solid angles ``(F,)`` [sr] of triangles ``(F, 3, 3)`` from the origin.

    Van Oosterom and Strackee (1983).
    """
    a, b, c = (corners[:, k] for k in range(3))
    la, lb, lc = (np.linalg.norm(x, axis=1) for x in (a, b, c))
    top = _dot(a, np.cross(b, c))
    bottom = la * lb * lc + _dot(a, b) * lc + _dot(b, c) * la + _dot(c, a) * lb
    return np.asarray(2.0 * np.arctan2(top, bottom))


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.asarray(np.einsum("...k,...k->...", a, b))


def _divide(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.asarray(a / np.where(np.abs(b) > 1e-300, b, 1.0))
