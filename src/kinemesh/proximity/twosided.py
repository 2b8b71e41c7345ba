"""Triangles without an inside: exact distances, and what lies between two points."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from kinemesh.arrays import Array
from kinemesh.geometry.edges import Edges, welded
from kinemesh.geometry.field import points_on, thinned
from kinemesh.proximity.cells import Cells
from kinemesh.proximity.surface import STEP

Flags = NDArray[np.bool_]
Labels = NDArray[np.int64]

_SAMPLES = 20_000
"""About how many points the lattice has."""
_CLOSE = 0.1
"""Up to this distance [m] nearest places are exact."""
_STRIDE = 0.05
"""Segments are held against triangles in pieces no longer than this [m]."""
_ASIDE = np.array([1.13e-7, -0.71e-7, 0.89e-7])
"""Segments are moved by this [m]: one through an edge would cross two triangles, or none."""
_TOUCHING = 1e-6
"""What is nearer to a triangle than this [m] is on it, on the side that its eye is on."""


@dataclass(frozen=True, eq=False)
class TwoSided:
    """Triangles with a lattice of points on them, for broad phases."""

    corners: Array
    """``(F, 3, 3)`` [m]."""
    normals: Array
    """Unit normals ``(F, 3)``."""
    tree: cKDTree
    """The lattice's points."""
    owners: Labels
    """Triangle of each of them ``(N,)``."""
    spacing: float
    """A place on a triangle is no further than this [m] from a point of its own."""

    @classmethod
    def from_corners(cls, corners: Array) -> TwoSided:
        """Prepare triangles ``(F, 3, 3)`` [m]; those without an area are left out."""
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        length = np.linalg.norm(normals, axis=1)
        corners, normals = corners[length > 0.0], normals[length > 0.0]
        points, _, step, owners = points_on(corners, _SAMPLES)
        normals = normals / length[length > 0.0, None]
        return cls(corners, normals, cKDTree(points), owners, step)

    def at_least(self, points: Array, within: float) -> Array:
        """What the distances of ``points`` ``(N, 3)`` are at least ``(N,)`` [m].

        Infinite beyond ``within`` [m]: from far away all of a flat lattice is as near, and a
        search without a bound looks at all of it.
        """
        if not len(points):
            return np.zeros(0)
        away = self.tree.query(points, distance_upper_bound=within + self.spacing)[0]
        return np.asarray(away - self.spacing)

    def nearest(self, points: Array) -> tuple[Array, Labels]:
        """Nearest places ``(N, 3)`` [m] of the triangles, and which triangles ``(N,)``.

        From further off than 10 cm, places that are no further than the nearest point of the
        lattice.
        """
        cubes, least = self.cells.of(points)
        which, owners = self.cells.lots(cubes)
        far = np.flatnonzero(np.isinf(least))
        if len(far):  # none of them is in a lot
            away = np.asarray(self.tree.query(points[far])[0])
            more, others = self._within(points[far], away * (1.0 + 1e-9))
            which = np.concatenate([which, far[more]])
            owners = np.concatenate([owners, others])
        places = _closest(points[which], self.corners[owners])
        order = np.lexsort((np.sum((places - points[which]) ** 2, axis=1), which))
        best = order[np.searchsorted(which[order], np.arange(len(points)))]
        return places[best], owners[best]

    def _least(self, points: Array, within: float) -> Array:
        """As :meth:`at_least`, by the cubes that the points are in."""
        return self.cells.of(points)[1] if within <= _CLOSE else self.at_least(points, within)

    @cached_property
    def cells(self) -> Cells:
        """The triangles that may be nearest, cube by cube, as they are asked for."""
        return Cells(self.corners, self._around)

    def _around(self, centres: Array) -> tuple[Array, Labels, Array, Labels]:
        """What a cube has to know; far is over 10 cm."""
        half = self.cells.half
        bound = _CLOSE + half + self.spacing
        away = np.asarray(self.tree.query(centres, distance_upper_bound=bound)[0])
        near = np.flatnonzero(np.isfinite(away))
        # The nearest triangle has a point of its own that is hardly further than its nearest one.
        reach = away[near] + 2.0 * half + self.spacing
        which, owners = self._within(centres[near], reach)
        which = near[which]
        places = _closest(centres[which], self.corners[owners])
        gaps = np.linalg.norm(places - centres[which], axis=1)
        away = np.full(len(centres), np.inf)
        np.minimum.at(away, which, gaps)
        return away, which, gaps, owners

    def _within(self, points: Array, reach: Array) -> tuple[Labels, Labels]:
        """Pairs of a point ``(N, 3)`` and a triangle with a point of the lattice in ``reach``."""
        lots: list[list[int]] = list(self.tree.query_ball_point(points, reach))
        which = np.repeat(np.arange(len(points)), [len(lot) for lot in lots])
        owners = self.owners[np.fromiter(chain.from_iterable(lots), np.int64, len(which))]
        pairs = np.unique(which * len(self.corners) + owners)  # each triangle once a point
        return np.divmod(pairs, len(self.corners))

    def seen_from(
        self, points: Array, eyes: Array, beyond: Flags, within: float
    ) -> tuple[Labels, Array, Array]:
        """Which points are nearer than ``within`` [m], their signed distances and directions.

        Negative where a triangle lies between a point ``(N, 3)`` [m] and its eye ``(N, 3)`` [m];
        the other way round where the eye itself is ``beyond`` ``(N,)``.

        Returns:
            Indices ``(K,)``, signed distances ``(K,)`` [m], and which way they grow ``(K, 3)``.
        """
        near = beyond | (self._least(points, within) < within)
        index = np.flatnonzero(near)
        points, eyes, beyond = points[index], eyes[index], beyond[index]
        places, owners = self.nearest(points)
        offset = points - places
        distance = np.linalg.norm(offset, axis=1)
        normals = self.normals[owners]
        eyed = np.einsum("nk,nk->n", normals, eyes - places)
        height = np.einsum("nk,nk->n", normals, offset)
        hidden = np.zeros(len(points), dtype=bool)
        # On one side of the nearest triangle nothing is between them but in rare folds.
        doubtful = np.flatnonzero((eyed * np.sign(height) < _TOUCHING) & (distance > _TOUCHING))
        hidden[doubtful] = self.crossed(eyes[doubtful], points[doubtful])
        wrong = hidden ^ beyond
        flat = distance <= _TOUCHING
        towards = np.where((eyed > 0.0) ^ beyond, 1.0, -1.0)[:, None] * normals
        away = np.where(wrong, -1.0, 1.0)[:, None] * offset / np.maximum(distance, 1e-300)[:, None]
        away = np.where(flat[:, None], towards, away)
        value = np.where(wrong, -distance, distance)
        kept = value < within
        return index[kept], value[kept], away[kept]

    def crossed(self, starts: Array, ends: Array) -> Flags:
        """Which segments ``(S,)`` go through the triangles, an odd number of times."""
        starts, ends = starts + _ASIDE, ends + _ASIDE
        pieces = np.ceil(np.linalg.norm(ends - starts, axis=1) / _STRIDE).astype(np.int64)
        pieces = np.maximum(pieces, 1)
        which = np.repeat(np.arange(len(starts)), pieces)
        number = np.arange(len(which)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        step = (ends - starts) / pieces[:, None]
        first = starts[which] + number[:, None] * step[which]
        middle = first + step[which] / 2.0
        reach = np.linalg.norm(step, axis=1)[which] / 2.0 + self.spacing
        bound = float(reach.max(initial=0.0))
        away = self.tree.query(middle, distance_upper_bound=bound)[0] if len(middle) else reach
        near = np.flatnonzero(away < reach)
        times = np.zeros(len(starts), dtype=np.int64)
        if len(near):
            balls = self.tree.query_ball_point(middle[near], reach[near])
            lots = [np.unique(self.owners[ball]) for ball in balls]
            piece = np.repeat(near, [len(lot) for lot in lots])
            hit = _through(first[piece], step[which[piece]], self.corners[np.concatenate(lots)])
            times += np.bincount(which[piece[hit]], minlength=len(starts))
        return np.asarray(times % 2 == 1)

    def sharp(self, level: float) -> Array:
        """Points ``(N, 3)`` [m] on rims, and on edges where normals agree by less than ``level``.

        At most :data:`STEP` apart.
        """
        points, faces = welded(
            self.corners.reshape(-1, 3), np.arange(self.corners.size // 3).reshape(-1, 3)
        )
        a, b, c = (points[faces[:, k]] for k in range(3))
        normals = np.cross(b - a, c - a)
        normals /= np.maximum(np.linalg.norm(normals, axis=1), 1e-300)[:, None]
        sides = Edges.from_faces(faces)
        order = np.argsort(sides.edge, kind="stable")
        first = np.searchsorted(sides.edge[order], np.arange(int(sides.edge.max()) + 1))
        uses = np.bincount(sides.edge)
        one, other = order[first], order[first + uses - 1]
        ways = np.where(sides.sense[one] == sides.sense[other], -1.0, 1.0)
        agree = ways * np.einsum("ek,ek->e", normals[sides.face[one]], normals[sides.face[other]])
        ends = points[sides.ends[one[(uses != 2) | (agree < level)]]]
        if not len(ends):
            return np.zeros((0, 3))
        counts = (
            np.ceil(np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1) / STEP).astype(np.int64) + 1
        )
        edge = np.repeat(np.arange(len(ends)), counts)
        share = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
        share = (share / np.maximum(counts - 1, 1)[edge])[:, None]
        found = (1.0 - share) * ends[edge, 0] + share * ends[edge, 1]
        return np.asarray(found[thinned(found, STEP / 2.0)])


def _through(starts: Array, steps: Array, corners: Array) -> Flags:
    """Whether ``starts + [0, 1) * steps`` go through triangles, pair by pair (Möller, Trumbore)."""
    u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    across = np.cross(steps, v)
    size = np.einsum("nk,nk->n", u, across)
    size = np.where(np.abs(size) > 1e-300, size, np.inf)
    off = starts - corners[:, 0]
    a = np.einsum("nk,nk->n", off, across) / size
    turned = np.cross(off, u)
    b = np.einsum("nk,nk->n", steps, turned) / size
    t = np.einsum("nk,nk->n", v, turned) / size
    return np.asarray(
        np.isfinite(size) & (a >= 0.0) & (b >= 0.0) & (a + b <= 1.0) & (t >= 0.0) & (t < 1.0)
    )


def _closest(points: Array, corners: Array) -> Array:
    """Nearest places ``(..., 3)`` of triangles ``(..., 3, 3)`` to ``points`` ``(..., 3)``."""
    u, v = corners[..., 1, :] - corners[..., 0, :], corners[..., 2, :] - corners[..., 0, :]
    off = points - corners[..., 0, :]
    uu, vv, uv = (np.sum(p * q, axis=-1) for p, q in ((u, u), (v, v), (u, v)))
    up, vp = np.sum(u * off, axis=-1), np.sum(v * off, axis=-1)
    size = np.maximum(uu * vv - uv**2, 1e-300)
    a, b = (vv * up - uv * vp) / size, (uu * vp - uv * up) / size
    foot = corners[..., 0, :] + a[..., None] * u + b[..., None] * v
    within = (a >= 0.0) & (b >= 0.0) & (a + b <= 1.0)
    best, least = foot, np.where(within, np.sum((foot - points) ** 2, axis=-1), np.inf)
    for k in range(3):
        start, along = corners[..., k, :], corners[..., (k + 1) % 3, :] - corners[..., k, :]
        share = np.sum((points - start) * along, axis=-1) / np.sum(along**2, axis=-1)
        place = start + np.clip(share, 0.0, 1.0)[..., None] * along
        away = np.sum((place - points) ** 2, axis=-1)
        best = np.where((away < least)[..., None], place, best)
        least = np.minimum(away, least)
    return np.asarray(best)
