"""Inverse dynamics by Pinocchio's recursive Newton-Euler algorithm."""

from __future__ import annotations

import numpy as np
import pinocchio as pin

from kinemesh.motion.arrays import Array
from kinemesh.robot.model import RobotModel


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
    return np.array(pin.rnea(robot.pin_model, robot.scratch(), q, v, a))


def centre_of_mass(robot: RobotModel, q: Array) -> Array:
    """Centre of mass ``(3,)`` [m] in the world, by the masses of the robot's URDF."""
    return np.array(pin.centerOfMass(robot.pin_model, robot.scratch(), np.asarray(q)))
