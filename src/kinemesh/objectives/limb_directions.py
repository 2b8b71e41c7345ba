"""Limbs, trunk, hips and shoulders point as the person's do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dgeqrf

from kinemesh.arrays import Array, readonly
from kinemesh.kernel import LeastSquares, PointMixture
from kinemesh.motion import LANDMARKS
from kinemesh.objectives.objective import Objective
from kinemesh.problem import Frame
from kinemesh.robot import RobotModel

_SIDES = ("left", "right")
_PAIRS = [
    (f"{side}_{start}", f"{side}_{end}")
    for side in _SIDES
    for start, end in (
        *(("hip", "knee"), ("knee", "ankle"), ("ankle", "toe")),
        *(("shoulder", "elbow"), ("elbow", "hand")),
    )
] + [(f"right_{part}", f"left_{part}") for part in ("hip", "shoulder")]
"""The bones that have a landmark at each end."""
_SHORTEST = 0.01
"""A bone of the robot shorter than this [m] points nowhere."""


def _incidence() -> Array:
    """The matrix ``(N, K)`` that takes landmarks to bones; the last one is the trunk."""
    index = {name: k for k, name in enumerate(LANDMARKS)}
    rows = np.zeros((len(_PAIRS) + 1, len(LANDMARKS)))
    for row, (start, end) in zip(rows, _PAIRS, strict=False):
        row[index[start]], row[index[end]] = -1.0, 1.0
    for side in _SIDES:
        rows[-1, index[f"{side}_shoulder"]], rows[-1, index[f"{side}_hip"]] = 0.5, -0.5
    return readonly(rows)


_BONES = _incidence()
_ENDS = [LANDMARKS.index(end) for _, end in _PAIRS]
_FEET = np.array([end.endswith("toe") for _, end in _PAIRS])


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
        shares = np.append(robot.reach.landmarks[_ENDS] * np.where(_FEET, self.feet, 1.0), 1.0)
        bones = _BONES @ figure
        lengths = np.sqrt(np.einsum("nc,nc->n", bones, bones))
        weights = np.where(lengths > _SHORTEST, np.sqrt(shares) / np.maximum(lengths, _SHORTEST), 0)
        # The kernel has any number of bones as K rows with a triangular factor.
        factor = np.zeros((len(LANDMARKS), len(LANDMARKS)))
        reduced = dgeqrf(weights[:, None] * _BONES)[0]
        factor[: len(reduced)] = np.triu(reduced)
        marks = robot.landmark_joints, robot.landmark_offsets
        return LeastSquares(PointMixture(*marks, factor, -factor @ figure), self.weight)
