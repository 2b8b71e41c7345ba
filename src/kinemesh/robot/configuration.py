"""The robot at q, kinematics done: an immutable value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import coal
import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from kinemesh.motion.arrays import Array

if TYPE_CHECKING:
    from kinemesh.robot.model import RobotModel

Joints = NDArray[np.int64]


class Configuration:
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

    def __init__(self, robot: RobotModel, q: Array) -> None:
        self.robot = robot
        self.q = np.array(q, dtype=np.float64)
        self.q.setflags(write=False)
        self._jacobian: Array
        self.rotations: Array
        self.translations: Array
        self.spheres: Array
        if robot.kernel is not None:
            done = robot.kernel.kinematics(self.q)
            self._jacobian, self.rotations, self.translations, self.spheres = done
        else:
            data = robot.scratch()
            # One pass gives placements and the world Jacobian of all joints. The copies below are
            # what makes this object a value: the scratch data is reused by the next one.
            self._jacobian = pin.computeJointJacobians(robot.pin_model, data, self.q).copy()
            placements = np.array([placement.homogeneous for placement in data.oMi])
            self.rotations, self.translations = placements[:, :3, :3], placements[:, :3, 3]
            table = robot.hull_table
            self.spheres = self.positions(table.joints, table.centres)
        for array in (self._jacobian, self.rotations, self.translations, self.spheres):
            array.setflags(write=False)

    @property
    def posed(self) -> tuple[Array, Array, Array]:
        """Rotations, translations and spheres: what the compiled loops ask for."""
        return self.rotations, self.translations, self.spheres

    def placed(self, joint: int) -> coal.Transform3s:
        """The frame of ``joint`` in the world, for coal."""
        return coal.Transform3s(self.rotations[joint], self.translations[joint])

    def positions(self, joints: Joints, offsets: Array) -> Array:
        """World positions ``(N, 3)`` [m] of points at ``offsets`` ``(N, 3)`` in joint frames."""
        kernel = self.robot.kernel
        if kernel is not None:
            return np.asarray(kernel.positions(self.rotations, self.translations, joints, offsets))
        turned = np.matmul(self.rotations[joints], offsets[:, :, None])[:, :, 0]
        return np.asarray(turned + self.translations[joints])

    def jacobians(self, joints: Joints, points: Array) -> Array:
        r"""Jacobians ``(N, 3, nv)`` of world ``points`` ``(N, 3)`` [m] that move with ``joints``.

        With the spatial Jacobian's columns :math:`(v_k, \omega_k)` taken at the world origin,
        a point moves with :math:`v_k + \omega_k \times p` for every joint k that carries it.
        """
        if self.robot.kernel is not None:
            return np.asarray(self.robot.kernel.jacobians(self._jacobian, joints, points))
        linear, angular = self._jacobian[:3], self._jacobian[3:]
        turning = np.matmul(_skew(points), angular)
        result = linear[None] - turning
        result *= self.robot.support[joints][:, None, :]
        return np.asarray(result)

    def rows(self, joints: Joints, points: Array, directions: Array) -> Array:
        """Rates ``(N, nv)`` of world ``points`` along world ``directions`` ``(N, 3)``."""
        if self.robot.kernel is not None:
            return np.asarray(self.robot.kernel.rows(self._jacobian, joints, points, directions))
        linear, angular = self._jacobian[:3], self._jacobian[3:]
        # points x directions, written out: np.cross costs ten times the arithmetic.
        px, py, pz = points.T
        dx, dy, dz = directions.T
        moments = np.stack([py * dz - pz * dy, pz * dx - px * dz, px * dy - py * dx], axis=1)
        result = directions @ linear + moments @ angular
        result *= self.robot.support[joints]
        return np.asarray(result)

    def parting(self, joints: Joints, points: Array, directions: Array) -> Array:
        """Rates ``(N, nv)`` at which pairs of world points part along world directions.

        Args:
            joints: which joints carry the first and the second ``(N, 2)``.
            points: the pairs ``(N, 2, 3)`` [m].
            directions: ``(N, 3)``, from the second to the first.
        """
        kernel = self.robot.kernel
        if kernel is not None:
            return np.asarray(kernel.parting(self._jacobian, joints, points, directions))
        first = self.rows(joints[:, 0], points[:, 0], directions)
        return first - self.rows(joints[:, 1], points[:, 1], directions)

    def along(
        self, joints: Joints, offsets: Array, directions: Array, origins: Array
    ) -> tuple[Array, Array]:
        r"""How far points are along directions, and how fast they go.

        .. math:: d_k \cdot (p_k(q) - o_k)

        Args:
            joints: which joints carry the points ``(N,)``.
            offsets: the points in their frames ``(N, 3)`` [m].
            directions: :math:`d_k` in the world ``(N, 3)``.
            origins: :math:`o_k` in the world ``(N, 3)`` [m].

        Returns:
            Values ``(N,)`` [m] and rates ``(N, nv)``.
        """
        kernel = self.robot.kernel
        if kernel is not None:
            known = self._jacobian, self.rotations, self.translations
            value, rates = kernel.along(*known, joints, offsets, directions, origins)
            return value, rates
        points = self.positions(joints, offsets)
        value = np.einsum("nk,nk->n", directions, points - origins)
        return value, self.rows(joints, points, directions)

    def mixed(
        self, joints: Joints, offsets: Array, factor: Array, constant: Array
    ) -> tuple[Array, Array]:
        """Linear combinations :math:`F P + o` of points of the robot, and how they change.

        Args:
            joints: which joints carry the points ``(K,)``.
            offsets: the points in their frames ``(K, 3)`` [m].
            factor: :math:`F` ``(K, K)``, upper triangular.
            constant: :math:`o` ``(K, 3)`` [m].

        Returns:
            Values ``(K, 3)`` [m] and rates ``(3 K, nv)``.
        """
        kernel = self.robot.kernel
        if kernel is not None:
            known = self._jacobian, self.rotations, self.translations
            value, rates = kernel.mixed(*known, joints, offsets, factor, constant)
            return value, rates
        points, count = self.positions(joints, offsets), len(joints)
        single = self.jacobians(joints, points).reshape(count, -1)
        return factor @ points + constant, (factor @ single).reshape(3 * count, -1)

    def turned(self, joints: Joints, own: Array, wanted: Array) -> tuple[Array, Array]:
        r"""What axes fixed to joints miss wanted ones by, and how that changes.

        A vector a turns with :math:`\omega \times a`.

        Args:
            joints: which joints carry the axes ``(P,)``.
            own: the axes in their frames ``(P, 3, 3)``, as columns.
            wanted: where they are to point in the world ``(P, 3, 3)``, as columns.

        Returns:
            Values ``(9 P,)``, axis after axis, and rates ``(9 P, nv)``.
        """
        kernel = self.robot.kernel
        if kernel is not None:
            value, rates = kernel.turned(self._jacobian, self.rotations, joints, own, wanted)
            return value, rates
        axes = self.rotations[joints] @ own
        vectors = np.swapaxes(axes, 1, 2).reshape(-1, 3)
        rates = -_skew(vectors).reshape(len(joints), 9, 3) @ self.turns(joints)
        return np.swapaxes(axes - wanted, 1, 2).ravel(), rates.reshape(len(vectors) * 3, -1)

    def turns(self, joints: Joints) -> Array:
        """World angular rates ``(N, 3, nv)`` of the frames of ``joints``."""
        return np.asarray(self._jacobian[None, 3:] * self.robot.support[joints][:, None, :])

    def landmarks(self) -> Array:
        """World positions ``(K, 3)`` [m] of the landmarks, in the order of ``LANDMARKS``."""
        return self.positions(self.robot.landmark_joints, self.robot.landmark_offsets)

    def integrate(self, step: Array) -> Configuration:
        """The configuration ``q (+) step`` for a tangent step ``(nv,)``."""
        return Configuration(self.robot, pin.integrate(self.robot.pin_model, self.q, step))

    def difference(self, origin: Array) -> tuple[Array, Array]:
        """Tangent ``(nv,)`` from ``origin`` ``(nq,)`` to here, and its Jacobian ``(nv, nv)``."""
        if np.shape(origin) != self.q.shape:
            raise ValueError(
                f"difference from an origin {np.shape(origin) if origin is not None else None}; "
                f"expected {self.q.shape}: the first frame of a clip has no previous one"
            )
        if self.robot.kernel is not None:
            value, jacobian = self.robot.kernel.difference(origin, self.q)
            return value, jacobian
        model = self.robot.pin_model
        value = pin.difference(model, origin, self.q)
        return value, pin.dDifference(model, origin, self.q, pin.ARG1)

    def blended(self, others: Sequence[Array], shares: Array) -> tuple[Array, Array]:
        r"""How far this is from a blend of other configurations, and how that changes.

        .. math:: - \sum_k s_k (q \ominus q_k), \qquad \sum_k s_k = -1

        Args:
            others: :math:`q_k` ``(nq,)``.
            shares: :math:`s_k` ``(N,)``.

        Returns:
            Tangent ``(nv,)`` and its Jacobian ``(nv, nv)``.
        """
        kernel = self.robot.kernel
        if kernel is not None:
            value, jacobian = kernel.blended(self.q, others, shares)
            return value, jacobian
        nv = self.robot.nv
        value, turning = np.zeros(nv), np.zeros((6, 6))
        for other, share in zip(others, shares, strict=True):
            away, rate = self.difference(other)
            value -= share * away
            turning -= share * rate[:6, :6]
        # Joints are numbers: they change as the step does.
        jacobian = np.eye(nv)
        jacobian[:6, :6] = turning
        return value, jacobian


def _skew(points: Array) -> Array:
    """Matrices ``(N, 3, 3)`` with ``_skew(p) @ w == p x w``."""
    result = np.zeros((len(points), 3, 3))
    x, y, z = points.T
    result[:, 0, 1], result[:, 0, 2] = -z, y
    result[:, 1, 0], result[:, 1, 2] = z, -x
    result[:, 2, 0], result[:, 2, 1] = -y, x
    return result
