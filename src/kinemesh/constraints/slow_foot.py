"""A foot that the person holds nearly still is not swept away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.constraints.constraint import Constraint
from kinemesh.motion.arrays import Array
from kinemesh.problem import Bounded, Frame
from kinemesh.robot import Configuration, RobotModel

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

    def evaluate(self, configuration: Configuration, frame: Frame) -> Bounded | None:
        """Four rows a slow foot and neighbouring frame [m]."""
        robot = configuration.robot
        feet = frame.worked_out(SlowFoot, lambda: _feet(robot, frame))
        if feet is None:
            return None
        reach = self.speed * frame.dt * _OCTAGON
        return Bounded(*configuration.along(*feet), -reach, reach)


def _feet(robot: RobotModel, frame: Frame) -> tuple[NDArray[np.int64], Array, Array, Array] | None:
    """Four times each slow toe: joint, offset, direction, and place in the other frame [m]."""
    beside = {**frame.neighbours, -1: frame.previous}
    known = [(slow, q) for slow in frame.slow if (q := beside.get(slow.other)) is not None]
    if not known:
        return None
    toes = np.array([slow.landmark for slow, _ in known]).repeat(4)
    places = {id(q): robot.configuration(q).landmarks() for _, q in known}
    there = np.array([places[id(q)][slow.landmark] for slow, q in known]).repeat(4, axis=0)
    ways = np.tile(_WAYS, (len(known), 1))
    return robot.landmark_joints[toes], robot.landmark_offsets[toes], ways, there
