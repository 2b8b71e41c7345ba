"""Where the base goes over a whole clip, made smooth as far as the frames' rows let it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.robot import RobotModel
from kinemesh.solve.smoothing import smoothed

Flags = NDArray[np.bool_]

_BASE, _JOINTS = 3.0, 3.8
"""What swings at these frequencies [Hz] is halved in the base's place, and in the joints."""
_OFF = 0.002
"""A base that visits moved by this [m] is held where it is by the frame's rows:"""
_HELD = 10.0
"""its place weighs so much more in the next path;"""
_BLOCKED = 1000.0
"""so much if nothing else would do;"""
_FIXED = 1e4
"""and so much where the base is not moved at all."""


def pace(robot: RobotModel, qs: list[Array], fps: float) -> None:
    """Let no joint go faster than it can from any configuration ``(nq,)`` to the next, in place."""
    reach = robot.velocity / fps
    for k, q in enumerate(qs[1:], 1):
        before = qs[k - 1][7:]
        qs[k] = np.concatenate([q[:7], np.clip(q[7:], before - reach, before + reach)])


class Ease:
    """Puts the solutions of a clip on smooth paths, from which visits bring back their rows.

    Args:
        robot: whose.
        qs: the solutions ``(nq,)``; changed in place.
        fps: frames a second.
    """

    def __init__(self, robot: RobotModel, qs: list[Array], fps: float) -> None:
        self._robot, self._qs, self.fps = robot, qs, fps
        self._path = self.places

    @property
    def places(self) -> Array:
        """Where the base is ``(T, 3)`` [m]."""
        return np.array([q[:3] for q in self._qs])

    def settle(self) -> None:
        """Take the base's places as they are for its path."""
        self._path = self.places

    def joints(self) -> None:
        """Smooth the joints, within their ranges and speeds."""
        robot, now = self._robot, np.array(self._qs)
        path = np.clip(smoothed(now[:, 7:], _JOINTS, self.fps), robot.lower, robot.upper)
        now[:, 7:] = path
        self._qs[:] = now
        pace(robot, self._qs, self.fps)

    def base(self, blocked: Flags, there: Flags | None = None) -> None:
        """Smooth the base's path, the more closely by places to which visits took it.

        Args:
            blocked: the frames ``(T,)`` that let the base through nowhere else.
            there: the frames ``(T,)`` whose base is moved; all by default.
        """
        if self._robot.fixed_base:
            return
        places = self.places
        moved = np.linalg.norm(places - self._path, axis=1) / _OFF
        weights = np.where(blocked, _BLOCKED, 1.0 + _HELD * np.minimum(moved, 1.0) ** 2)
        if there is not None:
            weights[~there] = _FIXED
        path = smoothed(places, _BASE, self.fps, weights)
        for index in range(len(path)) if there is None else np.flatnonzero(there):
            self._qs[index] = np.concatenate([path[index], self._qs[index][3:]])
        self._path = self.places
