"""The true surface of a solid: triangles, convex or not, closed or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from kinemesh.metrics.triangles import closest_on_triangles, lattice, solid_angles
from kinemesh.motion.arrays import Array
from kinemesh.motion.shape import Shape

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


@dataclass(frozen=True, eq=False)
class PlacedHull:
    """A convex hull somewhere."""

    vertices: Array
    """``(N, 3)`` [m]."""
    faces: NDArray[np.int64]
    """Triangles ``(M, 3)``."""
    planes: Array
    """Facet planes ``(M, 4)``, negative inside [m]."""


class Surface:
    """Nearest points and inside tests on the triangles of a shape, in the shape's frame.

    Nearest points come from a k-d tree over a lattice that covers every triangle, then
    exactly from the triangles of the nearest lattice points. Inside is where the generalised
    winding number (Jacobson et al., SIGGRAPH 2013) is over one half, which needs no closed mesh.
    """

    def __init__(self, shape: Shape) -> None:
        self.corners = np.asarray(shape.vertices[shape.faces])
        """Triangles ``(F, 3, 3)`` [m]."""
        a, b, c = (self.corners[:, k] for k in range(3))
        area = np.cross(b - a, c - a) / 2.0
        size = np.linalg.norm(area, axis=1)
        self.spacing = float(np.sqrt(size.sum() / _SAMPLES))
        """Distance [m] between neighbours of the lattice."""
        self.points, self.owners = lattice(self.corners, self.spacing)
        self.tree = cKDTree(self.points)
        middle, members, radii = _grid(self.corners, _CELLS, size)
        areas = np.array([area[m].sum(axis=0) for m in members])
        self._clusters = middle, areas, radii, members
        middle, members, radii = _grid(self.points[:, None], _FINE_CELLS, np.ones(len(self.points)))
        self._cells = middle, radii, members

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
        points = points[rough > at_least]
        if not len(points):
            return 0.0
        _, depth = self.nearest(points)
        order = np.argsort(-depth)
        for batch in (order[:2], order[2:10], order[10:]):
            if len(batch):
                found = depth[batch] * self.inside(points[batch])
                if found.max() > 0.0:
                    return float(found.max())
        return 0.0

    def winding(self, points: Array) -> Array:
        r"""Generalised winding numbers ``(N,)``: solid angle of all triangles over 4 pi.

        Far cells of triangles count as one dipole each, :math:`A \cdot d / (4 \pi |d|^3)`
        (Barill et al., SIGGRAPH 2018), near ones triangle by triangle.
        """
        points = np.asarray(points, dtype=np.float64).reshape(-1, 3)
        centres, areas, radii, members = self._clusters
        offset = centres - points[:, None]
        distance = np.linalg.norm(offset, axis=-1)
        far = distance > _FAR * radii
        safe = np.where(far, distance, 1.0)
        total = np.sum(far * np.einsum("nck,ck->nc", offset, areas) / safe**3, axis=1)
        for row, point in enumerate(points):
            near = [members[k] for k in np.flatnonzero(~far[row])]
            if near:
                total[row] += solid_angles(self.corners[np.concatenate(near)] - point).sum()
        return np.asarray(total / (4.0 * np.pi))

    def to_hull(self, hull: PlacedHull, tries: int = 8, rounds: int = 12) -> tuple[float, Array]:
        """Signed distance [m] from a convex ``hull`` in this frame, and where on the surface.

        Apart: the distance, by alternating projections from the most promising lattice points.
        Crossing: minus the depth of the surface's deepest point inside the hull, by descent from
        the deepest lattice points. A hull that swims inside the solid without crossing its
        surface is apart from the *surface*.
        """
        vertices = hull.vertices
        candidates = self._least_level(hull.planes)
        level = (candidates @ hull.planes[:, :3].T + hull.planes[:, 3]).max(axis=1)
        deepest = int(np.argmin(level))
        if level[deepest] < 0.0:
            return self._deepest(hull.planes, candidates[np.argsort(level)[: tries // 2]])
        if rounds == 0:
            return float(level[deepest]), candidates[deepest]
        reach, index = (np.asarray(x) for x in self.tree.query(vertices))
        closest = self.points[index[np.argsort(reach)[: tries // 2]]]
        here = np.concatenate([candidates[np.argsort(level)[:tries]], closest])
        triangles = vertices[hull.faces]
        gap = np.full(len(here), np.inf)
        for _ in range(rounds):
            there = closest_on_triangles(here[:, None], triangles[None])
            apart = np.linalg.norm(there - here[:, None], axis=-1)
            there = there[np.arange(len(here)), np.argmin(apart, axis=1)]
            here, now = self.nearest(there)
            still = bool(np.all(gap - now < 1e-6))
            gap = now
            if still:
                break
        best = int(np.argmin(gap))
        return float(gap[best]), here[best]


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
    key = np.floor((middle - low) / cell).astype(np.int64)
    _, label = np.unique(key, axis=0, return_inverse=True)
    label = label.reshape(-1)
    order = np.argsort(label, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(label[order])) + 1)
    weights = weights + 1e-300
    centres = np.array([np.average(middle[m], axis=0, weights=weights[m]) for m in members])
    pairs = zip(members, centres, strict=True)
    radii = np.array([np.linalg.norm(corners[m] - c, axis=-1).max() for m, c in pairs])
    return centres, members, radii
