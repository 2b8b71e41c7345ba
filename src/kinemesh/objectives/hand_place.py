"""Hold a prop where the person held it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.geometry.easing import smooth_step
from kinemesh.kernel import LeastSquares, PointMixture
from kinemesh.objectives.objective import Objective
from kinemesh.problem import Frame
from kinemesh.robot import RobotModel


@dataclass(frozen=True)
class HandPlace(Objective):
    r"""The palm of a touching hand goes to the person's place on the prop.

    .. math:: w \sum_h \beta_h \|p_h(q) - T_{\mathrm{prop}} c_h\|^2

    with the palm's centre :math:`p_h`, the place :math:`c_h` in the prop's frame, and a blend
    :math:`\beta` that rises from 0 to 1 before the touch and falls after it.
    """

    weight: float = 30.0
    """Weight [1/m^2]."""
    blend: float = 0.3
    """Time over which the pull comes and goes [s]."""

    def rows(self, robot: RobotModel, frame: Frame) -> LeastSquares | None:
        """Three rows a hand [m], along the world's axes; None while nothing is touched."""
        contacts = [contact for contact in frame.contacts if contact.place is not None]
        if not contacts:
            return None
        share = np.array([max(0.0, 1.0 - c.time / self.blend) for c in contacts])
        smooth = smooth_step(share)
        palms = PointMixture(
            np.array([c.pad.joint for c in contacts]),
            np.array([c.pad.point for c in contacts]),
            np.eye(len(contacts)),
            -np.array([c.place for c in contacts]),
        )
        return LeastSquares(palms, self.weight * smooth.repeat(3))
