"""Shapes: a surface to sample anchors from, and convex parts to keep distance from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kinemesh.arguments import corners, flag, floats, instance, several, texts, whole
from kinemesh.arrays import Array, locked, readonly
from kinemesh.errors import ClipError
from kinemesh.geometry.convex import LARGEST, POINTS, ConvexPart, cover, points_of
from kinemesh.geometry.orientation import Kind, Piece, settled
from kinemesh.geometry.parts import convex_parts, not_convex
from kinemesh.geometry.scattered import farthest, scattered

__all__ = ["ConvexPart", "Kind", "Shape"]

_TRIANGLES = "triangles (M, 3) as vertex numbers"


@dataclass(frozen=True, eq=False)
class Shape:
    """A solid or a sheet: its surface as triangles, and convex parts that cover it.

    Triangles that bound a solid look outwards: inside is where they go round a point by more than
    a half (the signed generalised winding number is over 1/2). Those in :attr:`sheets` bound
    nothing; they have two sides, no inside, and no part in that number.

    For a convex solid, or one in convex pieces, both describe the same set, and collisions are
    with the parts. For others the parts are a cover, :attr:`warnings` says how much space it
    adds, and collisions are with the surface; unless the solid was :attr:`split`.

    Raises:
        ClipError: no triangle, corners that are not there, or numbers that are not in metres.
        TypeError: an argument of another kind.
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
    kind: Kind = "closed"
    """``closed``: the surface, or where there are no :attr:`warnings` the parts, close all round.
    ``open``: it has holes, but what is inside is clear; or only some of it bounds a solid.
    ``sheet``: it bounds nothing."""
    turned: float = 0.0
    """Share of the triangles of the mesh that had to be turned."""
    sheets: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    """Which triangles bound nothing ``(M,)``; all or none, as :attr:`kind` says, if left out."""
    bounds: Array = field(init=False, repr=False)
    """Lowest and highest corner ``(2, 3)`` [m]."""
    pieces: tuple[Piece, ...] = field(init=False, repr=False)
    """What hangs together of the surface, and what it bounds; empty where nobody found it out for
    one that closes or is a sheet."""
    known: InitVar[tuple[Piece, ...]] = ()
    """The pieces, where they are settled already."""

    def __post_init__(self, known: tuple[Piece, ...]) -> None:
        vertices = points_of("vertices", self.vertices)
        faces = corners("faces", self.faces, len(vertices), _TRIANGLES, ClipError)
        parts = several("parts", self.parts, ConvexPart, "a tuple of ConvexParts")
        object.__setattr__(self, "vertices", readonly(vertices))
        object.__setattr__(self, "faces", readonly(faces, np.int64))
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "warnings", texts("warnings", self.warnings, "a tuple of texts"))
        flag("split", self.split)
        if not len(self.vertices) or not len(self.faces) or not self.parts:
            raise ClipError("a shape needs a surface with at least one triangle; this one is empty")
        sheets = self.sheets if len(self.sheets) else np.full(len(self.faces), self.kind == "sheet")
        if len(sheets) != len(self.faces):
            raise ClipError(f"{len(sheets)} flags of sheets for {len(self.faces)} triangles")
        object.__setattr__(self, "sheets", readonly(sheets, np.bool_))
        ends = [self.vertices.min(axis=0), self.vertices.max(axis=0)]
        object.__setattr__(self, "bounds", readonly(ends))
        if self.kind == "open" and not known:
            known = settled(self.vertices, self.faces).pieces
        object.__setattr__(self, "pieces", known)

    __setstate__ = locked

    def __repr__(self) -> str:
        size = " x ".join(f"{length:.3g}" for length in np.ptp(self.bounds, axis=0))
        parts = "1 part" if len(self.parts) == 1 else f"{len(self.parts)} parts"
        return f"Shape({self.kind}, {size} m, {len(self.faces)} triangles, {parts})"

    @classmethod
    def box(cls, size: ArrayLike, centre: ArrayLike = (0.0, 0.0, 0.0)) -> Shape:
        """An axis-aligned box of full ``size`` (3,) [m] around ``centre`` (3,) [m].

        Raises:
            ClipError: not three positive sizes, or no place.

        Examples:
            >>> kinemesh.Shape.box((0.4, 0.3, 0.2), centre=(1.0, 0.0, 0.1))
            Shape(closed, 0.4 x 0.3 x 0.2 m, 12 triangles, 1 part)
        """
        what = "three positive sizes x y z [m]"
        half = floats("size", size, what, shape=(3,), largest=LARGEST, error=ClipError) / 2.0
        if not np.all(half > 0.0):
            raise ClipError(f"a box needs three positive sizes [m]; got size = {size!r}")
        what = "a place x y z [m]"
        middle = floats("centre", centre, what, shape=(3,), largest=LARGEST, error=ClipError)
        signs = np.array([[i, j, k] for i in (-1, 1) for j in (-1, 1) for k in (-1, 1)])
        return cls.convex(signs * half + middle)

    @classmethod
    def convex(cls, points: ArrayLike) -> Shape:
        """The convex hull of ``points`` ``(N, 3)`` [m].

        Raises:
            ClipError: fewer than four points, or all of them in one plane.

        Examples:
            >>> kinemesh.Shape.convex([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 0.3]])
            Shape(closed, 1 x 1 x 0.3 m, 4 triangles, 1 part)
        """
        part = ConvexPart(points_of("points", points))
        return cls(part.vertices, part.faces, (part,))

    @classmethod
    def union(cls, shapes: Sequence[Shape]) -> Shape:
        """All of ``shapes``, in one frame, as one shape.

        Raises:
            ClipError: no shapes.
            TypeError: something else than shapes.

        Examples:
            >>> board = kinemesh.Shape.box((1.2, 0.6, 0.04), centre=(0.0, 0.0, 0.72))
            >>> foot = kinemesh.Shape.box((0.5, 0.5, 0.7), centre=(0.0, 0.0, 0.35))
            >>> kinemesh.Shape.union([board, foot])
            Shape(closed, 1.2 x 0.6 x 0.74 m, 24 triangles, 2 parts)
        """
        shapes = several("shapes", shapes, Shape, "a list of Shapes, at least one")
        if not shapes:
            raise ClipError("shapes = (): expected a list of Shapes, at least one")
        offsets = np.cumsum([0, *(len(s.vertices) for s in shapes[:-1])])
        return cls(
            np.concatenate([s.vertices for s in shapes]),
            np.concatenate([s.faces + k for s, k in zip(shapes, offsets, strict=True)]),
            tuple(part for s in shapes for part in s.parts),
            tuple(text for s in shapes for text in s.warnings),
            all(s.split or not s.warnings for s in shapes) and any(s.split for s in shapes),
            shapes[0].kind if len({s.kind for s in shapes}) == 1 else "open",
            sum(s.turned * len(s.faces) for s in shapes) / sum(len(s.faces) for s in shapes),
            np.concatenate([s.sheets for s in shapes]),
        )

    @classmethod
    def from_mesh(cls, vertices: ArrayLike, faces: ArrayLike) -> Shape:
        """A shape from triangles: each connected piece that is convex becomes a part.

        A mesh with a piece that is not convex, or a scan in many pieces, is covered by one
        hull of all its points, and :attr:`warnings` says so. Which way the triangles look is
        settled here, whatever the file says: what bounds a solid looks outwards.

        Args:
            vertices: ``(N, 3)`` [m].
            faces: ``(M, 3)`` vertex indices.

        Raises:
            ClipError: the mesh is empty, without an area, or not finite, or has corners that are
                not there.

        Examples:
            >>> box = kinemesh.Shape.box((0.4, 0.3, 0.2))
            >>> lidless = kinemesh.Shape.from_mesh(box.vertices, box.faces[2:])
            >>> lidless.kind
            'open'
        """
        points = floats("vertices", vertices, POINTS, error=ClipError)
        given = floats("faces", faces, _TRIANGLES, error=ClipError)
        if points.size == 0 or given.size == 0:
            raise ClipError("the mesh is empty; expected vertices and triangles")
        if not np.all(np.isfinite(points)):
            raise ClipError("the mesh has vertices that are NaN or infinite")
        points = points_of("vertices", points)
        if given.min() < 0 or given.max() >= len(points):
            raise ClipError(
                f"the mesh has triangles with the corners {given.min():g} to {given.max():g}; "
                f"expected 0 to {len(points) - 1}, for it has {len(points)} vertices"
            )
        triangles = corners("faces", faces, len(points), _TRIANGLES, ClipError)
        mesh = settled(points, triangles)
        parts = convex_parts(mesh)
        warnings: tuple[str, ...] = ()
        if not parts:
            parts = (cover(mesh.points),)
            warnings = (not_convex(mesh, parts[0]),)
        return cls(
            mesh.points,
            mesh.faces,
            parts,
            warnings,
            kind=mesh.kind,
            turned=float(mesh.turned.mean()),
            sheets=mesh.sheets,
            known=mesh.pieces if warnings else (),
        )

    @property
    def solid(self) -> Shape | None:
        """What of the shape bounds a solid; None if nothing does."""
        if not self.sheets.any():
            return self
        if self.sheets.all():
            return None
        return Shape.from_mesh(self.vertices, self.faces[~self.sheets])

    def with_sheets(self, sheets: NDArray[np.bool_], why: str) -> Shape:
        """The shape with its triangles ``sheets`` ``(M,)`` taken to bound nothing, as ``why`` says.

        One that was :attr:`split` keeps its parts.

        Examples:
            >>> box = kinemesh.Shape.box((0.4, 0.3, 0.2))
            >>> box.with_sheets(np.ones(12, dtype=bool), "it is paper").kind
            'sheet'
        """
        if not np.any(sheets & ~self.sheets):
            return self
        sheets = sheets | self.sheets
        return replace(
            self,
            parts=self.parts if self.split else (cover(np.asarray(self.vertices)),),
            warnings=(*self.warnings, why) if self.split else (why,),
            kind="sheet" if sheets.all() else "open",
            sheets=sheets,
        )

    def scaled(self, factor: ArrayLike) -> Shape:
        """This shape stretched by ``factor`` (one number, or one per axis) about its origin.

        Raises:
            ClipError: a factor that is not positive.

        Examples:
            >>> kinemesh.Shape.box((0.4, 0.3, 0.2)).scaled(2.0)
            Shape(closed, 0.8 x 0.6 x 0.4 m, 12 triangles, 1 part)
        """
        factors = floats("factor", factor, "one number, or one per axis", error=ClipError)
        if factors.shape not in ((), (3,)) or not np.all((factors > 0.0) & (factors < np.inf)):
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

        Examples:
            >>> box = kinemesh.Shape.box((0.4, 0.3, 0.2))
            >>> box.scatter(100, np.random.default_rng(0)).shape
            (100, 3)
        """
        whole("count", count, "a number of points", low=0, high=10**8, error=ClipError)
        instance("rng", rng, np.random.Generator, "numpy.random.default_rng(seed)")
        return scattered(self.vertices, self.faces, count, rng)

    def sample(self, count: int, rng: np.random.Generator) -> Array:
        """``count`` points ``(count, 3)`` [m] spread evenly over the surface.

        Farthest-point selection from a dense area-weighted random sample: no two anchors
        fall together, which would make needle-thin tetrahedra.

        Raises:
            ClipError: no number of points, or the surface has no area.

        Examples:
            >>> box = kinemesh.Shape.box((0.4, 0.3, 0.2))
            >>> box.sample(20, np.random.default_rng(0)).shape
            (20, 3)
        """
        whole("count", count, "a number of points", low=0, high=10**6, error=ClipError)
        return farthest(self.scatter(20 * count, rng), count)
