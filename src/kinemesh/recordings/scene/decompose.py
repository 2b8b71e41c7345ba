"""Solids that are not convex, cut into convex parts by CoACD and drawn tight to the true surface.

CoACD closes and thickens a mesh before it cuts it, some millimetres for a scan. Each part is
therefore drawn together to what it holds of the true surface: that loses nothing, for the parts
still hold every point of it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from kinemesh.arrays import Array
from kinemesh.errors import ClipError, MissingExtra, ReadError
from kinemesh.geometry.shape import ConvexPart
from kinemesh.motion import Shape

_CONCAVITY = 0.05
"""Parts are cut until none is more concave than this share of the size: CoACD's usual bound."""
_TRIES = 60
"""Cuts that CoACD looks into before it makes one, of its usual 150: scanned furniture comes out as
close, in half the time to two thirds of it."""
_MOST_PARTS = 48
_SAMPLES = 60_000
_SLACK = 1e-4
"""A point this far [m] outside a part still belongs to it."""
_JUDGED = 20_000
_PLANES = 16


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
    holds = np.stack([_below(part, surface, _SLACK) for part in whole])
    # What lies in none belongs to the nearest.
    lost = np.flatnonzero(~holds.any(axis=0))
    nearest = np.argmin([_level(part, surface[lost]) for part in whole], axis=0)
    holds[nearest, lost] = True
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


def _below(part: ConvexPart, points: Array, level: float) -> NDArray[np.bool_]:
    """Which of ``points`` ``(N, 3)`` are less than ``level`` [m] over all facet planes ``(N,)``.

    Some planes at a time: most points are far from most parts, and the first planes say so.
    """
    left = np.arange(len(points))
    groups = -(-len(part.planes) // _PLANES)
    for first in range(groups):
        planes = part.planes[first::groups]  # which look all ways, where neighbours look one way
        # Threads of BLAS would wait for each other longer than products this slim take.
        above = np.einsum("nk,pk->np", points[left], planes[:, :3]) + planes[:, 3]
        left = left[above.max(axis=1) < level]
    below = np.zeros(len(points), dtype=np.bool_)
    below[left] = True
    return below


def _gaps(shape: Shape, parts: list[ConvexPart], rng: np.random.Generator) -> Array:
    """How far points on the outside of the parts are from the true surface ``(N,)`` [m]."""
    union = Shape.union([Shape(part.vertices, part.faces, (part,)) for part in parts])
    points = union.scatter(_JUDGED, rng)
    inside = np.any([_below(part, points, -_SLACK) for part in parts], axis=0)
    away, _ = cKDTree(shape.scatter(_SAMPLES, rng)).query(points[~inside])
    return np.asarray(away)
