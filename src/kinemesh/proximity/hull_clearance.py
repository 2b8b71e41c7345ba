"""How far a scan's convex hull stands off the scan: a hand may go in so far, not to the hull only.

A scanned box is never flat. Its hull rests on the few points that stick out, and a hand held at
the hull hovers over everything between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import map_coordinates, maximum_filter
from scipy.spatial import cKDTree

from kinemesh.arrays import Array, readonly
from kinemesh.geometry.shape import ConvexPart, Shape

DEEPEST = 0.007
"""No hull is entered deeper than this [m], however deep the dent: what reaches further in is not
told from what the corners of a flat contact are looked for by."""
_PALM = 0.04
"""A dent counts as deep as the shallowest place this near [m]: a hand covers that much."""
_EVEN = 0.03
"""It is the mean over the places this near [m], so that it changes gently as the hand slides."""
_BLENDED = 8
"""At a node of the grid, the depth is a mean of this many places."""
_SPACING = 0.012
"""Places on the hull at which its dents are looked at are about this far apart [m]."""
GRID = 0.018
"""Nodes of the grid at which they are kept are this far apart [m]."""
_REACH = 2
"""A node is told by places within so many of their distances."""
DENTED = 0.02
"""Distance [m] within which the dents of a hull count; what is further away touches nothing."""

_SURFACE = 20000
"""Random points that stand for the surface, besides its vertices."""


@dataclass(frozen=True, eq=False)
class HullClearance:
    """Depth of the true surface below a hull, in a grid around the hull's surface."""

    origin: Array
    """The grid's first node ``(3,)`` [m]."""
    depths: Array
    """How far the hull may be entered ``(X, Y, Z)`` [m]."""

    @classmethod
    def from_shape(cls, shape: Shape, part: ConvexPart) -> HullClearance:
        """The dents of ``shape`` under ``part``, one of its hulls."""
        hull = Shape.convex(part.vertices)
        a, b, c = (hull.vertices[hull.faces[:, k]] for k in range(3))
        normals = np.cross(b - a, c - a)
        area = np.linalg.norm(normals, axis=1)
        rng = np.random.default_rng(0)
        count = max(200, int(0.5 * area.sum() / _SPACING**2))
        face = rng.choice(len(area), count, p=area / area.sum())
        share = np.sort(rng.random((count, 2)), axis=1)
        share = np.diff(share, axis=1, prepend=0.0, append=1.0)
        places = np.einsum("nk,nkj->nj", share, hull.vertices[hull.faces[face]])
        # Corners stick out, and the rest of a scan is smooth at this density.
        surface = np.concatenate([shape.vertices, shape.scatter(_SURFACE, rng)])
        _, nearest = cKDTree(surface, balanced_tree=False, compact_nodes=False).query(places)
        # Depth below the facet, not distance: on a flat face the points are apart too.
        below = np.einsum("nk,nk->n", places - surface[nearest], normals[face])
        below = np.maximum(below / area[face], 0.0)
        tree = cKDTree(places)
        one, other = tree.query_pairs(_PALM, output_type="ndarray").T
        least = below.copy()
        np.minimum.at(least, one, below[other])
        np.minimum.at(least, other, below[one])
        apart = places[one] - places[other]
        close = np.einsum("nk,nk->n", apart, apart) <= _EVEN**2
        one, other = one[close], other[close]
        around = 1 + np.bincount(np.concatenate([one, other]), minlength=len(places))
        total = least + np.bincount(one, least[other], len(places))
        depths = (total + np.bincount(other, least[one], len(places))) / around
        return cls._on_grid(tree, np.minimum(depths, DEEPEST))

    @classmethod
    def _on_grid(cls, places: cKDTree, depths: Array) -> HullClearance:
        """The depths known at ``places`` on the hull, at the nodes of a grid."""
        low = np.min(places.data, axis=0) - 1.5 * GRID
        high = np.max(places.data, axis=0) + 1.5 * GRID
        count = np.ceil((high - low) / GRID).astype(int) + 1
        # A node that has a place this near is no more than so many steps from the place's cell.
        near = np.zeros(count, dtype=bool)
        near[tuple(((places.data - low) / GRID).astype(int).T)] = True
        near = maximum_filter(near, 2 * _REACH + 2, mode="constant")
        nodes = low + GRID * np.argwhere(near)
        away, nearest = places.query(nodes, k=_BLENDED, distance_upper_bound=_REACH * GRID)
        # The furthest weighs nothing: it can be replaced without a jump. Nodes far from the
        # hull's surface are never asked for.
        known = np.isfinite(away)
        away = np.where(known, away, 0.0)
        weights = np.where(known, away.max(axis=1, keepdims=True) - away + 1e-9, 0.0)
        values = np.append(depths, 0.0)[nearest]
        total = np.maximum(weights.sum(axis=1), 1e-9)
        grid = np.zeros(count)
        grid[near] = np.sum(weights * values, axis=1) / total
        return cls(readonly(low), readonly(grid))

    def entered(
        self, distance: Array, points: Array, normals: Array, rotation: Array, translation: Array
    ) -> Array:
        """Distances ``(N,)`` [m] to the true surface, for those ``distance`` to the hull.

        Args:
            distance: to the hull, placed in the world ``(N,)`` [m].
            points: what is so far from it ``(N, 3)`` [m].
            normals: from the hull to them ``(N, 3)``.
            rotation: the hull's ``(3, 3)``.
            translation: the hull's ``(3,)`` [m].
        """
        places = (points - distance[:, None] * normals - translation) @ rotation
        return distance + np.where(distance < DENTED, self.at(places), 0.0)

    def at(self, points: Array) -> Array:
        """How far the hull may be entered at ``points`` ``(N, 3)`` on it: ``(N,)`` [m]."""
        nodes = ((points - self.origin) / GRID).T
        return np.asarray(map_coordinates(self.depths, nodes, order=1, mode="nearest"))
