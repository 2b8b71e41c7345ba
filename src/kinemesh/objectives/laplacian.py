"""Keep the shape of the space between body, object and terrain."""

from __future__ import annotations

from dataclasses import dataclass

from kinemesh.kernel import LeastSquares, PointMixture
from kinemesh.objectives.objective import Objective
from kinemesh.problem import Frame
from kinemesh.robot import RobotModel


@dataclass(frozen=True)
class Laplacian(Objective):
    r"""The robot's Laplacian coordinates follow the person's (OmniRetarget, eq. 3a).

    .. math:: w \sum_i w_i \|L_i P(q) - \delta_i\|^2 = w \left(\|F P_K(q) + o\|^2 + c\right)

    with the reduction of :class:`kinemesh.problem.LaplacianTarget`.
    """

    weight: float = 10.0
    """Weight [1/m^2]."""

    def rows(self, robot: RobotModel, frame: Frame) -> LeastSquares:
        """The landmarks in the target's mixture: 3 K rows [m]."""
        target = frame.laplacian
        marks = robot.landmark_joints, robot.landmark_offsets
        mixture = PointMixture(*marks, target.factor, target.offset)
        return LeastSquares(mixture, self.weight, self.weight * target.constant)
