"""Pull redundant joints to somewhere known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from kinemesh.motion.arrays import Array, readonly
from kinemesh.objectives.objective import Objective
from kinemesh.problem import Frame, Residual
from kinemesh.robot import Configuration


@dataclass(frozen=True)
class Posture(Objective):
    r"""A weak pull of every joint to the robot's rest posture.

    .. math:: w \sum_j p_j (q_j - q_{\mathrm{rest},j})^2

    Positions alone leave some joints free (the twist of a straight arm, the wrists): without
    a pull they drift.  The :math:`p_j` stand in ``[posture]`` of ``robot.toml``.
    """

    weight: float = 0.02
    """Weight [1/rad^2]."""
    beside: ClassVar[bool] = False

    def evaluate(self, configuration: Configuration, frame: Frame) -> Residual:
        """The residual ``(n,)`` [rad] of the joints."""
        robot = configuration.robot
        value = configuration.q[7:] - robot.rest[7:]
        return Residual(value, _joints_only(robot.nv), self.weight * robot.posture)


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
    beside: ClassVar[bool] = False

    def evaluate(self, configuration: Configuration, frame: Frame) -> Residual | None:
        """The residual ``(nv,)`` and its Jacobian; None without a nominal."""
        if frame.nominal is None:
            return None
        value, jacobian = configuration.difference(frame.nominal)
        robot = configuration.robot
        carries = np.max(robot.support[[hand.joint for hand in robot.hands]], axis=0, initial=0.0)
        carries[:6] = 0.0  # the base carries all
        weights = self.weight * np.where(carries > 0.0, self.upper, 1.0)
        return Residual(value, jacobian, weights)


@lru_cache
def _joints_only(nv: int) -> Array:
    return readonly(np.eye(nv)[6:])
