"""The ruler's own kinematics: Pinocchio is asked directly, and by nobody else's loops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.robot.model import RobotModel

Joints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PosedRobot:
    """The robot at one configuration: where the frames of its joints are."""

    robot: RobotModel
    q: Array
    """Configuration ``(nq,)``: base ``x y z qx qy qz qw`` [m], then joints [rad]."""
    rotations: Array
    """World rotation of every joint frame ``(njoints, 3, 3)``."""
    translations: Array
    """World position of every joint frame ``(njoints, 3)`` [m]."""

    def positions(self, joints: Joints, offsets: Array) -> Array:
        """World positions ``(N, 3)`` [m] of points at ``offsets`` ``(N, 3)`` in joint frames."""
        turned = np.einsum("nij,nj->ni", self.rotations[joints], offsets)
        return np.asarray(turned + self.translations[joints])

    def landmarks(self) -> Array:
        """World positions ``(K, 3)`` [m] of the landmarks, in the order of ``LANDMARKS``."""
        return self.positions(self.robot.landmark_joints, self.robot.landmark_offsets)


def pose_robot(robot: RobotModel, q: Array) -> Iterator[PosedRobot]:
    """The robot at each of the configurations ``q`` ``(T, nq)``, by forward kinematics."""
    model = robot.pin_model
    data = model.createData()
    for row in np.asarray(q, dtype=np.float64):
        pin.forwardKinematics(model, data, row)
        placements = np.array([placement.homogeneous for placement in data.oMi])
        yield PosedRobot(robot, row, placements[:, :3, :3], placements[:, :3, 3])


def velocities(robot: RobotModel, q: Array, fps: float) -> Array:
    """Tangent velocities ``(T - 1, nv)`` [m/s], [rad/s] between configurations ``(T, nq)``."""
    model = robot.pin_model
    steps = [pin.difference(model, a, b) for a, b in pairwise(q)]
    return np.reshape(steps, (-1, model.nv)) * fps


def inverse_dynamics(robot: RobotModel, q: Array, v: Array, a: Array) -> Array:
    """Generalised forces ``(nv,)`` [N], [N m] that make the robot accelerate with ``a``.

    Args:
        robot: the model, with the masses and inertias of its URDF.
        q: configuration ``(nq,)``.
        v: tangent velocity ``(nv,)`` [m/s], [rad/s], in the base's own axes.
        a: tangent acceleration ``(nv,)`` [m/s^2], [rad/s^2].

    Returns:
        The wrench that the base lacks (first six; the world must supply it through contacts)
        and the joint torques. Gravity acts; contact forces are not included.
    """
    return np.array(pin.rnea(robot.pin_model, robot.pin_model.createData(), q, v, a))


def point_jacobians(robot: RobotModel, q: Array, joint: int, points: Array) -> Array:
    """Jacobians ``(N, 3, nv)`` of world ``points`` ``(N, 3)`` [m] that move with a joint.

    Args:
        robot: the model.
        q: configuration ``(nq,)``.
        joint: index of the joint that carries all of the points.
        points: where they are in the world.
    """
    model = robot.pin_model
    data = model.createData()
    pin.computeJointJacobians(model, data, q)
    spatial = pin.getJointJacobian(model, data, joint, pin.ReferenceFrame.LOCAL_WORLD_ALIGNED)
    lever = points - data.oMi[joint].translation
    # v + w x r for every column.
    turning = np.cross(spatial[3:].T[None], lever[:, None]).transpose(0, 2, 1)
    return np.asarray(spatial[:3] + turning)
