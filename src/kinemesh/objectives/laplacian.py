"""Keep the shape of the space between body, object and terrain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

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
    beside: ClassVar[bool] = False

    def evaluate(self, configuration: Configuration, frame: Frame) -> Residual:
        """The residual ``(3K,)`` [m] and its Jacobian."""
        robot, target = configuration.robot, frame.laplacian
        value, rates = configuration.mixed(
            robot.landmark_joints, robot.landmark_offsets, target.factor, target.offset
        )
        return Residual(np.ravel(value), rates, self.weight, self.weight * target.constant)
