"""A foot that the person holds nearly still is not swept away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.constraints.constraint import Constraint
from kinemesh.kernel import PointOffsets, Within
from kinemesh.problem import Frame, Neighbours
from kinemesh.robot import RobotModel

_EIGHTHS = np.arange(4) * np.pi / 4.0
_WAYS = np.stack([np.cos(_EIGHTHS), np.sin(_EIGHTHS), np.zeros(4)], axis=1)
"""Four directions over the ground ``(4, 3)``; with their opposites an octagon."""
_OCTAGON = float(np.cos(np.pi / 8.0))
"""What the octagon's sides are away from its middle, its corners being 1 away."""


@dataclass(frozen=True)
class SlowFoot(Constraint):
    r"""Where the person's toe is slow, the robot's is too, in the air as well.

    .. math:: |d_k \cdot (p_t - p_{t-1})| \le v \, \Delta t \cos(\pi / 8), \qquad k = 1..4

    An octagon inside the circle of radius :math:`v \Delta t`. It gives way to everything else:
    a foot may have to move because another one has landed.
    """

    speed: float = 0.28
    """:math:`v` [m/s]; a little under the speed below which the person's foot counts as slow."""
    sacrifice: int = 4

    def neighbour_rows(
        self, robot: RobotModel, frame: Frame, neighbours: Neighbours
    ) -> Within | None:
        """Four rows a slow foot and neighbouring frame [m]; None where there is none."""
        known = [
            (slow.landmark, q)
            for slow in frame.slow_toes
            if (q := neighbours.known.get(slow.other)) is not None
        ]
        if not known:
            return None
        toes = np.repeat([toe for toe, _ in known], 4)
        there = [robot.configuration(q).landmarks()[toe] for toe, q in known]
        offsets = PointOffsets(
            robot.landmark_joints[toes],
            robot.landmark_offsets[toes],
            np.tile(_WAYS, (len(known), 1)),
            np.repeat(there, 4, axis=0),
        )
        reach = self.speed * frame.dt * _OCTAGON
        return Within(offsets, -reach, reach)
