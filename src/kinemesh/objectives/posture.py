"""Pull redundant joints to somewhere known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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

    def evaluate(self, configuration: Configuration, frame: Frame) -> Residual:
        """The residual ``(n,)`` [rad] of the joints."""
        robot = configuration.robot
        value = configuration.q[7:] - robot.rest[7:]
        return Residual(value, _joints_only(robot.nv), self.weight * robot.posture)


@dataclass(frozen=True)
class Nominal(Objective):
    r"""Stay near a nominal trajectory when one is given (OmniRetarget, eq. 4).

    .. math:: w \|q_t \ominus \bar q_t\|^2
    """

    weight: float = 5.0
    """Weight [1/rad^2], [1/m^2] for the base's place."""

    def evaluate(self, configuration: Configuration, frame: Frame) -> Residual | None:
        """The residual ``(nv,)`` and its Jacobian; None without a nominal."""
        if frame.nominal is None:
            return None
        value, jacobian = configuration.difference(frame.nominal)
        return Residual(value, jacobian, self.weight)


def _joints_only(nv: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.eye(nv)[6:]
