"""Trajectories: the robot's answer, q over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.errors import ClipError
from kinemesh.motion import poses
from kinemesh.motion.arrays import Array, locked, readonly
from kinemesh.motion.bounds import FARTHEST, check_places, check_rate, check_turns


@dataclass(frozen=True, eq=False)
class Trajectory:
    """Robot configurations over time, in Pinocchio's order.

    Raises:
        ClipError: shapes that do not fit, no frames, or numbers that no trajectory holds: not
            finite, quaternions of zero, places beyond 100 km.
    """

    q: Array
    """Configurations ``(T, 7 + n)``: base ``x y z qx qy qz qw`` then joints [rad]."""
    fps: float
    """Frames per second [1/s]."""
    joint_names: tuple[str, ...]
    """Names of the ``n`` joints, in the order of the columns."""
    robot: str
    """Name of the robot the joints belong to."""

    def __post_init__(self) -> None:
        q = np.asarray(self.q, dtype=np.float64)
        object.__setattr__(self, "joint_names", tuple(self.joint_names))
        if q.ndim != 2 or q.shape[1] != 7 + len(self.joint_names):
            raise ClipError(
                f"a trajectory of {len(self.joint_names)} joints needs "
                f"(T, {7 + len(self.joint_names)}) numbers; got {q.shape}"
            )
        check_rate(self.fps)
        if not len(q):
            raise ClipError("the trajectory has no frames; expected one or more")
        check_places(q[:, :3], "the trajectory")
        check_turns(q[:, 3:7], "the trajectory's base")
        if not np.all(np.abs(q) <= FARTHEST):
            raise ClipError("the trajectory holds NaN or infinite numbers, or far too large ones")
        object.__setattr__(self, "q", readonly(q))

    __setstate__ = locked

    def __len__(self) -> int:
        return len(self.q)

    @property
    def base(self) -> Array:
        """Poses of the base ``(T, 7)``."""
        return np.asarray(self.q[:, :7])

    @property
    def joints(self) -> Array:
        """Joint angles ``(T, n)`` [rad]."""
        return np.asarray(self.q[:, 7:])

    def velocity(self) -> Array:
        """Joint velocities between frames ``(T - 1, n)`` [rad/s]."""
        return np.asarray(np.diff(self.joints, axis=0) * self.fps)

    def qpos(self) -> Array:
        """MuJoCo's order ``(T, 7 + n)``: base ``x y z qw qx qy qz`` then joints."""
        return np.hstack([poses.to_wxyz(self.base), self.joints])
