"""The interaction mesh: who is near whom, and the Laplacian coordinates that this gives.

Ho, Komura and Tai, "Spatial relationship preserving character motion adaptation",
SIGGRAPH 2010; OmniRetarget, arXiv 2509.26633, section III.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh import kernel
from kinemesh.arrays import Array
from kinemesh.kernel.reference_mesh import laplacian


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
        return cls(kernel.adjacency(points))

    @property
    def laplacian(self) -> Array:
        """The Laplacian ``(V, V)``: rows sum to zero, ones on the diagonal."""
        return laplacian(self.adjacent)

    def deltas(self, points: Array) -> Array:
        """Laplacian coordinates ``(V, 3)`` [m] of ``points`` ``(V, 3)``."""
        return kernel.deltas(self.adjacent, points)


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
    def from_points(
        cls, joggled: Array, source: Array, anchors: Array, weights: Array
    ) -> LaplacianTarget:
        """Reproduce the Laplacian coordinates of points in the mesh of them joggled.

        Args:
            joggled: the points that are tetrahedralised ``(V, 3)`` [m].
            source: their places ``(V, 3)`` [m], K landmarks first.
            anchors: the robot's side of the anchors ``(V - K, 3)`` [m].
            weights: weight of each vertex ``(V,)``.
        """
        factor, offset, constant = kernel.target_of_points(joggled, source, anchors, weights)
        return cls(factor, offset, max(0.0, constant))

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
        factor, offset, constant = kernel.laplacian_target(mesh.adjacent, deltas, anchors, weights)
        return cls(factor, offset, max(0.0, constant))
