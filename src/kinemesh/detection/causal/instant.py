"""What a stream shows at one time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from kinemesh.arrays import Array
from kinemesh.motion import LANDMARKS, Skeleton


@dataclass(frozen=True, eq=False)
class Instant:
    """One frame of a person and the props."""

    skeleton: Skeleton
    positions: Array
    """Joint positions ``(J, 3)`` [m], z up."""
    dt: float
    """Time since the frame before [s]."""
    rotations: Array | None = None
    """World rotations of the joints ``(J, 4)`` ``qx qy qz qw``, where there are any."""
    props: Mapping[str, Array] = field(default_factory=dict)
    """Poses ``(7,)`` of the props that have been seen, by name."""

    @cached_property
    def landmarks(self) -> Array:
        """Places ``(K, 3)`` [m] in the order of :data:`kinemesh.motion.LANDMARKS`."""
        return np.stack([self.skeleton.place(self.positions, name) for name in LANDMARKS])

    def joint(self, name: str) -> Array:
        """Place ``(1, 3)`` [m] of one joint."""
        return self.positions[None, self.skeleton.index(name)]

    def landmark(self, name: str) -> Array:
        """Place ``(1, 3)`` [m] of one landmark."""
        return self.landmarks[None, LANDMARKS.index(name)]
