"""Pull redundant joints to somewhere known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.kernel import JointOffsets, LeastSquares, TangentDifference
from kinemesh.objectives.objective import Objective
from kinemesh.problem import Frame
from kinemesh.robot import RobotModel


@dataclass(frozen=True)
class Posture(Objective):
    r"""A weak pull of every joint to the robot's rest posture.

    .. math:: w \sum_j p_j (q_j - q_{\mathrm{rest},j})^2

    Positions alone leave some joints free (the twist of a straight arm, the wrists): without
    a pull they drift.  The :math:`p_j` stand in ``[posture]`` of ``robot.toml``.
    """

    weight: float = 0.005
    """Weight [1/rad^2]."""

    def rows(self, robot: RobotModel, frame: Frame) -> LeastSquares:
        """One row a joint [rad]."""
        return LeastSquares(JointOffsets(robot.rest[7:]), self.weight * robot.posture)


@dataclass(frozen=True)
class Nominal(Objective):
    r"""Stay near a nominal trajectory when one is given (OmniRetarget, eq. 4).

    .. math:: w \left(\|(q_t \ominus \bar q_t)_{\mathrm{lower}}\|^2
              + u \|(q_t \ominus \bar q_t)_{\mathrm{upper}}\|^2\right)

    Upper are the joints that carry a hand: arms and waist; lower is what is left, base and legs.
    With little weight above, what is to be reached elsewhere is reached with arms and waist;
    without the pull below, the whole robot would walk round to it and do as before.
    """

    weight: float = 5.0
    """Weight [1/rad^2], [1/m^2] for the base's place."""
    upper: float = 0.02
    """Share :math:`u` of the joints that carry a hand."""

    def rows(self, robot: RobotModel, frame: Frame) -> LeastSquares | None:
        """The difference to the nominal ``(nv,)``; None without one."""
        if frame.nominal is None:
            return None
        carries = np.max(robot.support[[hand.joint for hand in robot.hands]], axis=0, initial=0.0)
        carries[:6] = 0.0  # the base carries all
        weights = self.weight * np.where(carries > 0.0, self.upper, 1.0)
        return LeastSquares(TangentDifference((frame.nominal,), np.array([-1.0])), weights)
