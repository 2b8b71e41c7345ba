"""The ruler's narrow phase: how far two convex bodies are apart, or how deep in each other.

Overlap is decided, and depths are worked out, by directions alone: two polytopes are furthest
apart, or least deep in each other, along a normal of either or across an edge of each whose arcs
on the sphere of normals cross (their Minkowski difference has no other facets). This is exact,
iterates nothing and needs no starting point. Distances of bodies that are apart are coal's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import coal
import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.polytope import Polytope

_PARALLEL = 1e-9
"""Sine of the angle between two edges below which they span no direction of their own."""
_ON = 1e-9
"""A place no further than this [m] from a body is on it."""
_CLEAR = 1e-3
"""Distance [m] to which bodies that lie flat in each other are parted."""


@dataclass(frozen=True, eq=False)
class Meeting:
    """How two bodies are to each other."""

    distance: float
    """Signed distance [m]: negative the length of the shortest translation that parts them."""
    first: Array
    """The place of the first body ``(3,)`` [m] that is nearest to, or deepest in, the second."""
    second: Array
    """The place of the second ``(3,)`` [m] that it is nearest to."""
    edges: Array | None = None
    """Directions ``(2, 3)`` of an edge of each, where these say how they are to each other."""


def meet(a: Polytope, b: Polytope, within: float = np.inf, most: float = np.inf) -> Meeting | None:
    """Signed distance of two bodies in one frame; None where it is sure to be over ``within`` [m].

    At ``within`` <= 0 only bodies that overlap are reported. They are known to be no deeper in each
    other than ``most`` [m].
    """
    if np.linalg.norm(a.centre - b.centre) - a.radius - b.radius > within:
        return None
    best = _by_facets(a, b)
    if best.distance > max(within, 0.0):
        return None
    if best.distance <= 0.0:
        # Where bodies overlap, the two places of the least deep direction are no further apart
        # than any direction is deep. Where they may yet be apart, every edge counts.
        shared = _share_a_vertex(a, b)
        if not shared and within <= 0.0 and _plainly_apart(a, b):
            return None
        best = _by_edges(a, b, best, min(-best.distance, most) if shared else np.inf)
    if best.distance <= 0.0:
        return _placed(a, b, best)
    if within <= 0.0:
        return None
    apart, first, second = _asked(a, b, b.placement)
    # What a plane between them says is certain.
    apart = max(apart, best.distance)
    return Meeting(apart, first, second) if apart <= within else None


def _plainly_apart(a: Polytope, b: Polytope) -> bool:
    """Whether there is a plane between two bodies where coal thinks that one is."""
    _, first, second = _asked(a, b, b.placement)
    across = second - first
    return bool((b.vertices @ across).min() > (a.vertices @ across).max())


def _asked(a: Polytope, b: Polytope, at: Any) -> tuple[float, Array, Array]:
    """Distance [m] of bodies that are apart, ``b`` put ``at`` a place, and where, by coal."""
    result = coal.DistanceResult()
    request = coal.DistanceRequest()
    apart = coal.distance(a.geometry, a.placement, b.geometry, at, request, result)
    return float(apart), np.array(result.getNearestPoint1()), np.array(result.getNearestPoint2())


def _placed(a: Polytope, b: Polytope, met: Meeting) -> Meeting:
    """``met`` with places that are on the bodies: where facets lie flat, not any corner will do."""
    off = max(_level(a, met.first), _level(b, met.second))
    if off < _ON or met.distance > -_ON:
        return met
    # Once they are parted and a little more, they are nearest where they were deepest.
    out = (met.first - met.second) * (1.0 - _CLEAR / met.distance)
    _, first, second = _asked(a, b, coal.Transform3s(b.rotation, b.shift + out))
    return Meeting(met.distance, first, second - out, met.edges)


def _level(body: Polytope, place: Array) -> float:
    """How far ``place`` ``(3,)`` is outside of the worst plane of a body [m]."""
    return float((body.planes[:, :3] @ place + body.planes[:, 3]).max())


def _by_facets(a: Polytope, b: Polytope) -> Meeting:
    """The best of the directions that are normals of a facet."""
    levels = a.planes[:, :3] @ b.vertices.T
    mine = levels.min(axis=1) + a.planes[:, 3]
    row = int(np.argmax(mine))
    level = float(mine[row])
    others = b.planes[:, :3] @ a.vertices.T
    theirs = others.min(axis=1) + b.planes[:, 3]
    column = int(np.argmax(theirs))
    if level >= theirs[column]:
        place = b.vertices[int(np.argmin(levels[row]))]
        return Meeting(level, place - level * a.planes[row, :3], place)
    level = float(theirs[column])
    place = a.vertices[int(np.argmin(others[column]))]
    return Meeting(level, place, place - level * b.planes[column, :3])


def _by_edges(a: Polytope, b: Polytope, best: Meeting, reach: float) -> Meeting:
    """The best of the directions across an edge of each, and of the ``best`` so far.

    Edges further than ``reach`` [m] from the other body are left out.

    An edge is an arc between the normals of its two facets. Such an arc of ``a`` and one of the
    mirrored ``b`` cross where the facets of each lie on both sides of the other's great circle
    (Gregorius, Game Developers Conference 2013).
    """
    mine, theirs = _close(a, b, reach), _close(b, a, reach)
    of_a, of_b = a.directions[mine], b.directions[theirs]
    _, _, one, other = b.edges[theirs].T
    first, second = b.planes[one, :3] @ of_a.T, b.planes[other, :3] @ of_a.T
    _, _, one, other = a.edges[mine].T
    third, fourth = of_b @ a.planes[one, :3].T, of_b @ a.planes[other, :3].T
    cross = (first * second < 0.0) & (third * fourth < 0.0) & (first * fourth < 0.0)
    k, j = np.nonzero(cross)
    normals = np.cross(of_a[j], of_b[k])
    size = np.linalg.norm(normals, axis=1)
    long = np.sqrt(np.sum(of_a[j] ** 2, axis=1) * np.sum(of_b[k] ** 2, axis=1))
    kept = size > _PARALLEL * long
    j, k, normals = j[kept], k[kept], normals[kept] / size[kept, None]
    here, there = a.vertices[a.edges[mine[j], 0]], b.vertices[b.edges[theirs[k], 0]]
    outward = np.sum((here - a.vertices.mean(axis=0)) * normals, axis=1)
    normals *= np.where(outward < 0.0, -1.0, 1.0)[:, None]
    apart = np.sum((there - here) * normals, axis=1)
    if apart.max(initial=-np.inf) <= best.distance:
        return best
    k_best = int(np.argmax(apart))
    places = _nearest_on_lines(here[k_best], of_a[j[k_best]], there[k_best], of_b[k[k_best]])
    along = np.stack([of_a[j[k_best]], of_b[k[k_best]]])
    return Meeting(float(apart[k_best]), *places, along)


def _share_a_vertex(a: Polytope, b: Polytope) -> bool:
    """Whether a vertex of either is inside the other."""
    return any(
        bool(np.any(np.all(one.vertices @ other.planes[:, :3].T < -other.planes[:, 3], axis=1)))
        for one, other in ((a, b), (b, a))
    )


def _close(a: Polytope, b: Polytope, within: float) -> NDArray[np.int64]:
    """Edges of ``a`` that may come within ``within`` [m] of ``b``."""
    if not np.isfinite(within):
        return np.arange(len(a.edges))
    first, second = a.vertices[a.edges[:, 0]], a.vertices[a.edges[:, 1]]
    low, high = b.vertices.min(axis=0) - within, b.vertices.max(axis=0) + within
    beside = np.any(np.minimum(first, second) > high, axis=1)
    kept = np.flatnonzero(~(beside | np.any(np.maximum(first, second) < low, axis=1)))
    normals, offsets = b.planes[:, :3].T, b.planes[:, 3] - within
    ahead = (first[kept] @ normals + offsets > 0.0) & (second[kept] @ normals + offsets > 0.0)
    return np.asarray(kept[~np.any(ahead, axis=1)])


def _nearest_on_lines(p: Array, u: Array, q: Array, v: Array) -> tuple[Array, Array]:
    """Nearest points ``(3,)`` of two lines that are not parallel."""
    uu, uv, vv, away = u @ u, u @ v, v @ v, q - p
    s, t = np.linalg.solve([[uu, -uv], [uv, -vv]], [u @ away, v @ away])
    return p + s * u, q + t * v
