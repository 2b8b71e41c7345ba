"""Joint limits, joint velocity limits and the trust region: boxes on the step."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from kinemesh.constraints.constraint import StepBox
from kinemesh.motion.arrays import Array, readonly
from kinemesh.problem import Box, Frame
from kinemesh.robot import Configuration, RobotModel


@dataclass(frozen=True)
class JointLimits(StepBox):
    r"""Every joint stays in its range (OmniRetarget, eq. 3c).

    .. math:: q_{\min} \le q_j + v_j \le q_{\max}
    """

    def evaluate(self, configuration: Configuration, frame: Frame) -> Box:
        """Bounds ``(nv,)``; none on the base."""
        robot = configuration.robot
        lower, upper = frame.worked_out(
            JointLimits,
            lambda: (_jointed(robot.lower, -np.inf), _jointed(robot.upper, np.inf)),
            beside=False,
        )
        return _from(configuration, lower, upper)


@dataclass(frozen=True)
class VelocityLimits(StepBox):
    r"""No joint is asked to turn faster than its motor can (OmniRetarget, eq. 3d).

    .. math:: -\dot q_{\max} \Delta t \le (q_j + v_j) - q_{j,t-1} \le \dot q_{\max} \Delta t
    """

    fraction: float = 1.0
    """Share of the robot's velocity limits that may be used."""

    def evaluate(self, configuration: Configuration, frame: Frame) -> Box | None:
        """Bounds ``(nv,)``; none on the base, none in the first frame.

        Once the frame after is known too, the joints must be able to get there as well.
        """
        bounds = frame.worked_out(self, lambda: self._bounds(configuration.robot, frame))
        return None if bounds is None else _from(configuration, *bounds)

    def _bounds(self, robot: RobotModel, frame: Frame) -> tuple[Array, Array] | None:
        """Between what the joints must be ``(nv,)``."""
        beside = [q for q in (frame.previous, frame.neighbours.get(1)) if q is not None]
        if not beside:
            return None
        reach = self.fraction * robot.velocity * frame.dt
        lower, upper = np.full(robot.nv, -np.inf), np.full(robot.nv, np.inf)
        lower[6:], upper[6:] = beside[0][7:] - reach, beside[0][7:] + reach
        for q in beside[1:]:
            np.maximum(lower[6:], q[7:] - reach, out=lower[6:])
            np.minimum(upper[6:], q[7:] + reach, out=upper[6:])
        return lower, upper


def _jointed(joints: Array, base: float) -> Array:
    """Numbers of the joints after six of the base ``(nv,)``."""
    return np.concatenate([np.full(6, base), joints])


def _from(configuration: Configuration, lower: Array, upper: Array) -> Box:
    """The step's bounds, given those of where it leads; the base has none."""
    # From its second number on q lies as the step does, as far as the joints go.
    now = configuration.q[1:]
    return Box(lower - now, upper - now)


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

    def evaluate(self, configuration: Configuration, frame: Frame) -> Box:
        """Bounds ``(nv,)``, or a radius."""
        return _trusted(configuration.robot.nv, self.radius, self.ball)


@lru_cache
def _trusted(nv: int, radius: float, ball: bool) -> Box:
    reach = np.full(nv, np.inf if ball else radius)
    return Box(readonly(-reach), readonly(reach), radius if ball else None)


@dataclass(frozen=True)
class FixedBase(StepBox):
    r"""The base of a robot that is bolted down, or stands on locked legs, does not move.

    .. math:: v_1 = \dots = v_6 = 0

    A retargeter adds it by itself for a robot with ``fixed_base``.
    """

    def evaluate(self, configuration: Configuration, frame: Frame) -> Box:
        """Bounds ``(nv,)`` that leave the base nothing and the joints everything."""
        reach = np.full(configuration.robot.nv, np.inf)
        reach[:6] = 0.0
        return Box(-reach, reach)
