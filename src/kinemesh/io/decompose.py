"""Solids that are not convex, cut into convex parts by CoACD and drawn tight to the true surface.

CoACD closes and thickens a mesh before it cuts it, some millimetres for a scan. Each part is
therefore drawn together to what it holds of the true surface: that loses nothing, for the parts
still hold every point of it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from kinemesh.errors import ClipError, MissingExtra, ReadError
from kinemesh.motion import Shape
from kinemesh.motion.arrays import Array
from kinemesh.motion.shape import ConvexPart

_CONCAVITY = 0.05
"""Parts are cut until none is more concave than this share of the size: CoACD's usual bound."""
_MOST_PARTS = 48
_TRIES = 60
"""Cuts that are tried before one is made, of CoACD's usual 150: scanned furniture comes out as
close, in half the time to two thirds of it."""
_SAMPLES = 60_000
_SLACK = 1e-4
"""A point this far [m] outside a part still belongs to it."""
_JUDGED = 20_000


def decomposed(shape: Shape, what: str) -> Shape:
    """The shape in convex parts, with a warning that says how far they stand off its surface.

    A shape whose parts describe it already is returned as it is.

    Args:
        shape: what to cut.
        what: what to call it in messages.

    Raises:
        MissingExtra: CoACD is not installed.
        ReadError: CoACD finds no parts in it.
    """
    if not shape.warnings or shape.split:
        return shape
    try:
        import coacd
    except ImportError as error:
        raise MissingExtra("coacd", "decompose") from error
    coacd.set_log_level("off")
    pieces = coacd.run_coacd(
        coacd.Mesh(shape.vertices, shape.faces),
        threshold=_CONCAVITY,
        max_convex_hull=_MOST_PARTS,
        mcts_iterations=_TRIES,
        seed=0,
    )
    rng = np.random.default_rng(0)
    surface = np.concatenate([shape.vertices, shape.scatter(_SAMPLES, rng)])
    whole = [part for points, _ in pieces if (part := _part(np.asarray(points))) is not None]
    if not whole:
        raise ReadError(f"{what} cannot be cut into convex parts: leave out decompose")
    level = np.stack([_level(part, surface) for part in whole])
    holds = level < _SLACK
    # What lies in none belongs to the nearest.
    holds[level.argmin(axis=0), np.arange(len(surface))] = True
    parts = [part for held in holds if (part := _part(surface[held])) is not None]
    gaps = _gaps(shape, parts, rng)
    text = (
        f"cut into {len(parts)} convex parts, which stand in for the true surface in collisions: "
        f"they reach {gaps.max() * 1e3:.0f} mm beyond it at most, {gaps.mean() * 1e3:.1f} mm on "
        f"average"
    )
    return replace(shape, parts=tuple(parts), warnings=(text,), split=True)


def _part(points: Array) -> ConvexPart | None:
    """The hull of ``points``; None if they span no volume: a sliver, which holds nothing."""
    try:
        return ConvexPart(np.asarray(points, dtype=np.float64))
    except ClipError:
        return None


def _level(part: ConvexPart, points: Array) -> Array:
    """How far points ``(N, 3)`` are over the highest facet plane of a part ``(N,)`` [m]."""
    return np.asarray((points @ part.planes[:, :3].T + part.planes[:, 3]).max(axis=1))


def _gaps(shape: Shape, parts: list[ConvexPart], rng: np.random.Generator) -> Array:
    """How far points on the outside of the parts are from the true surface ``(N,)`` [m]."""
    union = Shape.union([Shape(part.vertices, part.faces, (part,)) for part in parts])
    points = union.scatter(_JUDGED, rng)
    deepest = np.min([_level(part, points) for part in parts], axis=0)
    away, _ = cKDTree(shape.scatter(_SAMPLES, rng)).query(points[deepest > -_SLACK])
    return np.asarray(away)
