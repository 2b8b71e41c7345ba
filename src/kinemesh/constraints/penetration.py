"""Nothing inside anything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.constraints.constraint import Constraint
from kinemesh.kernel import Clearance, Within
from kinemesh.problem import Frame
from kinemesh.proximity import NEAR
from kinemesh.robot import RobotModel


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

    def rows(self, robot: RobotModel, frame: Frame) -> Within | None:
        """One row a near place [m]; None in free space."""
        if frame.ground is None and not frame.obstacles:
            return None
        return Within(Clearance(frame.obstacles, frame.ground, self.within), self.margin, np.inf)
