"""A trajectory with its kinematics done, and which parts of the robot are hands and feet."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.errors import ClipError
from kinemesh.metrics.geometry.kinematics import PosedRobot, pose_robot
from kinemesh.motion import LANDMARKS, Trajectory
from kinemesh.robot.model import RobotModel

SIDES = ("left", "right")


class KinematicTrajectory:
    """Every frame of a trajectory: the robot posed by the ruler's own kinematics.

    Raises:
        ClipError: the trajectory's joints are not the robot's.
    """

    def __init__(self, trajectory: Trajectory, robot: RobotModel) -> None:
        if set(trajectory.joint_names) != set(robot.joint_names):
            strange = set(trajectory.joint_names) ^ set(robot.joint_names)
            raise ClipError(
                f"the trajectory and robot {robot.name!r} do not have the same joints; "
                f"only one of them has {', '.join(sorted(strange))}"
            )
        order = [trajectory.joint_names.index(name) for name in robot.joint_names]
        self.robot = robot
        self.fps = trajectory.fps
        self.q: Array = np.hstack([trajectory.base, trajectory.joints[:, order]])

    def __len__(self) -> int:
        return len(self.q)

    @property
    def joints(self) -> Array:
        """Joint angles ``(T, n)`` [rad]."""
        return np.asarray(self.q[:, 7:])

    @cached_property
    def configurations(self) -> tuple[PosedRobot, ...]:
        """One a frame."""
        return tuple(pose_robot(self.robot, self.q))

    @cached_property
    def rotations(self) -> Array:
        """World rotations of all joint frames ``(T, njoints, 3, 3)``."""
        return np.array([c.rotations for c in self.configurations])

    @cached_property
    def translations(self) -> Array:
        """World positions of all joint frames ``(T, njoints, 3)`` [m]."""
        return np.array([c.translations for c in self.configurations])

    def places(self, joint: int, points: Array) -> Array:
        """World positions ``(T, N, 3)`` [m] of ``points`` ``(N, 3)`` in the frame of a joint."""
        turned = points @ self.rotations[:, joint].transpose(0, 2, 1)
        return np.asarray(turned + self.translations[:, joint, None])

    def heights(self, joint: int, points: Array) -> Array:
        """World heights ``(T, N)`` [m] of ``points`` ``(N, 3)`` in the frame of a joint."""
        turned = self.rotations[:, joint, 2] @ points.T
        return np.asarray(turned + self.translations[:, joint, 2, None])

    @cached_property
    def landmarks(self) -> Array:
        """The robot's landmarks ``(T, K, 3)`` [m]."""
        joints, offsets = self.robot.landmark_joints, self.robot.landmark_offsets
        turned = (self.rotations[:, joints] @ offsets[:, :, None])[..., 0]
        return np.asarray(turned + self.translations[:, joints])

    def corners(self, foot: str) -> Array:
        """Sole corners ``(T, 4, 3)`` [m] of ``foot``: two at the heel, then two at the toe."""
        sole = next(s for s in self.robot.soles if s.name == foot)
        return self.places(sole.joint, sole.corners)

    def hand_hulls(self, side: str) -> NDArray[np.int64]:
        """Hulls that move with the link of the ``{side}_hand`` landmark: it and all fixed to it."""
        joint = self.robot.landmark_joints[LANDMARKS.index(f"{side}_hand")]
        return np.flatnonzero(self.robot.hull_table.joints == joint)

    def foot_hulls(self, side: str) -> NDArray[np.int64]:
        """Hulls that move with the sole of the ``side`` foot."""
        joint = next(s.joint for s in self.robot.soles if s.name == side)
        return np.flatnonzero(self.robot.hull_table.joints == joint)

    def underside(self, foot: str) -> Array:
        """Lowest height ``(T,)`` [m] of ``foot``: of its sole's corners and of its hulls."""
        lowest = self.corners(foot)[:, :, 2].min(axis=1)
        table, sole = self.robot.hull_table, next(s for s in self.robot.soles if s.name == foot)
        points = table.vertices[table.vertex_joints == sole.joint]
        if len(points):
            lowest = np.minimum(lowest, self.heights(sole.joint, points).min(axis=1))
        return np.asarray(lowest)
