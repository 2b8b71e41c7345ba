"""The rest of a flat contact: where else a hull lies on a convex solid, besides its nearest place.

A face on a face has no single nearest point: the one that is found jumps from corner to corner
from step to step, and a program that knows one corner tips the others in.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array

SNUG = 0.005
"""Vertices nearer than this [m] are looked at,"""
SUNK = 0.01
"""and those in by no more than this [m]: hulls are entered as far as the scan has dents."""
_INSIDE = 1e-5
"""Rounding [m] allowed to a foot that is to lie on the solid."""


def contact_manifold(
    vertices: Array, normal: Array, planes: Array, turn: Array
) -> tuple[NDArray[np.int64], Array, Array]:
    """The vertices of a hull that face a solid it lies on: one a quadrant, four at most.

    All in the solid's frame [m]. A vertex counts if its foot on its highest facet plane lies on
    the solid, so that its height over that plane is its distance.

    Args:
        vertices: the hull's ``(N, 3)``.
        normal: unit normal ``(3,)`` of the contact, from the solid to the hull.
        planes: the solid's facet planes ``(F, 4)``, outward.
        turn: rotation ``(3, 3)`` of the hull.

    Returns:
        Indices ``(n,)``, heights ``(n,)`` [m] and unit normals ``(n, 3)``.
    """
    over = vertices @ planes[:, :3].T + planes[:, 3]
    facet = over.argmax(axis=1)
    height = over[np.arange(len(over)), facet]
    low = np.flatnonzero((height < SNUG) & (height > -SUNK))
    normals = planes[facet[low], :3]
    feet = vertices[low] - height[low, None] * normals
    on = (feet @ planes[:, :3].T + planes[:, 3]).max(axis=1, initial=-1.0) < _INSIDE
    low, feet, normals = low[on], feet[on], normals[on]
    if len(low) < 2:
        return low, height[low], normals
    # Along the hull's own x, or its y where that is across: a foot is long that way.
    first = turn[:, 0] if abs(turn[:, 0] @ normal) < 0.9 else turn[:, 1]
    first = first - normal * (first @ normal)
    (a, b, c), (x, y, z) = normal, first
    second = np.array([b * z - c * y, c * x - a * z, a * y - b * x])
    flat = (feet - feet.mean(axis=0)) @ np.stack([first, second], axis=1)
    quadrant = 2 * (flat[:, 0] > 0.0) + (flat[:, 1] > 0.0)
    # The lowest, and of those on one level the outermost.
    order = np.argsort(height[low] - 1e-5 * np.abs(flat).sum(axis=1), kind="stable")
    best = np.full(4, -1)
    best[quadrant[order[::-1]]] = order[::-1]
    # In the hull's own order: which quadrant is the first depends on rounding.
    chosen = np.sort(best[best >= 0])
    return low[chosen], height[low[chosen]], normals[chosen]
