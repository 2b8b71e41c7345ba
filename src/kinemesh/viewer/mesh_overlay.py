"""The interaction mesh of a clip, frame by frame, worked out when it is looked at."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from kinemesh.arrays import Array
from kinemesh.motion import Clip
from kinemesh.problem import Plan, Proportions
from kinemesh.robot import RobotModel


class MeshOverlay:
    """Edges of the interaction mesh, with the robot's anchors and the scaled person's landmarks.

    Args:
        clip: the demonstration.
        robot: who follows it.
        proportions: whose lengths the person has who is followed, as :func:`retarget` takes it.
    """

    def __init__(self, clip: Clip, robot: RobotModel, proportions: Proportions = "robot") -> None:
        self._clip, self._robot, self._proportions = clip, robot, proportions

    @cached_property
    def _plan(self) -> Plan:
        return Plan(self._clip, self._robot, proportions=self._proportions)

    def edges(self, frame: int) -> Array:
        """Ends of all edges in ``frame`` ``(E, 2, 3)`` [m]."""
        source, anchors, _ = self._plan.points(frame)
        laplacian = self._plan.mesh(frame).laplacian
        # The Laplacian is not symmetric, but who is next to whom is.
        first, second = np.nonzero(np.triu(laplacian, 1))
        points = np.concatenate([source[: len(source) - len(anchors)], anchors])
        return np.asarray(points[np.stack([first, second], axis=1)])
