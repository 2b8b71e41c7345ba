"""The interaction mesh: who is near whom, and the Laplacian coordinates that this gives.

Ho, Komura and Tai, "Spatial relationship preserving character motion adaptation",
SIGGRAPH 2010; OmniRetarget, arXiv 2509.26633, section III.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.spatial import Delaunay, QhullError

from kinemesh.motion.arrays import Array
from kinemesh.robot import kernel

_EDGES = np.array([(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)])


@dataclass(frozen=True, eq=False)
class InteractionMesh:
    r"""Neighbourhoods of a Delaunay tetrahedralisation and their uniform Laplacian.

    .. math:: L_i P = p_i - \frac{1}{|N(i)|} \sum_{j \in N(i)} p_j
    """

    adjacent: NDArray[np.bool_]
    """Who is next to whom ``(V, V)``: symmetric, and everyone has a neighbour."""

    @classmethod
    def from_points(cls, points: Array) -> InteractionMesh:
        """The mesh of ``points`` ``(V, 3)`` [m].

        Points in degenerate position (all in one plane, or two in one place) are joggled by
        Qhull, which still gives every point its neighbours.
        """
        adjacent = kernel.adjacency(points)
        if adjacent is None:
            adjacent = _by_qhull(points)
        for k in np.flatnonzero(
            ~adjacent.any(axis=1)
        ):  # Qhull leaves out points that coincide with another: tie them to it
            distance = np.linalg.norm(points - points[k], axis=1)
            distance[k] = np.inf
            twin = int(np.argmin(distance))
            adjacent[k, twin] = adjacent[twin, k] = True
        return cls(adjacent)

    @cached_property
    def laplacian(self) -> Array:
        """The Laplacian ``(V, V)``: rows sum to zero, ones on the diagonal."""
        laplacian = self.adjacent * (-1.0 / np.count_nonzero(self.adjacent, axis=1))[:, None]
        laplacian.flat[:: len(laplacian) + 1] = 1.0
        return np.asarray(laplacian)

    def deltas(self, points: Array) -> Array:
        """Laplacian coordinates ``(V, 3)`` [m] of ``points`` ``(V, 3)``."""
        compiled = kernel.deltas(self.adjacent, points)
        return np.asarray(self.laplacian @ points) if compiled is None else compiled


def _by_qhull(points: Array) -> NDArray[np.bool_]:
    """Who is next to whom ``(V, V)``, points in degenerate position joggled."""
    try:
        simplices = Delaunay(points).simplices
    except QhullError:
        simplices = Delaunay(points, qhull_options="QJ").simplices
    adjacent = np.zeros((len(points), len(points)), dtype=bool)
    a, b = simplices[:, _EDGES[:, 0]], simplices[:, _EDGES[:, 1]]
    adjacent[a, b] = adjacent[b, a] = True
    return adjacent


@dataclass(frozen=True, eq=False)
class LaplacianTarget:
    r"""The Laplacian cost, reduced to the points that move.

    Anchors do not depend on q, so with :math:`L_K` the columns of the K landmarks,

    .. math:: \sum_i w_i \|L_i P - \delta_i\|^2 = \|F P_K + o\|^2 + c,
              \qquad F^T F = L_K^T W L_K

    and a frame costs the same however many anchors it has.
    """

    factor: Array
    """:math:`F` ``(K, K)``, upper triangular."""
    offset: Array
    """:math:`o` ``(K, 3)`` [m]."""
    constant: float
    """:math:`c`, the part of the cost that no q can change."""

    @classmethod
    def reduce(
        cls, mesh: InteractionMesh, deltas: Array, anchors: Array, weights: Array
    ) -> LaplacianTarget:
        """Reduce a mesh whose first K vertices are landmarks and the rest anchors.

        Args:
            mesh: of V vertices.
            deltas: Laplacian coordinates to reproduce ``(V, 3)`` [m].
            anchors: the robot's side of the anchors ``(V - K, 3)`` [m].
            weights: weight of each vertex ``(V,)``.
        """
        compiled = kernel.laplacian_target(mesh.adjacent, deltas, anchors, weights)
        if compiled is not None:
            factor, offset, constant = compiled
            return cls(factor, offset, max(0.0, constant))
        laplacian = mesh.laplacian
        moving = len(laplacian) - len(anchors)
        left = laplacian[:, :moving]
        rest = laplacian[:, moving:] @ anchors - deltas
        weighted = left.T * weights
        gram = weighted @ left
        if moving == len(laplacian):
            # Without anchors a translation of all landmarks is free; a small ridge pins it.
            gram[np.diag_indices(moving)] += 1e-9 * float(np.trace(gram))
        factor = np.asarray(np.linalg.cholesky(gram).T, dtype=np.float64)
        offset = solve_triangular(factor, weighted @ rest, trans="T", check_finite=False)
        constant = float(weights @ np.sum(np.square(rest), axis=1) - np.sum(np.square(offset)))
        return cls(factor, offset, max(0.0, constant))
