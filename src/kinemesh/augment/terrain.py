"""Terrain that is higher, lower, deeper or shallower."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kinemesh.augment.augmentation import SceneAugmentation, check_factors
from kinemesh.errors import ClipError
from kinemesh.motion import Clip, Scene, Shape


@dataclass(frozen=True)
class TerrainSize(SceneAugmentation):
    r"""Steps of another height and depth: the whole terrain stretched about the ground.

    .. math:: x' = c + k_d (x - c), \qquad z' = g + k_h (z - g)

    with :math:`c` the horizontal middle of the terrain and :math:`g` the height of the ground.
    """

    height: float = 1.0
    """:math:`k_h` [1]."""
    depth: float = 1.0
    """:math:`k_d`, in both horizontal directions [1]."""
    anchored = False  # legs have to step elsewhere

    def __post_init__(self) -> None:
        check_factors("the terrain's height and depth", self.height, self.depth)

    def apply(self, scene: Scene, clip: Clip) -> Scene:
        """The scene with its terrain stretched."""
        if scene.terrain is None:
            raise ClipError("the clip has no terrain")
        shape = scene.terrain.shape
        factors = np.array([self.depth, self.depth, self.height])
        middle = shape.bounds.mean(axis=0)
        middle[2] = scene.ground or 0.0
        away = middle * (1.0 - factors)
        parts = tuple(type(part)(part.vertices * factors + away) for part in shape.parts)
        stretched = Shape(shape.vertices * factors + away, shape.faces, parts, shape.warnings)
        return replace(scene, terrain=replace(scene.terrain, shape=stretched))

    def unfit(self, clip: Clip) -> str | None:
        """Why it cannot be applied: there is no terrain."""
        return "the clip has no terrain" if clip.scene.terrain is None else None
