"""Joint limits, joint velocity limits and the trust region: boxes on the step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.constraints.constraint import StepBox
from kinemesh.kernel import Box, JointRange
from kinemesh.problem import Frame, Neighbours
from kinemesh.robot import RobotModel


@dataclass(frozen=True)
class JointLimits(StepBox):
    r"""Every joint stays in its range (OmniRetarget, eq. 3c).

    .. math:: q_{\min} \le q_j + v_j \le q_{\max}
    """

    def rows(self, robot: RobotModel, frame: Frame) -> JointRange:
        """The robot's limits."""
        return JointRange(robot.lower, robot.upper)


@dataclass(frozen=True)
class VelocityLimits(StepBox):
    r"""No joint is asked to turn faster than its motor can (OmniRetarget, eq. 3d).

    .. math:: -\dot q_{\max} \Delta t \le (q_j + v_j) - q_{j,t-1} \le \dot q_{\max} \Delta t
    """

    fraction: float = 1.0
    """Share of the robot's velocity limits that may be used."""

    def neighbour_rows(
        self, robot: RobotModel, frame: Frame, neighbours: Neighbours
    ) -> JointRange | None:
        """Where the joints can be; None in the first frame.

        Once the frame after is known too, the joints must be able to get there as well.
        """
        known = [q[7:] for q in (neighbours.previous, neighbours.following) if q is not None]
        if not known:
            return None
        reach = self.fraction * robot.velocity * frame.dt
        if len(known) == 1:
            return JointRange(known[0] - reach, known[0] + reach)
        return JointRange(np.maximum(*known) - reach, np.minimum(*known) + reach)


@dataclass(frozen=True)
class TrustRegion(StepBox):
    r"""A step stays where its linearisation is good.

    .. math:: |v_k| \le r \qquad \text{or, as a ball,} \qquad \|v\|_2 \le r

    The ball is the paper's (eq. 15), a second-order cone that only ``solver="cvxpy"`` takes;
    the box keeps the program a QP.
    """

    radius: float = 0.2
    """Largest step [rad], [m] for the base's place."""
    ball: bool = False
    """Bound the step's Euclidean length instead of each of its numbers."""

    def rows(self, robot: RobotModel, frame: Frame) -> Box:
        """Bounds ``(nv,)``, or a radius."""
        reach = np.full(robot.nv, np.inf if self.ball else self.radius)
        return Box(-reach, reach, self.radius if self.ball else None)


@dataclass(frozen=True)
class FixedBase(StepBox):
    r"""The base of a robot that is bolted down, or stands on locked legs, does not move.

    .. math:: v_1 = \dots = v_6 = 0

    A retargeter adds it by itself for a robot with ``fixed_base``.
    """

    def rows(self, robot: RobotModel, frame: Frame) -> Box:
        """Bounds ``(nv,)`` that leave the base nothing and the joints everything."""
        reach = np.full(robot.nv, np.inf)
        reach[:6] = 0.0
        return Box(-reach, reach)
