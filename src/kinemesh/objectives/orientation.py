"""Torso, feet and hands turn as the person's do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.kernel import AxisAlignment, LeastSquares
from kinemesh.objectives.objective import Objective
from kinemesh.problem import Frame
from kinemesh.robot import RobotModel


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

    def rows(self, robot: RobotModel, frame: Frame) -> LeastSquares | None:
        """Nine rows a part, axis after axis; None where nothing is known."""
        if not frame.orientation_targets:
            return None
        shares = {"torso": self.torso, "foot": self.feet, "hand": self.hands}
        targets, reach = frame.orientation_targets, robot.reach.parts
        share = np.array([shares[aim.part.kind] * reach[aim.part.name] for aim in targets])
        axes = AxisAlignment(
            np.array([aim.part.joint for aim in targets]),
            np.array([aim.part.axes for aim in targets]),
            np.array([aim.axes for aim in targets]),
        )
        return LeastSquares(axes, 0.5 * self.weight * share.repeat(9))
