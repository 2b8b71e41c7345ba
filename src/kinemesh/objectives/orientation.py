"""Torso, feet and hands turn as the person's do."""

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
class Orientation(Objective):
    r"""The parts of the robot turn as the person's, where the recording has rotations.

    .. math:: \frac{w}{2} \sum_p w_p \|R_p(q) A_p - \hat R_p\|_F^2
              = w \sum_p w_p \, 4 \sin^2 (\theta_p / 2)
              \approx w \sum_p w_p \theta_p^2

    with the part's axes :math:`A_p` in its joint's frame, the person's axes :math:`\hat R_p`
    and the angle :math:`\theta_p` between the two. Unlike the logarithm the difference of
    matrices is smooth everywhere, and its pull does not grow beyond a right angle, which a
    wrist cannot follow.  Where the robot lacks joints to turn a part as well as to place it, the
    part's share is that of the directions left: :class:`kinemesh.robot.Reach`.
    """

    weight: float = 0.05
    """Weight [1/rad^2]."""
    torso: float = 4.0
    """Share of the torso."""
    feet: float = 0.4
    """Share of each foot."""
    hands: float = 1.0
    """Share of each hand."""
    beside: ClassVar[bool] = False

    def evaluate(self, configuration: Configuration, frame: Frame) -> Residual | None:
        """The residual ``(9 P,)`` of P parts and its Jacobian; None where nothing is known."""
        if not frame.aims:
            return None
        joints, own, wanted, share = frame.worked_out(
            self, lambda: self._columns(configuration, frame), beside=False
        )
        return Residual(*configuration.turned(joints, own, wanted), share)

    def _columns(
        self, configuration: Configuration, frame: Frame
    ) -> tuple[NDArray[np.int64], Array, Array, Array]:
        """Joints ``(P,)``, axes of robot and person ``(P, 3, 3)``, and weights ``(9 P,)``."""
        shares = {"torso": self.torso, "foot": self.feet, "hand": self.hands}
        reach = configuration.robot.reach.parts
        share = np.array([shares[a.part.kind] * reach[a.part.name] for a in frame.aims])
        return (
            np.array([aim.part.joint for aim in frame.aims]),
            np.stack([aim.part.axes for aim in frame.aims]),
            np.stack([aim.axes for aim in frame.aims]),
            0.5 * self.weight * np.repeat(share, 9),
        )
