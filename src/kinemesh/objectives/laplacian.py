"""Keep the shape of the space between body, object and terrain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.objectives.objective import Objective
from kinemesh.problem import Frame, Residual
from kinemesh.robot import Configuration


@dataclass(frozen=True)
class Laplacian(Objective):
    r"""The robot's Laplacian coordinates follow the person's (OmniRetarget, eq. 3a).

    .. math:: w \sum_i w_i \|L_i P(q) - \delta_i\|^2 = w \left(\|F P_K(q) + o\|^2 + c\right)

    with the reduction of :class:`kinemesh.problem.LaplacianTarget`.
    """

    weight: float = 10.0
    """Weight [1/m^2]."""

    def evaluate(self, configuration: Configuration, frame: Frame) -> Residual:
        """The residual ``(3K,)`` [m] and its Jacobian."""
        robot, target = configuration.robot, frame.laplacian
        points = configuration.landmarks()
        value = target.factor @ points + target.offset
        rates = configuration.jacobians(robot.landmark_joints, points)
        count = len(points)
        jacobian = (target.factor @ rates.reshape(count, -1)).reshape(3 * count, -1)
        return Residual(np.ravel(value), jacobian, self.weight, self.weight * target.constant)
