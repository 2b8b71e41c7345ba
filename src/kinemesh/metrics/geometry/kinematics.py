"""The ruler's own kinematics: Pinocchio is asked directly, and by nobody else's loops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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


def inverse_dynamics(robot: RobotModel, q: Array, v: Array, a: Array) -> Array:
    """Generalised forces ``(T, nv)`` [N], [N m] that make the robot accelerate with ``a``.

    Args:
        robot: the model, with the masses and inertias of its URDF.
        q: configurations ``(T, nq)``.
        v: tangent velocities ``(T, nv)`` [m/s], [rad/s], in the base's own axes.
        a: tangent accelerations ``(T, nv)`` [m/s^2], [rad/s^2].

    Returns:
        The wrench that the base lacks (first six; the world must supply it through contacts)
        and the joint torques. Gravity acts; contact forces are not included.
    """
    model = robot.pin_model
    data = model.createData()
    rows = [np.array(pin.rnea(model, data, *row)) for row in zip(q, v, a, strict=True)]
    return np.reshape(rows, (-1, model.nv))


def centres_of_mass(robot: RobotModel, q: Array) -> Array:
    """World centres of mass ``(T, 3)`` [m] at configurations ``q`` ``(T, nq)``."""
    model = robot.pin_model
    data = model.createData()
    return np.reshape([np.array(pin.centerOfMass(model, data, row)) for row in q], (-1, 3))


def joint_jacobians(robot: RobotModel, q: Array, joints: Sequence[int]) -> Iterator[Array]:
    """Spatial Jacobians ``(K, 6, nv)`` of joint frames, about their origins in world axes.

    Args:
        robot: the model.
        q: configurations ``(T, nq)``.
        joints: which of its joints.

    Yields:
        One a configuration: linear velocity in the first three rows, angular in the others.
    """
    model, there = robot.pin_model, pin.ReferenceFrame.LOCAL_WORLD_ALIGNED
    data = model.createData()
    for row in q:
        pin.computeJointJacobians(model, data, row)
        yield np.array([pin.getJointJacobian(model, data, joint, there) for joint in joints])
