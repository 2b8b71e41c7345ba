"""What carries a foot: the height of the ground and of the terrain's true surface under points."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.motion import ConvexPart, Scene

_UPRIGHT = 1e-6
"""A facet whose unit normal rises less than this [1] carries nothing."""


def support_height(scene: Scene, points: Array, surfaces: Surfaces, reach: float = 0.12) -> Array:
    """Height ``(N,)`` [m] of the highest surface at most ``reach`` above ``points`` ``(N, 3)``.

    The ground plane and the terrain count: its convex parts where they are the shape, else its
    triangles that face upward (of a sheet those that face downward too). ``-inf`` where nothing
    is below.
    """
    points = np.asarray(points, dtype=np.float64)
    best = np.full(len(points), -np.inf if scene.ground is None else scene.ground)
    if scene.terrain is None:
        return best
    shape = scene.terrain.shape
    if shape.warnings:
        return np.asarray(np.maximum(best, surfaces[shape].carrying.under(points, reach)))
    for part in shape.parts:
        best = np.maximum(best, _top(part, points, reach))
    return best


def _top(part: ConvexPart, points: Array, reach: float) -> Array:
    """Where the vertical through each point leaves a convex part, if not too high; else -inf."""
    normals, offsets = part.planes[:, :3], part.planes[:, 3]
    level = points[:, :2] @ normals[:, :2].T + offsets
    up, down = normals[:, 2] > _UPRIGHT, normals[:, 2] < -_UPRIGHT
    top = (-level[:, up] / normals[up, 2]).min(axis=1, initial=np.inf)
    bottom = (-level[:, down] / normals[down, 2]).max(axis=1, initial=-np.inf)
    met = (top >= bottom) & np.all(level[:, ~up & ~down] <= 0.0, axis=1)
    return np.where(met & (top <= points[:, 2] + reach), top, -np.inf)
