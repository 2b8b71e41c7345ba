"""No part of the robot inside another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.constraints.constraint import Constraint
from kinemesh.kernel import SelfClearance, Within
from kinemesh.problem import Frame
from kinemesh.robot import RobotModel


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

    def rows(self, robot: RobotModel, frame: Frame) -> Within:
        """One row a near pair [m]."""
        return Within(SelfClearance(self.within), self.margin, np.inf)
