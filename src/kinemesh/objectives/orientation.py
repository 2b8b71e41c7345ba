"""Torso, feet and hands turn as the person's do."""

from __future__ import annotations

from dataclasses import dataclass

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

    def evaluate(self, configuration: Configuration, frame: Frame) -> Residual | None:
        """The residual ``(9 P,)`` of P parts and its Jacobian; None where nothing is known."""
        if not frame.aims:
            return None
        joints, own, wanted, share = frame.worked_out(
            self, lambda: self._columns(configuration, frame)
        )
        axes = configuration.rotations[joints] @ own
        value = axes - wanted
        rates = _turning(np.swapaxes(axes, 1, 2), configuration.turns(joints))
        return Residual(np.swapaxes(value, 1, 2).ravel(), rates.reshape(value.size, -1), share)

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


def _turning(vectors: Array, turns: Array) -> Array:
    r"""Rates ``(P, 3, 3, nv)`` of world ``vectors`` ``(P, 3, 3)`` that turn with ``(P, 3, nv)``.

    A vector a turns with :math:`\omega \times a = -[a]_\times \omega`.
    """
    x, y, z = vectors[:, :, 0], vectors[:, :, 1], vectors[:, :, 2]
    crossed = np.zeros((*vectors.shape, 3))
    crossed[:, :, 0, 1], crossed[:, :, 0, 2] = z, -y
    crossed[:, :, 1, 0], crossed[:, :, 1, 2] = -z, x
    crossed[:, :, 2, 0], crossed[:, :, 2, 1] = y, -x
    count = len(vectors)
    return np.reshape(crossed.reshape(count, 9, 3) @ turns, (count, 3, 3, -1))
