"""What carries feet: the ground plane, and the terrain's parts or true surface."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.geometry.heights import Heights
from kinemesh.geometry.hollow import is_hollow
from kinemesh.motion.scene import Scene

_LEVEL = 1.0 - 1e-6
"""A surface whose normal is this steep [1], 0.08 degrees off, is level."""


class Land:
    """The ground and the terrain of a scene, made ready to be asked for heights."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        shape = None if scene.terrain is None else scene.terrain.shape
        # Parts of what is hollow have tops where nothing is.
        self._heights = Heights.from_shape(shape) if shape and is_hollow(shape) else None

    def support(self, points: Array, reach: float = 0.12) -> tuple[Array, Array]:
        """Height ``(N,)`` [m] of the highest surface at most ``reach`` above ``points`` ``(N, 3)``.

        And the normal ``(N, 3)`` there. ``-inf`` and straight up where nothing is below.
        """
        ground = -np.inf if self._scene.ground is None else self._scene.ground
        best, facing = np.full(len(points), ground), np.tile([0.0, 0.0, 1.0], (len(points), 1))
        if self._scene.terrain is None:
            return best, facing
        if self._heights is not None:
            top, normals = self._heights.under(points, reach)
            higher = top > best
            best[higher], facing[higher] = top[higher], normals[higher]
            facing[facing[:, 2] > _LEVEL] = [0.0, 0.0, 1.0]
            return best, facing
        for part in self._scene.terrain.shape.parts:
            normals, offsets = part.planes[:, :3], part.planes[:, 3]
            # Along the vertical through a point the part is an interval of heights.
            rest = points[:, :2] @ normals[:, :2].T + offsets
            up, down = normals[:, 2] > 1e-9, normals[:, 2] < -1e-9
            side = ~up & ~down
            tops = -rest[:, up] / normals[up, 2]
            top = tops.min(axis=1, initial=np.inf)
            bottom = (-rest[:, down] / normals[down, 2]).max(axis=1, initial=-np.inf)
            hit = (top >= bottom) & np.all(rest[:, side] <= 0.0, axis=1)
            hit &= top <= points[:, 2] + reach
            higher = hit & (top > best)
            best[higher] = top[higher]
            facing[higher] = normals[up][tops[higher].argmin(axis=1)]
        facing[facing[:, 2] > _LEVEL] = [0.0, 0.0, 1.0]
        return best, facing


def support_height(scene: Scene, points: Array, reach: float = 0.12) -> Array:
    """Height ``(N,)`` [m] under points, as :meth:`Land.support` has it, asked once of a scene."""
    return Land(scene).support(points, reach)[0]
