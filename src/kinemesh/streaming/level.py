"""A person who is brought to a place, a heading and a floor, with all that is around her."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.motion import Skeleton


class Level:
    """A turn about z, a level step, and a floor that is taken to height 0.

    Args:
        skeleton: whose joints.
        floor: height of the floor in the stream [m].
    """

    def __init__(self, skeleton: Skeleton, floor: float) -> None:
        self._skeleton = skeleton
        self._floor = np.array([0.0, 0.0, floor])
        self._turn: Array | None = None
        self._from = np.zeros(3)

    def lower(self, floor: float) -> None:
        """Take a floor of that height [m] to 0."""
        self._floor = np.array([0.0, 0.0, floor])

    def settle(self, positions: Array) -> None:
        """Have who is at ``positions`` ``(J, 3)`` [m] at the origin, facing x."""
        at = self._skeleton.place
        self._from = at(positions, "pelvis") * np.array([1.0, 1.0, 0.0])
        across = at(positions, "left_hip") - at(positions, "right_hip")
        heading = np.arctan2(-across[0], across[1])
        cosine, sine = np.cos(heading), np.sin(heading)
        self._turn = np.array([[cosine, sine, 0.0], [-sine, cosine, 0.0], [0.0, 0.0, 1.0]])

    def points(self, values: Array) -> Array:
        """Points ``(..., 3)`` [m] of the stream, where they are brought to."""
        if self._turn is None:
            return np.asarray(values - self._floor)
        return np.asarray((values - self._floor - self._from) @ self._turn.T)

    def turns(self, values: Array | None) -> Array | None:
        """Rotations ``(..., 4)``, turned with them."""
        if values is None or self._turn is None:
            return values
        return np.asarray((Rotation.from_matrix(self._turn) * Rotation.from_quat(values)).as_quat())

    def props(self, values: Mapping[str, Array]) -> dict[str, Array]:
        """Poses ``(7,)`` by name."""
        moved = {}
        for name, pose in values.items():
            turn = self.turns(pose[3:])
            assert turn is not None  # there was one
            moved[name] = np.concatenate([self.points(pose[:3]), turn])
        return moved
