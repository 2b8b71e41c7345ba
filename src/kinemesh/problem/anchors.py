"""Anchors: places on props, terrain and ground that join the mesh."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arguments import amounts, whole
from kinemesh.arrays import Array
from kinemesh.errors import OptionError
from kinemesh.geometry import poses
from kinemesh.motion import Prop
from kinemesh.problem.scaling import Carrier, sunk


@dataclass(frozen=True)
class MeshOptions:
    """How many anchors join the mesh, and how much they weigh."""

    prop_anchors: int = 100
    """Anchors on each prop."""
    terrain_anchors: int = 100
    """Anchors on the terrain."""
    ground_anchors: int = 24
    """Anchors on the ground, around the body."""
    prop_weight: float = 1.0
    """Total weight of a prop's anchors, where all landmarks together weigh 1 each."""
    terrain_weight: float = 1.0
    """Total weight of the terrain's anchors, on the same scale."""
    ground_weight: float = 0.3
    """Total weight of the ground's anchors, on the same scale."""
    reach: float = 0.7
    """Radius [m] of the disc of ground anchors."""
    seed: int = 42
    """Seed of the anchors' places."""

    def __post_init__(self) -> None:
        amounts(self, OptionError)
        for name in ("prop_anchors", "terrain_anchors", "ground_anchors"):
            whole(name, getattr(self, name), "a number of anchors, 0 to 2000", low=0, high=2000)
        whole("seed", self.seed, "a whole number, 0 or more", low=0, high=1 << 64)


@dataclass(frozen=True, eq=False)
class PropAnchors:
    """Anchors of one prop in both worlds."""

    source_points: Array
    source_track: Array
    target_points: Array
    target_track: Array

    @classmethod
    def sampled(
        cls,
        prop: Prop,
        target: Prop,
        ground: float,
        scale: float,
        options: MeshOptions,
        rng: np.random.Generator,
    ) -> PropAnchors:
        """Sample ``prop`` and carry its anchors over to ``target``, the robot's copy of it."""
        local = prop.shape.sample(options.prop_anchors, rng)
        track = np.array(prop.track)
        # A prop that stands on the ground stands on it in the mesh too, even if the recording
        # has it a few centimetres lower than the feet: else mesh and soles pull two ways.
        track[:, 2] -= sunk(prop, ground)
        track[:, :3] *= scale
        places = Carrier(prop.shape, target.shape)(local)
        return cls(local * scale, track, places, target.track)

    def source(self, index: int) -> Array:
        """In the person's scaled world ``(A, 3)`` [m]."""
        return poses.apply(self.source_track[index], self.source_points)

    def target(self, index: int) -> Array:
        """In the robot's world ``(A, 3)`` [m]."""
        return poses.apply(self.target_track[index], self.target_points)


def sunflower(count: int, radius: float) -> Array:
    """``count`` points ``(count, 3)`` spread evenly over a disc, no four on one circle.

    Vogel's spiral. A square grid would make every cell a degenerate Delaunay case.
    """
    k = np.arange(count)
    distance = radius * np.sqrt((k + 0.5) / max(count, 1))
    angle = k * np.pi * (3.0 - np.sqrt(5.0))
    return np.stack([distance * np.cos(angle), distance * np.sin(angle), 0.0 * k], axis=1)
