"""The true surface of a solid: triangles, convex or not, closed, open or a bare sheet."""

from __future__ import annotations

from functools import cached_property

import coal
import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.geometry.shape import Shape
from kinemesh.metrics.geometry.boxes import BoxTree
from kinemesh.metrics.geometry.carrying import Carrying
from kinemesh.metrics.geometry.clearance import Bundles
from kinemesh.metrics.geometry.polytope import Polytope
from kinemesh.metrics.geometry.winding import Winding

_POINT = 1e-9
"""Radius [m] of the ball by which coal is asked for a point."""
_FULL = 0.8
"""A solid that fills so much of the one hull around it is full [1]."""
_STILL = coal.Transform3s()
_TOUCHING = 1e-4
"""What is no further from a triangle than this [m] may have it inside."""


class Surface:
    """Nearest points and inside tests on the triangles of a shape, in the shape's frame.

    Distances to points and hulls are coal's, triangle by triangle in a hierarchy of boxes; which
    points are inside, and how deep the surface lies in a hull, is worked out here. Inside is
    where the generalised winding number (Jacobson et al., SIGGRAPH 2013) of the triangles, which
    face outward, is over one half. It needs no closed mesh, but it needs its sign: in front of
    an open scan it is below minus one half. Triangles that are sheets have no part in it.
    """

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        """Whose surface it is."""
        self.corners = np.asarray(shape.vertices[shape.faces])
        """Triangles ``(F, 3, 3)`` [m]."""

    @cached_property
    def _mesh(self) -> coal.BVHModelOBBRSS:
        """Coal's hierarchy of boxes over the triangles."""
        model = coal.BVHModelOBBRSS()
        model.beginModel(len(self.shape.faces), len(self.shape.vertices))
        model.addVertices(self.shape.vertices)
        model.addTriangles(self.shape.faces)
        model.endModel()
        return model

    @cached_property
    def _around(self) -> Array:
        """Planes ``(M, 4)`` of a convex body around the triangles: a single part, or their box."""
        if len(self.shape.parts) == 1:
            return self.shape.parts[0].planes
        low, high = self.shape.bounds
        return np.hstack([np.vstack([np.eye(3), -np.eye(3)]), np.r_[-high, low][:, None]])

    @cached_property
    def _winding(self) -> Winding:
        bounding = self.shape.faces[~self.shape.sheets]
        return Winding(self.shape.vertices, bounding)

    @cached_property
    def _tree(self) -> BoxTree:
        return BoxTree(self.corners)

    @cached_property
    def _bundles(self) -> Bundles:
        return Bundles(self._tree.corners)

    @cached_property
    def carrying(self) -> Carrying:
        """The triangles that feet can stand on."""
        return Carrying(self.corners, self.shape.sheets)

    @cached_property
    def snug(self) -> bool:
        """Whether the one hull around the shape stands for it where things rest: it is full."""
        if len(self.shape.parts) != 1 or self.shape.sheets.any():
            return False
        volume = float(np.linalg.det(self.corners - self.corners[0, 0]).sum()) / 6.0
        return volume > _FULL * self.shape.parts[0].volume

    def clear(
        self, hull: Polytope, rotations: Array, shifts: Array, margin: float = _TOUCHING
    ) -> NDArray[np.bool_]:
        """Where a ``hull`` in a frame of its own touches no triangle for sure ``(N,)``.

        Args:
            hull: a convex body.
            rotations: of its frame in this one ``(N, 3, 3)``.
            shifts: the origin of its frame in this one ``(N, 3)`` [m].
            margin: what is further apart than this does not touch [m].
        """
        return self._bundles.clear(hull, rotations, shifts, margin)

    def nearest(self, points: Array) -> tuple[Array, Array]:
        """Nearest points of the surface ``(N, 3)`` and their distances ``(N,)`` [m]."""
        points = np.asarray(points, dtype=np.float64).reshape(-1, 3)
        ball, request = coal.Sphere(_POINT), coal.DistanceRequest()
        found, distance = np.zeros_like(points), np.zeros(len(points))
        placed = coal.Transform3s()
        for k, point in enumerate(points):
            result = coal.DistanceResult()
            placed.setTranslation(point)
            coal.distance(self._mesh, _STILL, ball, placed, request, result)
            found[k] = result.getNearestPoint1()
        distance = np.linalg.norm(found - points, axis=1)
        return found, distance

    def inside(self, points: Array) -> NDArray[np.bool_]:
        """Whether ``points`` ``(N, 3)`` lie in the solid that the triangles bound."""
        points = np.asarray(points, dtype=np.float64).reshape(-1, 3)
        result = np.zeros(len(points), dtype=bool)
        if self.shape.sheets.all():
            return result
        # Outside of what is around it a surface is in one half of what is seen.
        level = (points @ self._around[:, :3].T + self._around[:, 3]).max(axis=1)
        asked = np.flatnonzero(level < 0.0)
        if len(asked):
            result[asked] = self.winding(points[asked]) > 0.5
        return result

    def winding(self, points: Array) -> Array:
        """Generalised winding numbers ``(N,)``: solid angle of all triangles over 4 pi."""
        return self._winding.numbers(np.asarray(points, dtype=np.float64).reshape(-1, 3))

    def deepest_inside(self, points: Array, at_least: float = 0.0) -> float:
        """Distance [m] from the surface of the deepest of ``points`` ``(N, 3)`` that is inside.

        Points no deeper than ``at_least`` are left out; 0 where none is left.
        """
        return self._deepest(points[self.inside(points)], at_least)

    def _deepest(self, within: Array, at_least: float) -> float:
        """As :meth:`deepest_inside`, of points that are inside."""
        deepest = 0.0
        # No point is deeper than another by more than it is away from it.
        bound = np.full(len(within), np.inf)
        while len(within) and bound.max() > max(deepest, at_least):
            next_ = int(np.argmax(bound))
            depth = float(self.nearest(within[next_])[1][0])
            deepest = max(deepest, depth)
            bound = np.minimum(bound, depth + np.linalg.norm(within - within[next_], axis=1))
            bound[next_] = -np.inf
        return deepest if deepest > at_least else 0.0

    def depth(self, hull: Polytope) -> float:
        """How deep [m] a convex ``hull`` in this frame is in: the surface, or the solid.

        The deeper of the surface's deepest point inside the hull and the hull's deepest vertex
        inside the solid. Of a sheet the first alone: the nearer of the two ways off it.
        """
        return max(0.0, -self.gap(hull)[0])

    def gap(self, hull: Polytope, at_most: float = np.inf) -> tuple[float, Array]:
        """Signed distance [m] from a convex ``hull`` in this frame, and where on the surface.

        Apart: the distance, and the surface's nearest point ``(3,)``. Inside or crossing: minus
        the depth, and the surface's deepest point inside the hull if there is one.

        Args:
            hull: a convex body.
            at_most: what the distance is known not to exceed [m]: less is searched.
        """
        apart, place = self._apart(hull, at_most)
        if apart > _TOUCHING:
            # No triangle parts its vertices: they are all inside, or none is.
            if not self.inside(hull.vertices[:1])[0]:
                return apart, place
            return -self._deepest(hull.vertices, 0.0), place
        crossing = self._crossing(hull)
        gap = max(0.0, apart)
        if crossing is not None:
            gap, place = -crossing[0], crossing[1]
        depth = self.deepest_inside(hull.vertices, max(0.0, -gap))
        return (-depth if depth > 0.0 else gap), place

    def _apart(self, hull: Polytope, at_most: float) -> tuple[float, Array]:
        """Distance [m] of the triangles from a convex ``hull``, by coal, and where it is."""
        result, request = coal.DistanceResult(), coal.DistanceRequest()
        if np.isfinite(at_most):
            result.min_distance = at_most + _TOUCHING
        apart = coal.distance(self._mesh, _STILL, hull.geometry, hull.placement, request, result)
        if float(apart) >= at_most + _TOUCHING:
            return self._apart(hull, np.inf)  # the bound was none: coal found nothing nearer
        return float(apart), np.array(result.getNearestPoint1())

    def around(self, hull: Polytope, margin: float) -> tuple[Array, NDArray[np.bool_]]:
        """Triangles ``(K, 3, 3)`` [m] that may be within ``margin`` [m] of a convex ``hull``.

        Which of them are sheets is the second ``(K,)``.
        """
        low, high = hull.vertices.min(axis=0) - margin, hull.vertices.max(axis=0) + margin
        near = self._tree.near(hull.planes - np.array([0.0, 0.0, 0.0, margin]), low, high)
        return self._tree.corners[near], self.shape.sheets[self._tree.order[near]]

    def _crossing(self, hull: Polytope) -> tuple[float, Array] | None:
        """Depth [m] of the surface's deepest point inside a convex ``hull``, and that point.

        None where no point of the surface is inside by 0.01 mm.
        """
        low, high = hull.vertices.min(axis=0), hull.vertices.max(axis=0)
        found = self._tree.deepest(hull.planes, low, high)
        return None if found is None else (-found[0], found[1])


class Surfaces:
    """The surfaces of all shapes that are asked about, to be shared by all that is asked of them.

    ``surfaces[shape]`` is made when it is first asked for, and kept; shapes that are alike have
    one. Whoever scores several motions in a scene hands the same to all of them.
    """

    def __init__(self) -> None:
        self._known: dict[Shape, Surface] = {}

    def __getitem__(self, shape: Shape) -> Surface:
        """The surface of a shape, whichever of those alike was asked for first."""
        if shape not in self._known:
            alike = (known for known in self._known if _alike(known, shape))
            first = next(alike, None)
            self._known[shape] = Surface(shape) if first is None else self._known[first]
        return self._known[shape]


def _alike(one: Shape, other: Shape) -> bool:
    """Whether all that the ruler sees of two shapes is the same."""
    pairs = [(one.vertices, other.vertices), (one.faces, other.faces), (one.sheets, other.sheets)]
    pairs += [(a.vertices, b.vertices) for a, b in zip(one.parts, other.parts, strict=False)]
    return (
        len(one.parts) == len(other.parts)
        and bool(one.warnings) == bool(other.warnings)
        and all(np.array_equal(a, b) for a, b in pairs)
    )
