"""Forward kinematics and Jacobians at q: an immutable value."""

from __future__ import annotations

from typing import NamedTuple, Self

import coal
import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from kinemesh.arguments import unknown
from kinemesh.arrays import Array
from kinemesh.errors import RobotError
from kinemesh.motion.skeleton import LANDMARKS
from kinemesh.robot.kinematic_model import KinematicModel

Joints = NDArray[np.int64]


class PointJacobian(NamedTuple):
    """A point of the robot, and how it moves with a tangent step."""

    position: Array
    """In the world ``(3,)`` [m]."""
    jacobian: Array
    """``(3, nv)``: velocity of the point in the world for a tangent step."""


class FrameJacobian(NamedTuple):
    """A frame of the robot, and how it moves with a tangent step."""

    pose: Array
    """In the world ``(7,)``: ``x y z qx qy qz qw``."""
    jacobian: Array
    """``(6, nv)``: velocity of its origin, then angular velocity, both along the world's axes."""


class Kinematics:
    """Forward kinematics and Jacobians of a robot at ``q``, computed once and never changed.

    Points of the robot are given by joint index and position in the joint's frame; their
    world positions and Jacobians come out of three stacked arrays in one numpy operation,
    however many points there are.

    Attributes:
        robot: the model.
        q: configuration ``(nq,)``: base ``x y z qx qy qz qw`` [m], then joints [rad].
        rotations: world rotation of every joint frame ``(njoints, 3, 3)``.
        translations: world position of every joint frame ``(njoints, 3)`` [m].
        spheres: centres ``(H, 3)`` [m] of the hulls' bounding spheres in the world.
    """

    __slots__ = ("_jacobian", "q", "robot", "rotations", "spheres", "translations")

    def __init__(self, robot: KinematicModel, q: Array) -> None:
        self.robot = robot
        self.q = np.array(q, dtype=np.float64)
        self._jacobian: Array
        self.rotations: Array
        self.translations: Array
        self.spheres: Array
        data = robot.scratch()
        # One pass gives placements and the world Jacobian of all joints. The copies below are
        # what makes this object a value: the scratch data is reused by the next one.
        self._jacobian = pin.computeJointJacobians(robot.pin_model, data, self.q).copy()
        # A list of its own first: Pinocchio's takes longer to go through than to copy.
        placements = np.array([placement.homogeneous for placement in data.oMi.tolist()])
        self.rotations, self.translations = placements[:, :3, :3], placements[:, :3, 3]
        table = robot.hull_table
        self.spheres = self.positions(table.joints, table.centres)
        self._lock()

    @classmethod
    def made(
        cls,
        robot: KinematicModel,
        q: Array,
        rotations: Array,
        translations: Array,
        spheres: Array,
        jacobian: Array,
    ) -> Self:
        """A configuration whose kinematics are done already."""
        made = cls.__new__(cls)
        made.robot, made.q, made._jacobian = robot, q, jacobian
        made.rotations, made.translations, made.spheres = rotations, translations, spheres
        made._lock()
        return made

    def _lock(self) -> None:
        for array in (self.q, self._jacobian, self.rotations, self.translations, self.spheres):
            array.setflags(write=False)

    def placed(self, joint: int) -> coal.Transform3s:
        """The frame of ``joint`` in the world, for coal."""
        return coal.Transform3s(self.rotations[joint], self.translations[joint])

    def positions(self, joints: Joints, offsets: Array) -> Array:
        """World positions ``(N, 3)`` [m] of points at ``offsets`` ``(N, 3)`` in joint frames."""
        turned = np.matmul(self.rotations[joints], offsets[:, :, None])[:, :, 0]
        return np.asarray(turned + self.translations[joints])

    def jacobians(self, joints: Joints, points: Array) -> Array:
        r"""Jacobians ``(N, 3, nv)`` of world ``points`` ``(N, 3)`` [m] that move with ``joints``.

        With the spatial Jacobian's columns :math:`(v_k, \omega_k)` taken at the world origin,
        a point moves with :math:`v_k + \omega_k \times p` for every joint k that carries it.
        """
        linear, angular = self._jacobian[:3], self._jacobian[3:]
        turning = np.matmul(_skew(points), angular)
        result = linear[None] - turning
        result *= self.robot.support[joints][:, None, :]
        return np.asarray(result)

    def directional_jacobian(self, joints: Joints, points: Array, directions: Array) -> Array:
        """Rates ``(N, nv)`` of world ``points`` along world ``directions`` ``(N, 3)``."""
        linear, angular = self._jacobian[:3], self._jacobian[3:]
        # points x directions, written out: np.cross costs ten times the arithmetic.
        px, py, pz = points.T
        dx, dy, dz = directions.T
        moments = np.stack([py * dz - pz * dy, pz * dx - px * dz, px * dy - py * dx], axis=1)
        result = directions @ linear + moments @ angular
        result *= self.robot.support[joints]
        return np.asarray(result)

    def relative_directional_jacobian(
        self, joints: Joints, points: Array, directions: Array
    ) -> Array:
        """Rates ``(N, nv)`` at which pairs of world points part along world directions.

        Args:
            joints: which joints carry the first and the second ``(N, 2)``.
            points: the pairs ``(N, 2, 3)`` [m].
            directions: ``(N, 3)``, from the second to the first.
        """
        first = self.directional_jacobian(joints[:, 0], points[:, 0], directions)
        return first - self.directional_jacobian(joints[:, 1], points[:, 1], directions)

    def angular_jacobians(self, joints: Joints) -> Array:
        """World angular rates ``(N, 3, nv)`` of the frames of ``joints``."""
        return np.asarray(self._jacobian[None, 3:] * self.robot.support[joints][:, None, :])

    def landmark(self, name: str) -> PointJacobian:
        """Position ``(3,)`` [m] and Jacobian ``(3, nv)`` of a landmark, such as ``left_hand``.

        Raises:
            RobotError: no landmark has that name; the message has those there are, and the nearest.
        """
        if name not in LANDMARKS:
            unknown("landmark", name, LANDMARKS, RobotError)
        place = LANDMARKS.index(name)
        joint = self.robot.landmark_joints[[place]]
        position = self.positions(joint, self.robot.landmark_offsets[[place]])
        return PointJacobian(position[0], self.jacobians(joint, position)[0])

    def link(self, name: str) -> FrameJacobian:
        """Pose ``(7,)`` and Jacobian ``(6, nv)`` of a link, such as ``left_rubber_hand``.

        Raises:
            RobotError: no link has that name; the message has those there are, and the nearest.
        """
        model, body = self.robot.pin_model, pin.FrameType.BODY
        if not isinstance(name, str) or not model.existFrame(name, body):
            links = [f.name for f in model.frames if int(f.type) == int(body)]
            unknown("link", name, links, RobotError)
        frame = model.frames[model.getFrameId(name, body)]
        joint = np.array([frame.parentJoint])
        placed = pin.SE3(self.rotations[joint[0]], self.translations[joint[0]]) * frame.placement
        linear = self.jacobians(joint, placed.translation[None])[0]
        return FrameJacobian(
            pin.SE3ToXYZQUAT(placed), np.vstack([linear, self.angular_jacobians(joint)[0]])
        )

    def landmarks(self) -> Array:
        """World positions ``(K, 3)`` [m] of the landmarks, in the order of ``LANDMARKS``."""
        return self.positions(self.robot.landmark_joints, self.robot.landmark_offsets)

    def integrate(self, step: Array) -> Self:
        """The configuration ``q (+) step`` for a tangent step ``(nv,)``."""
        return type(self)(self.robot, pin.integrate(self.robot.pin_model, self.q, step))

    def difference(self, origin: Array) -> tuple[Array, Array]:
        """Tangent ``(nv,)`` from ``origin`` ``(nq,)`` to here, and its Jacobian ``(nv, nv)``."""
        if np.shape(origin) != self.q.shape:
            raise ValueError(
                f"difference from an origin {np.shape(origin) if origin is not None else None}; "
                f"expected {self.q.shape}: the first frame of a clip has no previous one"
            )
        model = self.robot.pin_model
        value = pin.difference(model, origin, self.q)
        return value, pin.dDifference(model, origin, self.q, pin.ARG1)


def _skew(points: Array) -> Array:
    """Matrices ``(N, 3, 3)`` with ``_skew(p) @ w == p x w``."""
    result = np.zeros((len(points), 3, 3))
    x, y, z = points.T
    result[:, 0, 1], result[:, 0, 2] = -z, y
    result[:, 1, 0], result[:, 1, 2] = z, -x
    result[:, 2, 0], result[:, 2, 1] = -y, x
    return result
