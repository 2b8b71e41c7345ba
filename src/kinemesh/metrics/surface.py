"""The true surface of a solid: triangles, convex or not, closed or not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from kinemesh.metrics.triangles import closest_on_triangles, lattice, solid_angles
from kinemesh.motion.arrays import Array, row_numbers
from kinemesh.motion.shape import ConvexPart, Shape
from kinemesh.robot import TriangleMesh, convex_geometry
from kinemesh.robot.kernel import winding

_SAMPLES = 60_000
"""About how many points the lattice on a surface has."""
_NEAREST = 8
"""Lattice points whose triangles are searched for the nearest point of the surface."""
_CELLS = 14
"""Cells along the longest side of the grid of the fast winding number."""
_FINE_CELLS = 32
"""Cells along the longest side of the grid that narrows a search of the lattice."""
_FAR = 2.5
"""A cell further away than this many of its radii counts as one dipole."""
_TOUCHING = 1e-7
"""A hull no further away than this [m] is looked at from the inside."""
_DESCENTS = 4
"""Lattice points from which the surface's deepest point in a hull is sought."""


@dataclass(frozen=True, eq=False)
class PlacedHull:
    """A convex hull somewhere."""

    vertices: Array
    """``(N, 3)`` [m]."""
    planes: Array
    """Facet planes ``(M, 4)``, negative inside [m]."""
    geometry: Any
    """coal's geometry of it, in its own frame."""
    rotation: Array
    """``(3, 3)`` from its own frame."""
    shift: Array
    """``(3,)`` [m]."""

    @classmethod
    def of(
        cls,
        part: ConvexPart,
        rotation: Array | None = None,
        shift: Array | None = None,
        geometry: Any = None,
    ) -> PlacedHull:
        """``part`` turned by ``rotation`` ``(3, 3)``, then moved by ``shift`` ``(3,)`` [m]."""
        rotation = np.eye(3) if rotation is None else rotation
        shift = np.zeros(3) if shift is None else shift
        normals = part.planes[:, :3] @ rotation.T
        offsets = part.planes[:, 3] - normals @ shift
        return cls(
            part.vertices @ rotation.T + shift,
            np.hstack([normals, offsets[:, None]]),
            convex_geometry(part.vertices) if geometry is None else geometry,
            rotation,
            shift,
        )


class Surface:
    """Nearest points and inside tests on the triangles of a shape, in the shape's frame.

    Nearest points come from a k-d tree over a lattice that covers every triangle, then
    exactly from the triangles of the nearest lattice points; distances to a hull from a hierarchy
    of boxes over the triangles. Inside is where the generalised winding number (Jacobson et al.,
    SIGGRAPH 2013) is over one half, which needs no closed mesh.
    """

    @classmethod
    def of(cls, shape: Shape) -> Surface:
        """The surface of ``shape``, made ready once."""
        return shape.worked_out((cls, "metrics"), lambda: cls(shape))

    def __init__(self, shape: Shape) -> None:
        self.corners = np.asarray(shape.vertices[shape.faces])
        """Triangles ``(F, 3, 3)`` [m]."""
        a, b, c = (self.corners[:, k] for k in range(3))
        self._area = np.cross(b - a, c - a) / 2.0
        size = np.linalg.norm(self._area, axis=1)
        self.spacing = float(np.sqrt(size.sum() / _SAMPLES))
        """Distance [m] between neighbours of the lattice."""
        self.points, self.owners = lattice(self.corners, self.spacing)
        self.tree = cKDTree(self.points)
        self._mesh = TriangleMesh(self.corners)

    @cached_property
    def _clusters(self) -> tuple[tuple[Array, Array, Array], NDArray[np.int64], Array]:
        """Cells of triangles (centres, vector areas, radii), their starts, and the triangles."""
        size = np.linalg.norm(self._area, axis=1)
        middle, members, radii = _grid(self.corners, _CELLS, size)
        areas = np.array([self._area[m].sum(axis=0) for m in members])
        starts = np.cumsum([0, *(len(m) for m in members)])
        return (middle, areas, radii), starts, self.corners[np.concatenate(members)]

    @cached_property
    def _cells(self) -> tuple[Array, Array, list[NDArray[np.int64]]]:
        """The lattice by cell: centres, radii and members."""
        middle, members, radii = _grid(self.points[:, None], _FINE_CELLS, np.ones(len(self.points)))
        return middle, radii, members

    def nearest(self, points: Array) -> tuple[Array, Array]:
        """Nearest points of the surface ``(N, 3)`` and their distances ``(N,)`` [m]."""
        points = np.asarray(points, dtype=np.float64).reshape(-1, 3)
        count = min(_NEAREST, len(self.points))
        _, index = self.tree.query(points, k=count)
        triangles = self.corners[self.owners[np.reshape(index, (len(points), count))]]
        found = closest_on_triangles(points[:, None], triangles)
        distance = np.linalg.norm(found - points[:, None], axis=-1)
        best = np.argmin(distance, axis=1)
        rows = np.arange(len(points))
        return found[rows, best], distance[rows, best]

    def _least_level(self, planes: Array) -> Array:
        """Lattice points ``(N, 3)``, the one least outside of (or deepest in) ``planes`` included.

        The level of a point, its distance from the worst plane, changes by no more than the
        point moves: a cell whose middle is too far out cannot hold the least.
        """
        centres, radii, members = self._cells
        kept = _possible(planes, centres, radii)
        points = self.points[np.concatenate([members[k] for k in kept])]
        return np.asarray(points[_possible(planes, points, np.zeros(len(points)))])

    def _deepest(self, planes: Array, points: Array) -> tuple[float, Array]:
        """Least level that the surface reaches near ``points`` ``(N, 3)``, and where."""
        normals, offsets = planes[:, :3], planes[:, 3]
        levels = points @ normals.T + offsets
        rows = np.arange(len(points))
        step = 2.0 * self.spacing
        while step > 1e-4:
            worst = np.argmax(levels, axis=1)
            moved, _ = self.nearest(points - step * normals[worst])
            there = moved @ normals.T + offsets
            better = there.max(axis=1) < levels[rows, worst]
            points = np.where(better[:, None], moved, points)
            levels = np.where(better[:, None], there, levels)
            step /= 2.0
        level = levels.max(axis=1)
        best = int(np.argmin(level))
        return float(level[best]), points[best]

    def inside(self, points: Array) -> NDArray[np.bool_]:
        """Whether ``points`` ``(N, 3)`` lie in the solid that the triangles bound."""
        return np.asarray(np.abs(self.winding(points)) > 0.5)

    def deepest_inside(self, points: Array, at_least: float = 0.0) -> float:
        """Distance [m] from the surface of the deepest of ``points`` ``(N, 3)`` that is inside.

        Points no deeper than ``at_least`` are left out.
        """
        # The surface is no further away than its nearest lattice point.
        rough = np.asarray(self.tree.query(points)[0])
        order = np.argsort(-rough)
        deepest = 0.0
        for batch in (order[:2], order[2:10], order[10:]):
            batch = batch[rough[batch] > max(deepest, at_least)]
            within = points[batch][self.inside(points[batch])]
            if len(within):
                deepest = max(deepest, float(self.nearest(within)[1].max()))
        return deepest

    def winding(self, points: Array) -> Array:
        r"""Generalised winding numbers ``(N,)``: solid angle of all triangles over 4 pi.

        Far cells of triangles count as one dipole each, :math:`A \cdot d / (4 \pi |d|^3)`
        (Barill et al., SIGGRAPH 2018), near ones triangle by triangle.
        """
        points = np.asarray(points, dtype=np.float64).reshape(-1, 3)
        cells, starts, corners = self._clusters
        fast = winding(points, cells, starts, corners, _FAR)
        if fast is not None:
            return fast
        centres, areas, radii = cells
        offset = centres - points[:, None]
        distance = np.linalg.norm(offset, axis=-1)
        far = distance > _FAR * radii
        safe = np.where(far, distance, 1.0)
        total = np.sum(far * np.einsum("nck,ck->nc", offset, areas) / safe**3, axis=1)
        for row, point in enumerate(points):
            near = [corners[starts[k] : starts[k + 1]] for k in np.flatnonzero(~far[row])]
            if near:
                total[row] += solid_angles(np.concatenate(near) - point).sum()
        return np.asarray(total / (4.0 * np.pi))

    def to_hull(self, hull: PlacedHull) -> tuple[float, Array]:
        """Signed distance [m] from a convex ``hull`` in this frame, and where on the surface.

        Apart: the distance. Crossing: minus the depth of the surface's deepest point inside the
        hull, by descent from the deepest lattice points. A hull that swims inside the solid
        without crossing its surface is apart from the *surface*.
        """
        gap, place = self._mesh.nearest(hull.geometry, hull.rotation, hull.shift)
        if gap > _TOUCHING:
            return gap, place
        candidates = self._least_level(hull.planes)
        level = (candidates @ hull.planes[:, :3].T + hull.planes[:, 3]).max(axis=1)
        depth, place = self._deepest(hull.planes, candidates[np.argsort(level)[:_DESCENTS]])
        return min(depth, 0.0), place


def _possible(planes: Array, points: Array, radii: Array) -> NDArray[np.int64]:
    """Which balls ``(N, 3)``, ``(N,)`` [m] may hold the point of least level.

    A few of the planes bound levels from below, one ball's whole level from above.
    """
    kept = np.arange(len(points))
    for few in (planes[::8], planes):
        part = (points[kept] @ few[:, :3].T + few[:, 3]).max(axis=1)
        best = kept[int(np.argmin(part + radii[kept]))]
        least = (planes[:, :3] @ points[best] + planes[:, 3]).max() + radii[best]
        kept = kept[part - radii[kept] <= least + 1e-9]
    return kept


def _grid(
    corners: Array, cells: int, weights: Array
) -> tuple[Array, list[NDArray[np.int64]], Array]:
    """Items ``(F, k, 3)`` by cell of a grid: centres, members and radii of the cells."""
    middle = corners.mean(axis=1)
    low = middle.min(axis=0)
    cell = max(float((middle.max(axis=0) - low).max()) / cells, 1e-9)
    label = row_numbers(np.floor((middle - low) / cell))
    order = np.argsort(label, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(label[order])) + 1)
    weights = weights + 1e-300
    whole = np.bincount(label, weights)
    axes = [np.bincount(label, weights * x) / whole for x in middle.T]
    centres = np.stack(axes, axis=1)
    radii = np.zeros(len(centres))
    apart = np.linalg.norm(corners - centres[label][:, None], axis=-1).max(axis=1)
    np.maximum.at(radii, label, apart)
    return centres, members, radii
