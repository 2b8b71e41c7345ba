"""Triangles, of any shape and number, against convex hulls: exact distances by coal."""

from __future__ import annotations

from typing import Any

import coal
import numpy as np

from kinemesh.motion.arrays import Array

_STILL = coal.Transform3s()


class TriangleMesh:
    """Triangles in a hierarchy of bounding boxes (OBB and swept spheres), for distance queries."""

    def __init__(self, corners: Array) -> None:
        """Prepare triangles ``(F, 3, 3)`` [m]."""
        self._model = coal.BVHModelOBBRSS()
        self._model.beginModel(len(corners), 3 * len(corners))
        for a, b, c in corners:
            self._model.addTriangle(a, b, c)
        self._model.endModel()

    def nearest(self, geometry: Any, rotation: Array, shift: Array) -> tuple[float, Array]:
        """Distance [m] of the triangles from a convex ``geometry``, and where on them ``(3,)``.

        Zero or less where they cross, and then no depth: a triangle has no inside.

        Args:
            geometry: coal's, in its own frame.
            rotation: from its frame to that of the triangles ``(3, 3)``.
            shift: its origin in that of the triangles ``(3,)`` [m].
        """
        placed = coal.Transform3s(rotation, shift)
        result = coal.DistanceResult()
        apart = coal.distance(self._model, _STILL, geometry, placed, coal.DistanceRequest(), result)
        return float(apart), np.array(result.getNearestPoint1())
