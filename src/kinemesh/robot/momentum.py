"""What a robot's masses do: its centre of mass, its momentum, the torques that a motion takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pinocchio as pin

from kinemesh.arrays import Array
from kinemesh.robot.kinematic_model import KinematicModel
from kinemesh.robot.kinematics import Joints

GRAVITY = 9.81
"""[m/s^2], along -z."""


class Momentum(NamedTuple):
    """Centre of mass, and momentum about it as a linear function of the velocity."""

    centre: Array
    """``(3,)`` [m]."""
    matrix: Array
    """``(6, nv)`` [kg], [kg m], [kg m^2]: linear momentum, then angular momentum about the centre,
    along the world's axes, of a tangent velocity (Orin & Goswami 2008)."""


def momentum(robot: KinematicModel, q: Array) -> Momentum:
    """That of ``robot`` at ``q`` ``(nq,)``."""
    model, data = robot.pin_model, robot.scratch()
    matrix = pin.computeCentroidalMap(model, data, q).copy()
    return Momentum(pin.centerOfMass(model, data, q).copy(), matrix)


def total_mass(robot: KinematicModel) -> float:
    """[kg]."""
    return float(pin.computeTotalMass(robot.pin_model))


@dataclass(frozen=True, eq=False)
class Pushes:
    """Forces that the world exerts on points of a robot."""

    joints: Joints
    """Which joints carry the points ``(N,)``."""
    points: Array
    """Where ``(N, 3)`` [m], in the world."""
    forces: Array
    """``(N, 3)`` [N], along the world's axes."""


class Torques(NamedTuple):
    """Joint torques, and how they change with configuration, velocity and acceleration."""

    value: Array
    """``(n,)`` [N m]."""
    by_q: Array
    """``(n, nv)``."""
    by_velocity: Array
    """``(n, nv)``."""
    by_acceleration: Array
    """``(n, nv)``."""


def torques(robot: KinematicModel, q: Array, v: Array, a: Array) -> Array:
    """Joint torques ``(n,)`` [N m] of a motion under gravity, which nothing else pushes."""
    return np.array(pin.rnea(robot.pin_model, robot.scratch(), q, v, a)[6:])


def torque_rates(robot: KinematicModel, q: Array, v: Array, a: Array, pushes: Pushes) -> Torques:
    """Those of a motion that is pushed, and their derivatives; pushes turn with their links.

    Args:
        robot: whose joints.
        q: configuration ``(nq,)``.
        v: tangent velocity ``(nv,)`` [m/s], [rad/s], in the base's axes.
        a: tangent acceleration ``(nv,)``.
        pushes: what the world exerts.
    """
    model, data, forces = robot.pin_model, robot.scratch(), _felt(robot, q, pushes)
    pin.computeRNEADerivatives(model, data, q, v, a, forces)
    by_acceleration = np.triu(data.M) + np.triu(data.M, 1).T
    rates = data.dtau_dq[6:].copy(), data.dtau_dv[6:].copy(), by_acceleration[6:]
    return Torques(np.array(data.tau[6:]), *rates)


def _felt(robot: KinematicModel, q: Array, pushes: Pushes) -> pin.StdVec_Force:
    """The pushes on every joint, in its own frame."""
    model, data = robot.pin_model, robot.scratch()
    forces = [pin.Force.Zero() for _ in range(model.njoints)]
    pin.forwardKinematics(model, data, q)
    (x, y, z), (a, b, c) = pushes.points.T, pushes.forces.T
    moments = np.stack([y * c - z * b, z * a - x * c, x * b - y * a], axis=1)
    for joint in set(pushes.joints.tolist()):
        own = pushes.joints == joint
        there = pin.Force(pushes.forces[own].sum(axis=0), moments[own].sum(axis=0))
        forces[joint] = data.oMi[joint].actInv(there)
    listed = pin.StdVec_Force()
    listed.extend(forces)
    return listed
