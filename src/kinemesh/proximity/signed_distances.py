"""Places where the robot is near the world."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.robot.model import Configuration


@dataclass(frozen=True, eq=False)
class SignedDistances:
    """Places where the robot is near the world, one row each."""

    distance: Array
    """Signed distance ``(N,)`` [m]."""
    joints: NDArray[np.int64]
    """Joint that moves the robot's point ``(N,)``."""
    points: Array
    """The robot's nearest points in the world ``(N, 3)`` [m]."""
    normals: Array
    """Unit normals ``(N, 3)``, from the world to the robot."""
    hulls: NDArray[np.int64]
    """Index into ``robot.hulls`` ``(N,)``."""

    @classmethod
    def together(cls, *found: SignedDistances) -> SignedDistances:
        """The rows of all of ``found``."""
        names = ("distance", "joints", "points", "normals", "hulls")
        return cls(*(np.concatenate([getattr(near, name) for near in found]) for name in names))

    def jacobian(self, configuration: Configuration) -> Array:
        """How the distances change ``(N, nv)`` with a tangent step."""
        return configuration.directional_jacobian(self.joints, self.points, self.normals)
