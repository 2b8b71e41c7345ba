"""A limb that is on its way to another posture goes there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import readonly
from kinemesh.kernel import LeastSquares, TangentDifference
from kinemesh.objectives.objective import Objective
from kinemesh.problem import Frame, Neighbours
from kinemesh.robot import RobotModel

_ONE = readonly([-1.0])
"""Share of the one configuration that q is compared with."""


@dataclass(frozen=True)
class Lead(Objective):
    r"""Joints that are led are where they are led.

    .. math:: w \sum_{j\ \mathrm{led}} (q_j - q_{j,\mathrm{lead}})^2

    So that a limb leaves the minimum that it is in; what must hold comes first, and a limb that is
    in its own way stops.
    """

    weight: float = 1000.0
    """Weight [1/rad^2]."""

    def neighbour_rows(
        self, robot: RobotModel, frame: Frame, neighbours: Neighbours
    ) -> LeastSquares | None:
        """The difference to where joints are led ``(nv,)``; None where none is."""
        if frame.lead is None or neighbours.previous is None:
            return None
        led = np.isfinite(frame.lead)
        there = np.array(neighbours.previous)
        there[7:][led] = frame.lead[led]
        weights = np.concatenate([np.zeros(6), np.where(led, self.weight, 0.0)])
        return LeastSquares(TangentDifference((there,), _ONE), weights)
