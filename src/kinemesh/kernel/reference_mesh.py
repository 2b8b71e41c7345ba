"""The mesh in numpy and Qhull: the oracle of the compiled one, and where it passes points on to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.spatial import Delaunay, QhullError

from kinemesh.arrays import Array

_EDGES = np.array([(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)])


def adjacency(points: Array) -> NDArray[np.bool_]:
    """Who is next to whom ``(V, V)`` in the Delaunay tetrahedralisation of ``points`` ``(V, 3)``.

    Points in degenerate position are joggled; everyone has a neighbour.
    """
    try:
        simplices = Delaunay(points).simplices
    except QhullError:
        simplices = Delaunay(points, qhull_options="QJ").simplices
    adjacent = np.zeros((len(points), len(points)), dtype=bool)
    a, b = simplices[:, _EDGES[:, 0]], simplices[:, _EDGES[:, 1]]
    adjacent[a, b] = adjacent[b, a] = True
    for k in np.flatnonzero(~adjacent.any(axis=1)):
        # Qhull leaves out points that coincide with another: tie them to it.
        distance = np.linalg.norm(points - points[k], axis=1)
        distance[k] = np.inf
        twin = int(np.argmin(distance))
        adjacent[k, twin] = adjacent[twin, k] = True
    return adjacent


def laplacian(adjacent: NDArray[np.bool_]) -> Array:
    """The uniform Laplacian ``(V, V)``: rows sum to zero, ones on the diagonal."""
    result = adjacent * (-1.0 / np.count_nonzero(adjacent, axis=1))[:, None]
    result.flat[:: len(result) + 1] = 1.0
    return np.asarray(result)


def deltas(adjacent: NDArray[np.bool_], points: Array) -> Array:
    """Laplacian coordinates ``(V, 3)`` [m] of ``points`` ``(V, 3)``."""
    return np.asarray(laplacian(adjacent) @ points)


def laplacian_target(
    adjacent: NDArray[np.bool_], wanted: Array, anchors: Array, weights: Array
) -> tuple[Array, Array, float]:
    """Factor ``(K, K)``, offset ``(K, 3)`` [m] and constant of the Laplacian cost.

    See :class:`kinemesh.problem.LaplacianTarget`.
    """
    whole = laplacian(adjacent)
    moving = len(whole) - len(anchors)
    left = whole[:, :moving]
    rest = whole[:, moving:] @ anchors - wanted
    weighted = left.T * weights
    gram = weighted @ left
    if moving == len(whole):
        # Without anchors a translation of all landmarks is free; a small ridge pins it.
        gram[np.diag_indices(moving)] += 1e-9 * float(np.trace(gram))
    factor = np.asarray(np.linalg.cholesky(gram).T, dtype=np.float64)
    offset = solve_triangular(factor, weighted @ rest, trans="T", check_finite=False)
    constant = float(weights @ np.sum(np.square(rest), axis=1) - np.sum(np.square(offset)))
    return factor, offset, constant


def target_of_points(
    joggled: Array, source: Array, anchors: Array, weights: Array
) -> tuple[Array, Array, float]:
    """The :func:`laplacian_target` of ``source`` ``(V, 3)`` in the mesh of points ``joggled``."""
    adjacent = adjacency(joggled)
    return laplacian_target(adjacent, deltas(adjacent, source), anchors, weights)
