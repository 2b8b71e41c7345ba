"""Shapes: a surface to sample anchors from, and convex parts to keep distance from."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import ConvexHull, QhullError

from kinemesh.errors import ClipError
from kinemesh.motion.arrays import Array, locked, readonly

T = TypeVar("T")

_MAX_PARTS = 64
"""More connected pieces than this are scan debris, not parts."""
_CONVEX_ENOUGH = 0.95
"""A piece whose volume is at least this share of its hull's counts as convex."""


@dataclass(frozen=True, eq=False)
class ConvexPart:
    """The convex hull of a set of points.

    Raises:
        ClipError: fewer than four points, or all of them in one plane.
    """

    vertices: Array
    """Hull vertices ``(N, 3)`` [m] in the shape's frame."""
    faces: NDArray[np.int64] = field(init=False)
    """Outward triangles ``(M, 3)`` as vertex indices."""
    planes: Array = field(init=False)
    """Facet planes ``(M, 4)``: ``planes[:, :3] @ x + planes[:, 3] <= 0`` inside [m]."""
    volume: float = field(init=False)
    """Volume [m^3]."""

    def __post_init__(self) -> None:
        points = np.asarray(self.vertices, dtype=np.float64)
        if points.ndim != 2 or points.shape[1:] != (3,) or not np.all(np.isfinite(points)):
            raise ClipError(f"a convex part needs finite points (N, 3); got {points.shape}")
        try:
            hull = ConvexHull(points)
        except (QhullError, ValueError) as error:
            raise ClipError(
                f"{len(points)} points span no volume; a convex part needs a solid"
            ) from error
        object.__setattr__(self, "vertices", readonly(points[hull.vertices]))
        order = np.full(len(points), -1)
        order[hull.vertices] = np.arange(len(hull.vertices))
        # Qhull's triangles are not oriented: turn each so that its normal points outwards.
        faces = order[hull.simplices]
        a, b, c = (points[hull.simplices[:, k]] for k in range(3))
        inwards = np.sum(np.cross(b - a, c - a) * hull.equations[:, :3], axis=1) < 0.0
        faces[inwards] = faces[inwards][:, ::-1]
        object.__setattr__(self, "faces", readonly(faces, np.int64))
        object.__setattr__(self, "planes", readonly(hull.equations))
        object.__setattr__(self, "volume", float(hull.volume))

    __setstate__ = locked


@dataclass(frozen=True, eq=False)
class Shape:
    """A solid: its surface as triangles, and convex parts that cover it.

    For a convex solid, or one in convex pieces, both describe the same set, and collisions are
    with the parts. For others the parts are a cover, :attr:`warnings` says how much space it
    adds, and collisions are with the surface; unless the solid was :attr:`split`.
    """

    vertices: Array
    """Surface vertices ``(N, 3)`` [m] in the shape's own frame."""
    faces: NDArray[np.int64]
    """Surface triangles ``(M, 3)``."""
    parts: tuple[ConvexPart, ...]
    """Convex parts that cover the surface."""
    warnings: tuple[str, ...] = ()
    """What was lost on the way from a mesh to these parts."""
    split: bool = False
    """Whether collisions are with the parts although they only cover the surface."""
    kind: Literal["closed", "open", "sheet"] = "closed"
    """What the triangles bound: a solid, a solid but for holes, or nothing."""
    turned: float = 0.0
    """Share of the triangles of the mesh that had to be turned."""
    sheets: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    """Which triangles bound nothing ``(M,)``; all or none, as :attr:`kind` says, if left out."""
    memo: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)
    """What was worked out from this shape alone, by question."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "vertices", readonly(self.vertices))
        object.__setattr__(self, "faces", readonly(self.faces, np.int64))
        object.__setattr__(self, "parts", tuple(self.parts))
        if not len(self.vertices) or not len(self.faces) or not self.parts:
            raise ClipError("a shape needs a surface with at least one triangle; this one is empty")
        sheets = self.sheets if len(self.sheets) else np.full(len(self.faces), self.kind == "sheet")
        object.__setattr__(self, "sheets", readonly(sheets, np.bool_))

    __setstate__ = locked

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"memo": {}}

    def worked_out(self, question: Hashable, answer: Callable[[], T]) -> T:
        """The answer to a question about this shape, worked out once however many clips ask."""
        if question not in self.memo:
            self.memo[question] = answer()
        known: T = self.memo[question]
        return known

    @classmethod
    def box(cls, size: ArrayLike, centre: ArrayLike = (0.0, 0.0, 0.0)) -> Shape:
        """An axis-aligned box of full ``size`` (3,) [m] around ``centre`` (3,) [m]."""
        half = np.asarray(size, dtype=np.float64) / 2.0
        if half.shape != (3,) or not np.all(half > 0.0):
            raise ClipError(f"a box needs three positive sizes [m]; got {size!r}")
        signs = np.array([[i, j, k] for i in (-1, 1) for j in (-1, 1) for k in (-1, 1)])
        return cls.convex(signs * half + np.asarray(centre, dtype=np.float64))

    @classmethod
    def convex(cls, points: ArrayLike) -> Shape:
        """The convex hull of ``points`` ``(N, 3)`` [m]."""
        part = ConvexPart(np.asarray(points, dtype=np.float64))
        return cls(part.vertices, part.faces, (part,))

    @classmethod
    def union(cls, shapes: Sequence[Shape]) -> Shape:
        """All of ``shapes``, in one frame, as one shape."""
        offsets = np.cumsum([0, *(len(s.vertices) for s in shapes[:-1])])
        return cls(
            np.concatenate([s.vertices for s in shapes]),
            np.concatenate([s.faces + k for s, k in zip(shapes, offsets, strict=True)]),
            tuple(part for s in shapes for part in s.parts),
            tuple(text for s in shapes for text in s.warnings),
            all(s.split or not s.warnings for s in shapes) and any(s.split for s in shapes),
        )

    @classmethod
    def from_mesh(cls, vertices: ArrayLike, faces: ArrayLike) -> Shape:
        """A shape from triangles: each connected piece that is convex becomes a part.

        A mesh with a piece that is not convex, or a scan in many pieces, is covered by one
        hull of all its points, and :attr:`warnings` says so.

        Args:
            vertices: ``(N, 3)`` [m].
            faces: ``(M, 3)`` vertex indices.

        Raises:
            ClipError: the mesh is empty, flat, or not finite, or has corners that are not there.
        """
        points = np.asarray(vertices, dtype=np.float64)
        triangles = np.asarray(faces, dtype=np.int64)
        if points.size == 0 or triangles.size == 0:
            raise ClipError("the mesh is empty; expected vertices and triangles")
        if not np.all(np.isfinite(points)):
            raise ClipError("the mesh has vertices that are NaN or infinite")
        if triangles.min() < 0 or triangles.max() >= len(points):
            raise ClipError(
                f"the mesh has triangles with the corners {triangles.min()} to {triangles.max()}; "
                f"expected 0 to {len(points) - 1}, for it has {len(points)} vertices"
            )
        merged, index = np.unique(points, axis=0, return_inverse=True)
        triangles = index.reshape(-1)[triangles]
        pieces = _pieces(len(merged), triangles)
        warnings: tuple[str, ...] = ()
        parts = _convex_pieces(merged, pieces)
        if not parts:
            whole = ConvexPart(merged)
            volume = abs(_volume(merged, triangles))
            parts = (whole,)
            closed = _is_closed(triangles)
            state = "not convex" if closed else "not watertight"
            share = min(volume / whole.volume, 1.0)
            warnings = (
                f"the mesh is {state}: its convex hull ({whole.volume:.4f} m^3, of which the "
                f"mesh fills about {share:.0%}) stands for it in collisions where it is snug; "
                f"where it is not, they are with the true surface, as winding numbers tell it",
            )
        return cls(merged, triangles, parts, warnings)

    @property
    def bounds(self) -> Array:
        """Lowest and highest corner ``(2, 3)`` [m]."""
        corners = self.vertices
        return self.worked_out(
            "bounds", lambda: readonly([corners.min(axis=0), corners.max(axis=0)])
        )

    def scaled(self, factor: ArrayLike) -> Shape:
        """This shape stretched by ``factor`` (one number, or one per axis) about its origin."""
        factors = np.asarray(factor, dtype=np.float64)
        if not np.all(factors > 0.0):
            raise ClipError(f"a shape can be scaled by positive factors only; got {factor!r}")
        return replace(
            self,
            vertices=self.vertices * factors,
            parts=tuple(ConvexPart(part.vertices * factors) for part in self.parts),
        )

    def scatter(self, count: int, rng: np.random.Generator) -> Array:
        """``count`` random points ``(count, 3)`` [m] on the surface, as many everywhere by area.

        Raises:
            ClipError: the surface has no area.
        """
        reached = self.worked_out(Shape.scatter, self._areas)
        chosen = self.faces[np.searchsorted(reached, rng.random(count), side="right")]
        u, v = rng.random((2, count, 1))
        root = np.sqrt(u)
        a, b, c = (self.vertices[chosen[:, k]] for k in range(3))
        return np.asarray((1 - root) * a + root * (1 - v) * b + root * v * c)

    def _areas(self) -> Array:
        """The share of the surface ``(M,)`` that the triangles up to each make up."""
        a, b, c = (self.vertices[self.faces[:, k]] for k in range(3))
        area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
        if area.sum() <= 0.0:
            raise ClipError("the surface has no area to take points from")
        reached = np.cumsum(area / area.sum())
        return np.asarray(reached / reached[-1])

    def sample(self, count: int, rng: np.random.Generator) -> Array:
        """``count`` points ``(count, 3)`` [m] spread evenly over the surface.

        Farthest-point selection from a dense area-weighted random sample: no two anchors
        fall together, which would make needle-thin tetrahedra.
        """
        dense = self.scatter(20 * count, rng)
        picked = np.zeros(count, dtype=np.int64)
        columns = np.ascontiguousarray(dense.T)
        squared = np.full(len(dense), np.inf)
        for k in range(1, count):
            away = columns - dense[picked[k - 1], :, None]
            np.minimum(squared, np.einsum("ij,ij->j", away, away), out=squared)
            picked[k] = int(np.argmax(squared))
        return np.asarray(dense[picked])


def _pieces(count: int, triangles: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Triangles grouped by connected piece; none where there are too many to be parts."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]]])
    graph = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    of_triangle = label[triangles[:, 0]]
    labels = np.unique(of_triangle)
    if len(labels) > _MAX_PARTS:
        return []
    return [triangles[of_triangle == k] for k in labels]


def _convex_pieces(points: Array, pieces: list[NDArray[np.int64]]) -> tuple[ConvexPart, ...]:
    """One part per piece if every piece is a convex solid, else nothing."""
    parts = []
    for triangles in pieces:
        try:
            part = ConvexPart(points[np.unique(triangles)])
        except ClipError:
            return ()
        if abs(_volume(points, triangles)) < _CONVEX_ENOUGH * part.volume:
            return ()
        parts.append(part)
    return tuple(parts)


def _volume(points: Array, triangles: NDArray[np.int64]) -> float:
    """Signed volume [m^3] by the divergence theorem."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    return float(np.sum(a * np.cross(b, c)) / 6.0)


def _is_closed(triangles: NDArray[np.int64]) -> bool:
    """Whether every edge belongs to exactly two triangles."""
    edges = np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    _, count = np.unique(edges, axis=0, return_counts=True)
    return bool(np.all(count == 2))
