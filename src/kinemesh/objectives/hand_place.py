"""Hold a prop where the person held it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from kinemesh.motion.arrays import Array
from kinemesh.objectives.objective import Objective
from kinemesh.problem import Frame, Residual
from kinemesh.robot import Configuration


@dataclass(frozen=True)
class HandPlace(Objective):
    r"""The palm of a touching hand goes to the person's place on the prop.

    .. math:: w \sum_h \beta_h \|p_h(q) - T_{\mathrm{prop}} c_h\|^2

    with the palm's centre :math:`p_h`, the place :math:`c_h` in the prop's frame, and a blend
    :math:`\beta` that rises from 0 to 1 before the touch and falls after it.
    """

    weight: float = 10.0
    """Weight [1/m^2]."""
    blend: float = 0.3
    """Time over which the pull comes and goes [s]."""
    beside: ClassVar[bool] = False

    def evaluate(self, configuration: Configuration, frame: Frame) -> Residual | None:
        """The residual ``(3 H,)`` [m] and its Jacobian; None while nothing is touched."""
        if not frame.contacts:
            return None
        joints, local, places, weights = frame.worked_out(
            self, lambda: self._columns(frame), beside=False
        )
        points = configuration.positions(joints, local)
        rates = configuration.jacobians(joints, points).reshape(3 * len(points), -1)
        return Residual(np.ravel(points - places), rates, weights)

    def _columns(self, frame: Frame) -> tuple[NDArray[np.int64], Array, Array, Array]:
        """Joints ``(H,)``, palms in their frames and places ``(H, 3)`` [m], weights ``(3 H,)``."""
        share = np.array([max(0.0, 1.0 - c.time / self.blend) for c in frame.contacts])
        smooth = share * share * (3.0 - 2.0 * share)
        return (
            np.array([c.hand.joint for c in frame.contacts]),
            np.array([c.hand.point for c in frame.contacts]),
            np.array([c.place for c in frame.contacts]),
            self.weight * np.repeat(smooth, 3),
        )
