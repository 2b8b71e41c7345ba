"""Which nodes of a grid lie inside a surface: winding numbers, spread where nothing is crossed."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfftn, next_fast_len, rfftn
from scipy.ndimage import distance_transform_edt, label

from kinemesh.arrays import Array
from kinemesh.geometry.shape import Shape
from kinemesh.geometry.winding import clustered

_ASKED = 3
"""Nodes of a small region whose winding numbers are worked out exactly."""
_CELL = 8
"""Nodes along the side of a block that shares its far triangles."""
_NEAR_ZERO = 2.3800774
"""Mean of 1/r over a unit cube around the origin."""
_SAFE = 1.01
"""Distances of two neighbours that add up to this many of their gaps rule a crossing out."""
_OPEN = 1.5
"""And that add up to this many on different sides are in a hole."""
_ROUNDS = 4
"""How many nodes far a sign is carried at first: it must not run through a hole."""

Signs = NDArray[np.int8]


def signs(
    shape: Shape, points: Array, areas: Array, distance: Array, origin: Array, spacing: float
) -> Array:
    """+1 outside and -1 inside for every node of a grid ``(X, Y, Z)``.

    Inside is where the generalised winding number (Jacobson et al., SIGGRAPH 2013) of triangles
    that look outwards is over one half. It is negative in front of what looks inwards, such as a
    scanned room, and that is no inside. Away from the surface it comes from the Poisson equation
    on a grid half as fine, and is then carried to neighbours: the segment between two whose
    distances add up to more than their gap does not cross the surface. What that does not reach
    is worked out exactly.

    Where signs meet although nothing lies between them, the surface has a hole; ``distance``
    is lowered in place to that from the sheet which closes it.

    Args:
        shape: the triangles; all of them bound a solid.
        points: points ``(N, 3)`` [m] that stand for the surface.
        areas: its area vectors at the points ``(N, 3)`` [m^2].
        distance: unsigned distance at every node [m].
        origin: place of the first node ``(3,)`` [m].
        spacing: distance between nodes [m].
    """
    sign: Signs = np.zeros(distance.shape, dtype=np.int8)
    coarse = _poisson(points, areas, np.array(sign.shape), origin, 2.0 * spacing)
    apart = distance[::2, ::2, ::2] / spacing
    inside = (apart > 1.0) & (coarse > np.where(apart > 3.5, 0.5, 0.75))
    outside = (apart > 1.0) & (coarse < np.where(apart > 3.5, 0.5, 0.25))
    sign[::2, ::2, ::2] = outside.astype(np.int8) - inside.astype(np.int8)
    _flood(sign, distance, spacing)
    regions, count = label((sign == 0) & (distance > 0.5 * spacing))
    flat = regions.reshape(-1)
    index = np.flatnonzero(flat)
    index = index[np.argsort(flat[index], kind="stable")]
    groups = np.split(index, np.searchsorted(flat[index], np.arange(2, count + 1)))
    groups = [g for g in groups if len(g)]
    asked = [g[np.linspace(0, len(g) - 1, min(_ASKED, len(g))).astype(np.int64)] for g in groups]
    if groups:
        answers = exact(shape, np.concatenate(asked), sign, origin, spacing)
        pieces = np.split(answers, np.cumsum([len(a) for a in asked])[:-1])
        for group, few, found in zip(groups, asked, pieces, strict=True):
            same = bool(np.all(found == found[0]))
            sign.reshape(-1)[group if same else few] = found[0] if same else found
    _spread(sign, distance, spacing)
    left = np.flatnonzero(sign == 0)
    sign.reshape(-1)[left] = exact(shape, left, sign, origin, spacing)
    _close(sign, distance, spacing)
    return sign.astype(np.float64)


def _poisson(
    points: Array, areas: Array, counts: NDArray[np.int64], origin: Array, spacing: float
) -> Array:
    r"""Winding numbers on a grid: :math:`w = G * \nabla \cdot A` with :math:`G = 1 / (4 \pi r)`."""
    # Two empty layers around: else the divergence at the border is one-sided and has a net source.
    shape = (counts + 1) // 2 + 4
    place = (points - origin) / spacing + 2.0
    cell = np.minimum(np.maximum(np.floor(place), 0), shape - 2).astype(np.int64)
    share = (place - cell).T
    sides = [(1.0 - along, along) for along in np.ascontiguousarray(share)]
    first = (cell[:, 0] * shape[1] + cell[:, 1]) * shape[2] + cell[:, 2]
    columns = np.ascontiguousarray(areas.T)
    field = np.zeros((3, int(np.prod(shape))))
    for i, j, k in product((0, 1), repeat=3):
        weight = sides[0][i] * sides[1][j] * sides[2][k]
        node = first + ((i * shape[1] + j) * shape[2] + k)
        for values, area in zip(field, columns, strict=True):
            values += np.bincount(node, weight * area, len(values))
    grid = field.reshape(3, *shape)
    source = sum(np.gradient(grid[k], spacing, axis=k) for k in range(3))
    size = [next_fast_len(int(2 * n), real=True) for n in shape]
    away = [spacing * np.minimum(np.arange(n), n - np.arange(n)) for n in size]
    square = away[0][:, None, None] ** 2 + away[1][:, None] ** 2 + away[2] ** 2
    square[0, 0, 0] = (spacing / _NEAR_ZERO) ** 2
    kernel = 1.0 / (4.0 * np.pi * np.sqrt(square))
    result = irfftn(rfftn(source, size) * rfftn(kernel), size)
    return np.asarray(result[tuple(slice(2, int(n) - 2) for n in shape)])


def exact(
    shape: Shape, index: NDArray[np.int64], sign: Signs, origin: Array, spacing: float
) -> Signs:
    """Signs of nodes by flat ``index`` ``(N,)`` of ``sign`` ``(X, Y, Z)``, from the triangles."""
    place = np.stack(np.unravel_index(index, sign.shape), axis=1)
    corners = np.asarray(shape.vertices[shape.faces])
    number = clustered(corners, origin + place * spacing, _CELL * spacing)
    return np.where(number > 0.5, -1, 1).astype(np.int8)


def _halves(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """All nodes but the last along ``axis``, and all but the first."""
    first, second = ([slice(None)] * 3 for _ in range(2))
    first[axis], second[axis] = slice(None, -1), slice(1, None)
    return tuple(first), tuple(second)


def _flood(sign: Signs, distance: Array, spacing: float) -> None:
    """Carry signs to direct neighbours until nothing changes, never across the surface."""
    safe = []
    for axis in range(3):
        here, there = _halves(axis)
        safe.append((distance[here] + distance[there] > _SAFE * spacing).astype(np.int8))
    for _ in range(_ROUNDS):
        before = sign.copy()
        for axis in range(3):
            here, there = _halves(axis)
            for a, b in ((here, there), (there, here)):
                moved = before[a] * safe[axis]
                np.copyto(sign[b], moved, where=(sign[b] == 0))


def _spread(sign: Signs, distance: Array, spacing: float) -> None:
    """The same over all 26 neighbours, for the few nodes that are left."""
    steps = [s for s in product((-1, 0, 1), repeat=3) if any(s)]
    unknown = np.argwhere(sign == 0)
    limit = np.array(sign.shape)
    while len(unknown):
        known = np.zeros(len(unknown), dtype=np.int8)
        for step in steps:
            beside = unknown + step
            fits = np.all((beside >= 0) & (beside < limit), axis=1) & (known == 0)
            there = tuple(np.where(fits[:, None], beside, unknown).T)
            gap = _SAFE * spacing * float(np.linalg.norm(step))
            safe = fits & (distance[tuple(unknown.T)] + distance[there] > gap)
            known = np.where(safe, sign[there], known)
        if not known.any():
            return
        sign[tuple(unknown.T)] = known
        unknown = unknown[known == 0]


def _close(sign: Signs, distance: Array, spacing: float) -> None:
    """Lower ``distance`` to that from where signs change between neighbours in open space."""
    cap = np.zeros(sign.shape, dtype=bool)
    for axis in range(3):
        here, there = _halves(axis)
        hole = (sign[here] != sign[there]) & (distance[here] + distance[there] > _OPEN * spacing)
        cap[here] |= hole
        cap[there] |= hole
    if cap.any():
        reach = (np.asarray(distance_transform_edt(~cap)) + 0.5) * spacing
        np.minimum(distance, reach, out=distance)
