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
    return min(to_triangle(differences[triangle]) for triangle in hull.simplices)


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
