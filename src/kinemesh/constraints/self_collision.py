"""No part of the robot inside another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from kinemesh.constraints.constraint import Constraint
from kinemesh.problem import Bounded, Frame
from kinemesh.robot import Configuration, near_self


@dataclass(frozen=True)
class SelfCollision(Constraint):
    r"""The robot's hulls stay out of one another.

    .. math:: \phi_{ab}(q) + n \cdot (J_a - J_b) v \ge m

    for every pair of hulls a, b of the robot's table that is less than ``within`` apart.
    """

    margin: float = 0.0
    """Distance to keep [m]."""
    within: float = 0.03
    """Distance [m] below which a pair becomes a row."""
    sacrifice: int = 1
    beside: ClassVar[bool] = False

    def evaluate(self, configuration: Configuration, frame: Frame) -> Bounded | None:
        """One row a near pair: distances [m] and their rates."""
        near = near_self(configuration, configuration.robot.self_pairs, self.within)
        if not len(near.distance):
            return None
        return Bounded(near.distance, near.rates(configuration), self.margin, np.inf)
