"""How far a scan's convex hull stands off the scan: a hand may go in so far, not to the hull only.

A scanned box is never flat. Its hull rests on the few points that stick out, and a hand held at
the hull hovers over everything between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from kinemesh.motion.arrays import Array, readonly
from kinemesh.motion.shape import ConvexPart, Shape

DEEPEST = 0.001
"""No hull is entered deeper than this [m], however deep the dent: a hand that meets a bump beside
its nearest place is never in by more."""
_PALM = 0.025
"""A dent counts as deep as the shallowest place this near [m]: a hand covers that much."""
_BLENDED = 8
"""Between places, the depth is a mean of this many."""
_SPACING = 0.012
"""Places on the hull at which its dents are kept are about this far apart [m]."""

_SURFACE = 20000
"""Random points that stand for the surface, besides its vertices."""


@dataclass(frozen=True, eq=False)
class Dents:
    """Depth of the true surface below a hull, at places on the hull."""

    places: cKDTree
    """Places ``(N, 3)`` on the hull [m]."""
    depths: Array
    """How far the hull may be entered there ``(N,)`` [m]."""

    @classmethod
    def of(cls, shape: Shape, part: ConvexPart) -> Dents:
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
        _, nearest = cKDTree(surface, balanced_tree=False).query(places)
        # Depth below the facet, not distance: on a flat face the points are apart too.
        below = np.einsum("nk,nk->n", places - surface[nearest], normals[face])
        below = np.maximum(below / area[face], 0.0)
        tree = cKDTree(places)
        least = np.array([below[near].min() for near in tree.query_ball_point(places, _PALM)])
        # Averaged, so that the depth changes gently as the hand slides.
        around = tree.query_ball_point(places, _PALM / 2.0)
        depths = np.array([least[near].mean() for near in around])
        return cls(tree, readonly(np.minimum(depths, DEEPEST)))

    def at(self, points: Array) -> Array:
        """How far the hull may be entered at ``points`` ``(N, 3)`` on it: ``(N,)`` [m]."""
        found = self.places.query(points, k=_BLENDED)
        away, nearest = np.asarray(found[0]), np.asarray(found[1])
        # The furthest weighs nothing: it can be replaced without a jump.
        weights = away[:, -1:] - away + 1e-9
        return np.asarray(np.sum(weights * self.depths[nearest], axis=1) / weights.sum(axis=1))
