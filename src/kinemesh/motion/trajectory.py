"""Trajectories: the robot's answer, q over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arguments import FARTHEST, floats, rate, text, texts
from kinemesh.arrays import Array, locked, readonly
from kinemesh.errors import ClipError
from kinemesh.geometry import poses

_UNIT = 0.02
"""A quaternion whose length is further than this from 1 is no rotation: files round theirs."""


@dataclass(frozen=True, eq=False)
class Trajectory:
    """Robot configurations over time, in Pinocchio's order.

    Raises:
        ClipError: shapes that do not fit, no frame, numbers that are not finite or no trajectory's,
            a name that stands twice, or quaternions that are not of length 1.
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
        q = floats("q", self.q, "configurations (T, 7 + n)", error=ClipError)
        names = texts("joint_names", self.joint_names, "a tuple of joint names")
        object.__setattr__(self, "joint_names", names)
        text("robot", self.robot, "the robot's name, a text")
        if len(set(names)) != len(names):
            raise ClipError(f"joint_names holds a name twice: {', '.join(names)}")
        if q.ndim != 2 or q.shape[1] != 7 + len(self.joint_names):
            raise ClipError(
                f"a trajectory of {len(self.joint_names)} joints needs "
                f"(T, {7 + len(self.joint_names)}) numbers; got {q.shape}"
            )
        if not np.all(np.isfinite(q)):
            raise ClipError("the trajectory holds NaN or infinite numbers")
        object.__setattr__(self, "fps", rate(self.fps, ClipError))
        if not len(q):
            raise ClipError("the trajectory q has no frame; expected at least one")
        if np.abs(q).max() > FARTHEST:
            raise ClipError(
                f"the trajectory q holds {np.abs(q).max():g}; expected metres and radians, at most "
                f"{FARTHEST:g}"
            )
        off = np.abs(np.linalg.norm(q[:, 3:7], axis=1) - 1.0)
        if off.max() > _UNIT:
            frame = int(off.argmax())
            raise ClipError(
                f"the base's quaternion is {q[frame, 3:7]} in frame {frame} of q; expected "
                f"x y z w of length 1"
            )
        object.__setattr__(self, "q", readonly(q))

    __setstate__ = locked

    def __repr__(self) -> str:
        size = f"{len(self)} frames at {self.fps:g}/s, {len(self.joint_names)} joints"
        return f"Trajectory({self.robot!r}, {size})"

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
        """Joint velocities between frames ``(T - 1, n)`` [rad/s].

        Examples:
            >>> done = kinemesh.retarget(kinemesh.demos.walk().crop(0, 4)).trajectory
            >>> done.velocity().shape
            (3, 29)
        """
        return np.asarray(np.diff(self.joints, axis=0) * self.fps)

    def qpos(self) -> Array:
        """MuJoCo's order ``(T, 7 + n)``: base ``x y z qw qx qy qz`` then joints.

        Examples:
            >>> done = kinemesh.retarget(kinemesh.demos.walk().crop(0, 4)).trajectory
            >>> bool((done.qpos()[:, 3] == done.base[:, 6]).all())  # w comes first
            True
        """
        return np.hstack([poses.to_wxyz(self.base), self.joints])
