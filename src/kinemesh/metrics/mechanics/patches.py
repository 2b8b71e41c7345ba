"""Where two convex bodies touch: a patch, so that it can carry a moment, and its normal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import mul

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.broad_phase import facet_levels
from kinemesh.metrics.geometry.narrow_phase import meet
from kinemesh.metrics.geometry.polytope import Polytope

NEAR = 0.01
"""What is no further apart than this [m] can push."""
_RATHER = 1e-3
"""The first body's facet is the patch's, unless the second's is better by this [m]."""
_APART = 1e-6
"""Places further apart than this [m] tell a direction."""
_THIN = 2e-3
"""What of a patch stands out by less than this [m] is left out."""
_AT_ONCE = 1 << 20
"""Levels of vertices over facets that are looked at together."""

Place = tuple[float, ...]
"""Coordinates [m]."""
Patch = tuple[int, Array, Array]
"""Frame, points ``(N, 3)`` [m], and the normal out of the first body ``(3,)``, in its frame."""


def patches(first: Polytope, second: Polytope, turns: Array, moves: Array) -> Iterator[Patch]:
    """Where a body touches another in each of the frames in which it does.

    The patch lies in the plane of a facet: what of it is over the one body and under the other, as
    far as their vertices are near that plane. Where these are beside each other, as where edges
    cross, it is the nearest place alone.

    Args:
        first: a body in its own frame.
        second: another in its own.
        turns: of the second's frame in the first's ``(T, 3, 3)``.
        moves: its origin there ``(T, 3)`` [m].
    """
    gaps = np.linalg.norm(turns @ second.centre + moves - first.centre, axis=1)
    frames = np.flatnonzero(gaps < first.radius + second.radius + NEAR)
    frames = frames[facet_levels(first, second, turns[frames], moves[frames]) < NEAR]
    each = len(first.vertices) * len(second.planes) + len(second.vertices) * len(first.planes)
    step = max(1, _AT_ONCE // each)
    for k in range(0, len(frames), step):
        some = frames[k : k + step]
        yield from _some(first, second, turns[some], moves[some], some)


def _some(
    first: Polytope, second: Polytope, turns: Array, moves: Array, frames: NDArray[np.int64]
) -> Iterator[Patch]:
    there = second.vertices @ turns.transpose(0, 2, 1) + moves[:, None]
    here = (first.vertices - moves[:, None]) @ turns
    over_first = there @ first.planes[:, :3].T + first.planes[:, 3]
    over_second = here @ second.planes[:, :3].T + second.planes[:, 3]
    mine, theirs = over_first.min(axis=1), over_second.min(axis=1)
    best = np.maximum(mine.max(axis=1), theirs.max(axis=1))
    for j in np.flatnonzero(best < NEAR).tolist():
        own, other = int(mine[j].argmax()), int(theirs[j].argmax())
        if mine[j, own] >= theirs[j, other] - _RATHER:
            normal = first.planes[own, :3]
            points = _on_plane(first, own, there[j], over_first[j, :, own])
        else:
            normal = -turns[j] @ second.planes[other, :3]
            points = _on_plane(second, other, here[j], over_second[j, :, other])
            points = points @ turns[j].T + moves[j]
        if not len(points):
            met = meet(first, second.moved(turns[j], moves[j]), NEAR)
            if met is None:
                continue
            points = met.first[None]
            way = met.second - met.first
            if np.linalg.norm(way) > _APART:
                normal = way / np.copysign(np.linalg.norm(way), met.distance)
        yield int(frames[j]), points, normal


def _on_plane(body: Polytope, facet: int, vertices: Array, levels: Array) -> Array:
    """Corners ``(N, 3)`` of where a body and ``vertices`` over one of its facets are near it."""
    normal, offset = body.planes[facet, :3], body.planes[facet, 3]
    across = np.stack(axes(normal))
    own = body.vertices[body.vertices @ normal + offset > -NEAR]
    above = outline((vertices[levels < NEAR] @ across.T).tolist())
    below = outline((own @ across.T).tolist())
    met = thinned(clipped(above, sides(below)))
    return np.asarray(np.reshape(met, (-1, 2)) @ across - offset * normal)


def axes(normal: Array) -> tuple[Array, Array]:
    """Two unit vectors across a unit ``normal`` ``(3,)`` and across each other."""
    x, y, z = normal.tolist()
    if abs(x) < 0.6:
        size = np.hypot(y, z)
        first = np.array([0.0, z / size, -y / size])
    else:
        size = np.hypot(x, z)
        first = np.array([-z / size, 0.0, x / size])
    return first, np.cross(normal, first)


def outline(points: Sequence[Sequence[float]]) -> list[Place]:
    """Corners of the convex hull of points of a plane, counter-clockwise (Andrew's chain)."""
    ordered = sorted({(x, y) for x, y in points})
    if len(ordered) < 3:
        return ordered
    chains = []
    for way in (ordered, ordered[::-1]):
        chain = list[Place]()
        for x, y in way:
            while len(chain) > 1:
                (ax, ay), (bx, by) = chain[-2:]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0.0:
                    break
                chain.pop()
            chain.append((x, y))
        chains.append(chain[:-1])
    return chains[0] + chains[1]


def thinned(corners: list[Place]) -> list[Place]:
    """A convex polygon ``(x, y)`` without corners that stand out by less than 2 mm."""
    kept = list(corners)
    while len(kept) > 3:
        out = []
        for k, (x, y) in enumerate(kept):
            (ax, ay), (bx, by) = kept[k - 1], kept[(k + 1) % len(kept)]
            area = abs((bx - ax) * (y - ay) - (by - ay) * (x - ax))
            out.append(area / max(((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5, 1e-12))
        least = min(out)
        if least >= _THIN:
            break
        kept.pop(out.index(least))
    return kept


def sides(corners: Sequence[Place]) -> list[tuple[float, float, float]]:
    """Lines ``a x + b y + c = 0`` along the sides of a convex polygon, negative inside."""
    if len(corners) < 3:
        raise ValueError(f"a polygon has three corners or more; got {len(corners)}")
    found = []
    for k, (x, y) in enumerate(corners):
        px, py = corners[k - 1]
        found.append((y - py, px - x, py * x - px * y))
    return found


def clipped(polygon: Sequence[Place], borders: Iterable[Sequence[float]]) -> list[Place]:
    """What of a flat convex polygon, segment or point, in any number of dimensions, is within.

    Args:
        polygon: its corners in order.
        borders: normals, each followed by its offset: of lines of the plane, of planes in space.
            A place is within where all of their levels are 0 or less.
    """
    kept = list(polygon)
    for *normal, offset in borders:
        levels = [sum(map(mul, normal, place)) + offset for place in kept]
        if max(levels, default=0.0) <= 0.0:
            continue
        before, kept = kept, list[Place]()
        for k, (place, level) in enumerate(zip(before, levels, strict=True)):
            if levels[k - 1] * level < 0.0:
                share = levels[k - 1] / (levels[k - 1] - level)
                kept.append(
                    tuple(a + share * (b - a) for a, b in zip(before[k - 1], place, strict=True))
                )
            if level <= 0.0:
                kept.append(place)
    return kept
