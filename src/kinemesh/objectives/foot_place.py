"""Put a foot down where the person did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.geometry.easing import smooth_step
from kinemesh.kernel import LeastSquares, PointOffsets
from kinemesh.objectives.objective import Objective
from kinemesh.problem import Frame, SoleApproach
from kinemesh.robot import RobotModel

_OVER = np.eye(3)[:2]
"""Directions over the ground."""
_TOE = slice(2, 4)
"""Corners of a sole that are the toe's edge."""


@dataclass(frozen=True)
class FootPlace(Objective):
    r"""The toe of a foot comes down at the person's place.

    .. math:: w \sum_f \beta_f \|(p_f(q) - s_f)_{xy}\|^2

    with the toe's landmark :math:`p_f`. In the frame of touchdown :math:`s_f` is the person's
    place in this stance, and the blend :math:`\beta_f` 1. There a foot is free, and stands from
    then on where it is: what the frames before have made of it, or a clip that begins in
    mid-stride, would last for the whole stance. In the air the toe goes as the person's does from
    or to that place, with a blend that rises before a stance and falls after it.
    """

    weight: float = 100.0
    """Weight [1/m^2]."""
    blend: float = 0.1
    """Time before and after a stance over which the pull comes and goes [s]."""

    def rows(self, robot: RobotModel, frame: Frame) -> LeastSquares | None:
        """Two rows a foot that comes down, or has just left [m]; None if there is none."""
        pulls = [
            (stance.sole.name, stance.footprint, 1.0)
            for stance in frame.stances
            if stance.touchdown is None and stance.footprint is not None
        ]
        pulls += [
            (one.sole.name, one.place, share)
            for one in frame.sole_approaches
            if one.place is not None and (share := self._share(one)) > 0.0
        ]
        if not pulls:
            return None
        joints, offsets = robot.landmark_points(*(f"{side}_toe" for side, _, _ in pulls))
        places: Array = np.array([[*place, 0.0] for _, place, _ in pulls])
        points = PointOffsets(
            joints.repeat(2),
            offsets.repeat(2, axis=0),
            np.tile(_OVER, (len(pulls), 1)),
            places.repeat(2, axis=0),
        )
        shares = np.array([share for _, _, share in pulls])
        return LeastSquares(points, self.weight * shares.repeat(2))

    def _share(self, approach: SoleApproach) -> float:
        """How much of the pull there is in the air."""
        if approach.corners != _TOE:
            return 0.0
        return float(smooth_step(np.array(max(0.0, 1.0 - approach.time / self.blend))))
