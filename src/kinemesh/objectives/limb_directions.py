"""Limbs, trunk, hips and shoulders point as the person's do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.kernel import LeastSquares, PointMixture
from kinemesh.motion import LANDMARKS
from kinemesh.objectives.objective import Objective
from kinemesh.problem import Frame
from kinemesh.robot import RobotModel

_SIDES = ("left", "right")
_BONES = (
    *(("hip", "knee"), ("knee", "ankle"), ("ankle", "toe")),
    *(("shoulder", "elbow"), ("elbow", "hand")),
)
_SHORTEST = 0.01
"""A bone of the robot shorter than this [m] points nowhere."""


@dataclass(frozen=True)
class LimbDirections(Objective):
    r"""The robot's bones point as the person's, as far as other terms leave them free.

    .. math:: w \sum_b w_b \left\| \frac{p_j(q) - p_i(q)}{l_b} - u_b \right\|^2
              \approx w \sum_b w_b \theta_b^2

    with the bone's ends :math:`p_i, p_j`, its length :math:`l_b` and the person's direction
    :math:`u_b`, for thighs, shanks, upper arms, forearms, the line across hips and shoulders,
    and the trunk. The mesh says where a body is in its surroundings and lets a limb turn for
    that; this says what must not be turned for nothing. A robot that cannot place a bone's end
    has less of its share: :class:`kinemesh.robot.Reach`.
    """

    weight: float = 0.6
    """Weight [1/rad^2]."""
    feet: float = 0.4
    """Share of each foot: it has to lie flat where it stands."""

    def rows(self, robot: RobotModel, frame: Frame) -> LeastSquares | None:
        """Rows of all bones, reduced to 3 K [1]; None where the person is scaled as a whole."""
        figure = frame.figure
        if figure is None:
            return None
        # Of any number of bones K rows are left, and a triangular factor, as the kernel has it.
        factor = np.asarray(np.linalg.qr(_bones(figure, self._shares(robot)), mode="r"))
        marks = robot.landmark_joints, robot.landmark_offsets
        mixture = PointMixture(*marks, factor, -factor @ figure)
        return LeastSquares(mixture, self.weight)

    def _shares(self, robot: RobotModel) -> Array:
        """Of the bones that end in the landmarks ``(K,)``."""
        shares = np.array(robot.reach.landmarks)
        shares[[LANDMARKS.index(f"{side}_toe") for side in _SIDES]] *= self.feet
        return shares


def _bones(figure: Array, shares: Array) -> Array:
    """Rows ``(N, K)``, N at least K, that take landmarks to bones of length 1, by their shares."""
    index = {name: k for k, name in enumerate(LANDMARKS)}
    rows = np.zeros((len(LANDMARKS), len(LANDMARKS)))
    pairs = [(f"{side}_{a}", f"{side}_{b}") for side in _SIDES for a, b in _BONES]
    pairs += [(f"right_{part}", f"left_{part}") for part in ("hip", "shoulder")]
    for row, (start, end) in zip(rows, pairs, strict=False):
        row[index[start]], row[index[end]] = -1.0, 1.0
    for side in _SIDES:
        rows[len(pairs), index[f"{side}_shoulder"]] = 0.5
        rows[len(pairs), index[f"{side}_hip"]] = -0.5
    lengths = np.linalg.norm(rows @ figure, axis=1)
    weights = np.zeros(len(rows))
    weights[: len(pairs)] = [np.sqrt(shares[index[end]]) for _, end in pairs]
    weights[len(pairs)] = 1.0
    weights /= np.maximum(lengths, _SHORTEST)
    return np.where(lengths > _SHORTEST, weights, 0.0)[:, None] * rows
