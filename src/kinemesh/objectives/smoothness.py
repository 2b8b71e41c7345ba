"""Change little, and change that little."""

from __future__ import annotations

from dataclasses import dataclass

from kinemesh.objectives.objective import Objective
from kinemesh.problem import Frame, Residual
from kinemesh.robot import Configuration

_REFERENCE = 1.0 / 30.0
"""Frame time [s] that the weights are stated for."""


@dataclass(frozen=True)
class Smoothness(Objective):
    r"""First difference to the previous frame, on the manifold (OmniRetarget, eq. 3a).

    .. math:: w \frac{\Delta t_0}{\Delta t} \|q_t \ominus q_{t-1}\|^2,
              \qquad \Delta t_0 = 1/30 s

    The factor keeps the lag that this term causes the same in seconds at every frame rate.
    """

    weight: float = 0.2
    """Weight [1/rad^2], [1/m^2] for the base's place."""

    def evaluate(self, configuration: Configuration, frame: Frame) -> Residual | None:
        """The residual ``(nv,)`` and its Jacobian; None in the first frame."""
        if frame.previous is None:
            return None
        value, jacobian = configuration.difference(frame.previous)
        return Residual(value, jacobian, self.weight * (_REFERENCE / frame.dt))


@dataclass(frozen=True)
class Acceleration(Objective):
    r"""Second difference over three frames, on the manifold.

    .. math:: w \left(\frac{\Delta t_0}{\Delta t}\right)^2
              \|(q_t \ominus q_{t-1}) - (q_{t-1} \ominus q_{t-2})\|^2,
              \qquad \Delta t_0 = 1/30 s
    """

    weight: float = 1.0
    """Weight [1/rad^2], [1/m^2] for the base's place."""

    def evaluate(self, configuration: Configuration, frame: Frame) -> Residual | None:
        """The residual ``(nv,)`` and its Jacobian; None in the first two frames."""
        if frame.previous is None or frame.before is None:
            return None
        value, jacobian = configuration.difference(frame.previous)
        last = configuration.robot.difference(frame.before, frame.previous)
        return Residual(value - last, jacobian, self.weight * (_REFERENCE / frame.dt) ** 2)
