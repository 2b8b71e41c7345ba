"""Convex polytopes as the ruler needs them: distinct facets, and the edges between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import coal
import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array, row_numbers
from kinemesh.geometry.shape import ConvexPart
from kinemesh.robot.hulls import Hull

_SAME_PLANE = 1e-9
"""Facets whose planes differ by no more than this [1], [m] are one."""


@dataclass(frozen=True, eq=False)
class Polytope:
    """A convex body, where it was made or moved from there."""

    vertices: Array
    """``(N, 3)`` [m]."""
    planes: Array
    """Distinct facet planes ``(F, 4)``: outward normal, offset; negative inside [m]."""
    edges: NDArray[np.int64]
    """Edges between two distinct facets ``(E, 4)``: two vertices, in the sense in which the first
    facet's normal turns to the second's, and the two facets."""
    centre: Array
    """Middle of the bounding box ``(3,)`` [m], moved along."""
    radius: float
    """Of the sphere around :attr:`centre` that holds everything [m]."""
    origin: Polytope | None = None
    """What this is a moved copy of; None where it was not moved."""
    rotation: Array = field(default_factory=lambda: np.eye(3))
    """From the frame of :attr:`origin` ``(3, 3)``."""
    shift: Array = field(default_factory=lambda: np.zeros(3))
    """``(3,)`` [m]."""

    @classmethod
    def from_part(cls, part: ConvexPart) -> Polytope:
        """``part`` with its triangles joined to facets."""
        label = row_numbers(np.round(part.planes / _SAME_PLANE).astype(np.int64))
        _, first = np.unique(label, return_index=True)
        vertices, planes = np.asarray(part.vertices), np.asarray(part.planes[first])
        centre = (vertices.min(axis=0) + vertices.max(axis=0)) / 2.0
        radius = float(np.linalg.norm(vertices - centre, axis=1).max())
        edges = _edges(part.faces, label)
        turn = np.cross(planes[edges[:, 2], :3], planes[edges[:, 3], :3])
        along = vertices[edges[:, 1]] - vertices[edges[:, 0]]
        back = np.sum(turn * along, axis=1) < 0.0
        edges[back, :2] = edges[back, 1::-1]
        return cls(vertices, planes, edges, centre, radius)

    def moved(self, rotation: Array, shift: Array) -> Polytope:
        """A copy turned by ``rotation`` ``(3, 3)``, then moved by ``shift`` ``(3,)`` [m]."""
        normals = self.planes[:, :3] @ rotation.T
        offsets = self.planes[:, 3] - normals @ shift
        return Polytope(
            self.vertices @ rotation.T + shift,
            np.column_stack([normals, offsets]),
            self.edges,
            rotation @ self.centre + shift,
            self.radius,
            self if self.origin is None else self.origin,
            rotation @ self.rotation,
            rotation @ self.shift + shift,
        )

    @cached_property
    def directions(self) -> Array:
        """The edges as vectors ``(E, 3)`` [m]."""
        return np.asarray(self.vertices[self.edges[:, 1]] - self.vertices[self.edges[:, 0]])

    @cached_property
    def geometry(self) -> Any:
        """Coal's geometry of the body, in the frame in which it was made."""
        if self.origin is not None:
            return self.origin.geometry
        cloud = coal.StdVec_Vec3s()
        for point in self.vertices:
            cloud.append(point)
        return coal.ConvexBase.convexHull(cloud, True, "Qt")

    @property
    def placement(self) -> Any:
        """Where coal has to put :attr:`geometry`."""
        return coal.Transform3s(self.rotation, self.shift)


@lru_cache(maxsize=512)
def body_of(hull: Hull) -> Polytope:
    """A collision hull of a robot, in the frame of its joint: by its points alone."""
    return Polytope.from_part(ConvexPart(hull.vertices))


def _edges(faces: NDArray[np.int64], label: NDArray[np.int64]) -> NDArray[np.int64]:
    """Edges of triangles ``(M, 3)`` between two of the facets ``label`` ``(M,)``, in any sense."""
    ends = np.sort(faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    facet = np.repeat(label, 3)
    order = np.lexsort((ends[:, 1], ends[:, 0]))
    first, second = order[::2], order[1::2]  # a closed surface has each edge twice
    edges = np.stack([*ends[first].T, facet[first], facet[second]], axis=1)
    return np.asarray(edges[facet[first] != facet[second]])
