"""Nothing inside anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from kinemesh.constraints.constraint import Constraint
from kinemesh.problem import Bounded, Frame
from kinemesh.robot import NEAR, Configuration, near_ground, near_obstacle


@dataclass(frozen=True)
class NonPenetration(Constraint):
    r"""The robot's hulls stay out of ground, terrain and props (OmniRetarget, eq. 3b).

    .. math:: \phi_k(q) + J_k v \ge m

    for every place k where robot and world are less than ``within`` apart.
    """

    margin: float = 0.0
    """Distance to keep [m]."""
    within: float = NEAR
    """Distance [m] below which a place becomes a row."""
    sacrifice: int = 1
    beside: ClassVar[bool] = False

    def evaluate(self, configuration: Configuration, frame: Frame) -> Bounded | None:
        """One row a near place: distances [m] and their rates."""
        near = [
            near_obstacle(configuration, obstacle, pose, self.within)
            for obstacle, pose in frame.obstacles
        ]
        if frame.ground is not None:
            near.append(near_ground(configuration, frame.ground, self.within))
        near = [places for places in near if len(places.distance)]
        if not near:
            return None
        return Bounded(
            np.concatenate([places.distance for places in near]),
            np.concatenate([places.rates(configuration) for places in near]),
            self.margin,
            np.inf,
        )
