"""The pelvis goes as smoothly as the person's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.kernel import LeastSquares, PointOffsets
from kinemesh.objectives.objective import Objective
from kinemesh.problem import Frame, Neighbours
from kinemesh.robot import RobotModel

_REFERENCE = 1.0 / 30.0
"""Frame time [s] that the weight is stated for."""


@dataclass(frozen=True)
class PelvisMotion(Objective):
    r"""The pelvis speeds up and slows down as the person's does.

    .. math:: w \min\left(1, \frac{\Delta t_0}{\Delta t}\right)^4
              \|\Delta^2 p_t(q) - \Delta^2 c_t\|^2, \qquad \Delta t_0 = 1/30 s

    with the second differences over three frames of the pelvis' landmark p and of the person's, c,
    scaled. Where feet land and leave, the robot's legs and the person's differ most, and without
    this the base makes up for it within a frame. What the person does is not smoothed, so that
    nothing is late.
    """

    weight: float = 300.0
    """Weight [1/m^2]."""

    def neighbour_rows(
        self, robot: RobotModel, frame: Frame, neighbours: Neighbours
    ) -> LeastSquares | None:
        """Three rows [m]; None in the first two frames, or without the person's own motion."""
        previous, before = neighbours.previous, neighbours.before
        if frame.pelvis_change is None or previous is None or before is None:
            return None
        joints, offsets = robot.landmark_points("pelvis")
        last, first = (
            robot.configuration(q).positions(joints, offsets) for q in (previous, before)
        )
        there = 2.0 * last[0] - first[0] + frame.pelvis_change
        rows = PointOffsets(
            joints.repeat(3), offsets.repeat(3, axis=0), np.eye(3), np.tile(there, (3, 1))
        )
        return LeastSquares(rows, self.weight * min(1.0, _REFERENCE / frame.dt) ** 4)
