"""Where two convex bodies touch: a patch, so that it can carry a moment, and its normal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import hypot
from operator import mul

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.narrow_phase import meet
from kinemesh.metrics.geometry.polytope import Polytope

NEAR = 0.01
"""What is no further apart than this [m] can push."""
_RATHER = 1e-3
"""The first body's facet is the patch's, unless the second's is better by this [m]."""
_BEST = 1e-5
"""No other facet is better than the one that is taken by more than this [m]."""
_APART = 1e-6
"""Places further apart than this [m] tell a direction."""
_THIN = 2e-3
"""What of a patch stands out by less than this [m] is left out."""
_AT_ONCE = 256
"""Frames that are looked at together."""

Place = tuple[float, ...]
"""Coordinates [m]."""
Patch = tuple[int, Array, Array]
"""Frame, points ``(N, 3)`` [m], and the normal out of the first body ``(3,)``, in its frame."""
Index = NDArray[np.int64]


def patches(first: Facets, second: Facets, turns: Array, moves: Array) -> Iterator[Patch]:
    """Where a body touches another in each of the frames in which it does.

    The patch lies in the plane of a facet: what of it is over the one body and under the other, as
    far as their vertices are near that plane. Where these are beside each other, as where edges
    cross, it is the nearest place alone; where bodies are deep in each other it may be, too.

    Args:
        first: of a body in its own frame.
        second: of another in its own.
        turns: of the second's frame in the first's ``(T, 3, 3)``.
        moves: its origin there ``(T, 3)`` [m].
    """
    gaps = np.linalg.norm(turns @ second.body.centre + moves - first.body.centre, axis=1)
    frames = np.flatnonzero(gaps < first.body.radius + second.body.radius + NEAR)
    for k in range(0, len(frames), _AT_ONCE):
        some = frames[k : k + _AT_ONCE]
        yield from _some(first, second, turns[some], moves[some], some)


def _some(
    mine: Facets, theirs: Facets, turns: Array, moves: Array, frames: Index
) -> Iterator[Patch]:
    first, second = mine.body, theirs.body
    there = second.vertices @ turns.transpose(0, 2, 1) + moves[:, None]
    over, own = mine.best(there)
    close = np.flatnonzero(over < NEAR)
    turns, moves, there = turns[close], moves[close], there[close]
    over, own = over[close], own[close]
    here = (first.vertices - moves[:, None]) @ turns
    under, other = theirs.best(here)
    for j in np.flatnonzero(under < NEAR).tolist():
        if over[j] >= under[j] - _RATHER:
            normal = first.planes[own[j], :3]
            points = mine.patch(int(own[j]), there[j])
        else:
            normal = -turns[j] @ second.planes[other[j], :3]
            points = theirs.patch(int(other[j]), here[j]) @ turns[j].T + moves[j]
        level = max(over[j], under[j])
        if not len(points) or level < -NEAR:
            met = meet(first, second.moved(turns[j], moves[j]), NEAR)
            if met is None:
                continue
            if not len(points) or met.distance > level + _RATHER:
                points, way = met.first[None], met.second - met.first
                if np.linalg.norm(way) > _APART:
                    normal = way / np.copysign(np.linalg.norm(way), met.distance)
        yield int(frames[close[j]]), points, normal


class Facets:
    """The facets of a body, and what is over them; made once for all that may touch it."""

    def __init__(self, body: Polytope) -> None:
        self.body = body
        self._known: dict[int, tuple[Array, Array]] = {}

    def best(self, points: Array) -> tuple[Array, Index]:
        """The facets that have most of points ``(N, V, 3)`` before them, and how far ``(N,)`` [m].

        How far all points are before a facet is at most how far some are: facets are looked at in
        the order of what they can be, until none can be better.
        """
        normals, offsets = self.body.planes[:, :3].T, self.body.planes[:, 3]
        level, facet = np.full(len(points), -np.inf), np.zeros(len(points), np.int64)
        busy, middles = np.arange(len(points)), self.body.centre
        nearest = np.einsum("nvi,nvi->nv", points - middles, points - middles).argmin(axis=1)
        most = points[busy, nearest] @ normals + offsets
        while len(busy):
            row = np.arange(len(busy))
            top = most.argmax(axis=1)
            on = most[row, top] > level[busy] + _BEST
            busy, most, top = busy[on], most[on], top[on]
            row = row[: len(busy)]
            there = points[busy]
            levels = (there @ normals.T[top][:, :, None])[..., 0] + offsets[top, None]
            lowest = levels.argmin(axis=1)
            found = levels[row, lowest]
            better = found > level[busy]
            level[busy[better]], facet[busy[better]] = found[better], top[better]
            most = np.minimum(most, there[row, lowest] @ normals + offsets)
        return level, facet

    def patch(self, facet: int, vertices: Array) -> Array:
        """Corners ``(N, 3)`` of where the body and ``vertices`` over a facet are near its plane."""
        normal, offset = self.body.planes[facet, :3], self.body.planes[facet, 3]
        if facet not in self._known:
            own = self.body.vertices[self.body.vertices @ normal + offset > -NEAR]
            across = np.stack(axes(normal))
            corners = thinned(outline((own @ across.T).tolist()))
            borders = np.array(sides(corners) if len(corners) > 2 else [(0.0, 0.0, 1.0)])
            self._known[facet] = across, borders
        across, borders = self._known[facet]
        above = vertices[vertices @ normal + offset < NEAR] @ across.T
        over = (above @ borders[:, :2].T + borders[:, 2]).max(axis=0, initial=-np.inf) > 0.0
        met = clipped(thinned(outline(above.tolist())), borders[over].tolist())
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
    ordered = sorted(map(tuple, points))
    chains = []
    for way in (ordered, ordered[::-1]):
        chain = list[Place]()
        for place in way:
            x, y = place
            while len(chain) > 1:
                (ax, ay), (bx, by) = chain[-2], chain[-1]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0.0:
                    break
                chain.pop()
            chain.append(place)
        chains.append(chain[:-1])
    corners = chains[0] + chains[1]
    return corners or ordered[:1]


def thinned(corners: list[Place]) -> list[Place]:
    """A convex polygon ``(x, y)`` without corners that stand out by less than 2 mm."""
    if len(corners) < 4:
        return corners
    kept = corners[:1]
    for (x, y), (bx, by) in zip(corners[1:], [*corners[2:], corners[0]], strict=True):
        (ax, ay) = kept[-1]
        area = (bx - ax) * (ay - y) - (by - ay) * (ax - x)
        if abs(area) > _THIN * hypot(bx - ax, by - ay):
            kept.append((x, y))
    return kept if len(kept) > 2 else corners


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
