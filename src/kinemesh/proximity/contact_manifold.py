"""The rest of a flat contact: where else a hull lies on a convex solid, besides its nearest place.

A face on a face has no single nearest point: the one that is found jumps from corner to corner
from step to step, and a program that knows one corner tips the others in.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array

SNUG = 0.005
"""Vertices nearer than this [m] are looked at,"""
SUNK = 0.01
"""and those in by no more than this [m]: hulls are entered as far as the scan has dents."""
_INSIDE = 1e-5
"""Rounding [m] allowed to a foot that is to lie on the solid."""
_SAME = 1e-6
"""Places nearer to each other than this [m] are one."""


class Manifolds(NamedTuple):
    """Vertices of a hull that lie on a solid, contact after contact."""

    contacts: NDArray[np.int64]
    """Which contact ``(n,)``."""
    vertices: NDArray[np.int64]
    """Which vertex of the hull ``(n,)``."""
    heights: Array
    """Over the solid ``(n,)`` [m]."""
    normals: Array
    """Unit normals ``(n, 3)``, from the solid to the hull."""


def contact_manifolds(
    vertices: Array, nearest: Array, normals: Array, planes: Array, turns: Array
) -> Manifolds:
    """The vertices of a hull that face a solid it lies on: one a quadrant, four at most.

    Of a hull in several places, all in the solid's frame [m]. A vertex counts if its foot on its
    highest facet plane lies on the solid, so that its height over that plane is its distance.

    Args:
        vertices: the hull's ``(P, N, 3)``.
        nearest: the places ``(P, 3)`` that are known already.
        normals: unit normals ``(P, 3)`` of the contacts, from the solid to the hull.
        planes: the solid's facet planes ``(F, 4)``, outward.
        turns: rotations ``(P, 3, 3)`` of the hull.
    """
    over = vertices @ planes[:, :3].T + planes[:, 3]
    highest = over.max(axis=2)
    away = vertices - nearest[:, None]
    other = np.einsum("pnc,pnc->pn", away, away) >= _SAME**2
    contacts, index = np.nonzero((highest < SNUG) & (highest > -SUNK) & other)
    up = planes[over[contacts, index].argmax(axis=1), :3]
    heights = highest[contacts, index]
    feet = vertices[contacts, index] - heights[:, None] * up
    on = (feet @ planes[:, :3].T + planes[:, 3]).max(axis=1, initial=-1.0) < _INSIDE
    contacts, index, heights, up, feet = (x[on] for x in (contacts, index, heights, up, feet))
    count = np.maximum(np.bincount(contacts, minlength=len(vertices)), 1)
    sums = [np.bincount(contacts, feet[:, c], len(vertices)) for c in range(3)]
    # Along the hull's own x, or its y where that is across: a foot is long that way.
    along, aside = turns[:, :, 0], turns[:, :, 1]
    across = np.abs(np.einsum("pc,pc->p", along, normals)) >= 0.9
    first = np.where(across[:, None], aside, along)
    first = first - normals * np.einsum("pc,pc->p", first, normals)[:, None]
    (a, b, c), (x, y, z) = normals.T, first.T
    second = np.stack([b * z - c * y, c * x - a * z, a * y - b * x], axis=1)
    off = feet - (np.stack(sums, axis=1) / count[:, None])[contacts]
    east = np.einsum("nc,nc->n", off, first[contacts])
    north = np.einsum("nc,nc->n", off, second[contacts])
    quadrant = 4 * contacts + 2 * (east > 0.0) + (north > 0.0)
    # The lowest, and of those on one level the outermost.
    order = np.argsort(heights - 1e-5 * (np.abs(east) + np.abs(north)), kind="stable")
    # In the hull's own order: which quadrant is the first depends on rounding.
    chosen = np.sort(order[np.unique(quadrant[order], return_index=True)[1]])
    return Manifolds(contacts[chosen], index[chosen], heights[chosen], up[chosen])
