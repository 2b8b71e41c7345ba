"""Torso, feet and hands turn as the person's do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
    wrist cannot follow.
    """

    weight: float = 0.05
    """Weight [1/rad^2]."""
    torso: float = 4.0
    """Share of the torso."""
    feet: float = 0.4
    """Share of each foot."""
    hands: float = 1.0
    """Share of each hand."""

    def evaluate(self, configuration: Configuration, frame: Frame) -> Residual | None:
        """The residual ``(9 P,)`` of P parts and its Jacobian; None where nothing is known."""
        if not frame.aims:
            return None
        shares = {"torso": self.torso, "foot": self.feet, "hand": self.hands}
        joints = np.array([aim.part.joint for aim in frame.aims])
        axes = configuration.rotations[joints] @ np.stack([aim.part.axes for aim in frame.aims])
        value = axes - np.stack([aim.axes for aim in frame.aims])
        rates = _turning(np.swapaxes(axes, 1, 2), configuration.turns(joints))
        share = np.array([shares[aim.part.kind] for aim in frame.aims])
        return Residual(
            np.swapaxes(value, 1, 2).ravel(),
            rates.reshape(value.size, -1),
            0.5 * self.weight * np.repeat(share, 9),
        )


def _turning(vectors: Array, turns: Array) -> Array:
    """Rates ``(P, 3, 3, nv)`` of world ``vectors`` ``(P, 3, 3)`` that turn with ``(P, 3, nv)``."""
    x, y, z = (vectors[:, :, k, None] for k in range(3))
    wx, wy, wz = (turns[:, None, k] for k in range(3))
    return np.stack([wy * z - wz * y, wz * x - wx * z, wx * y - wy * x], axis=2)
