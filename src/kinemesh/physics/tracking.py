"""What it costs to be off the reference: a quadratic form in the tangent, for each knot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.motion import Scene
from kinemesh.motion.skeleton import LANDMARKS
from kinemesh.physics.model import Model
from kinemesh.physics.reference import Reference

_PLACE = 0.05
"""Landmarks, and corners of props, that are all so far off [m] cost 1,"""
_TURN = 0.15
"""and so do a base that is turned by this [rad],"""
_ANGLE = 0.5
"""joints that are off by this [rad],"""
_SPEED = 0.5
"""a base that is so much too fast [m/s],"""
_SPIN = 1.5
"""or turns so much too fast [rad/s],"""
_RATE = 3.0
"""joints that do [rad/s],"""
_PUSH = 0.2
"""and servos whose targets differ from the reference's by so much of what saturates them."""


@dataclass(frozen=True, eq=False)
class Tracking:
    """Costs at each of K knots: of tangents from the reference's state, and of controls.

    Attributes:
        places: how landmarks and corners move with the tangent, by their weights ``(K, M, nv)``.
        plain: weights of the tangent's own numbers, then of the velocities' ``(2 nv,)``.
        control: of the servos' targets ``(nu,)`` [1/rad^2].
    """

    places: Array
    plain: Array
    control: Array

    def weights(self, knots: slice) -> Array:
        """The quadratic forms ``(K, 2 nv, 2 nv)`` of some knots."""
        places = self.places[knots]
        nv = places.shape[2]
        result = np.tile(np.diag(self.plain), (len(places), 1, 1))
        result[:, :nv, :nv] += places.swapaxes(1, 2) @ places
        return result

    def cost(self, knot: int, errors: Array, off: Array) -> Array:
        """Of states ``(S, 2 nv)`` and controls ``(S, nu)`` off the reference's at a knot."""
        places = errors[:, : self.places.shape[2]] @ self.places[knot].T
        cost = (places**2).sum(axis=1) + errors**2 @ self.plain + off**2 @ self.control
        return np.asarray(cost)


def points_of(model: Model, scene: Scene) -> tuple[Array, Array, Array]:
    """Bodies ``(N,)``, places in them ``(N, 3)`` [m] and weights ``(N,)``: landmarks and corners.

    Landmarks count 1 together, and so do the corners of each free prop's bounds.
    """
    robot = model.robot
    joints, offsets = robot.landmark_points(*LANDMARKS)
    bodies = [model.links[joints - 1]]
    places, weights = [offsets], [np.full(len(joints), 1.0 / len(joints))]
    for k, body in zip(model.free, model.free_bodies, strict=True):
        low, high = scene.props[k].shape.bounds
        signs = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
        bodies.append(np.full(8, body))
        places.append(low + signs * (high - low))
        weights.append(np.full(8, 1.0 / 8.0))
    return np.concatenate(bodies), np.concatenate(places), np.concatenate(weights)


def tracking(model: Model, reference: Reference, scene: Scene, every: int) -> Tracking:
    """The costs of each ``every``-th time step of ``reference``."""
    import mujoco

    mj, data = model.mj, mujoco.MjData(model.mj)
    nv, count = mj.nv, len(model.joint_v)
    bodies, places, weights = points_of(model, scene)
    plain = np.zeros(2 * nv)
    plain[model.joint_v] = 1.0 / (count * _ANGLE**2)
    plain[nv + model.joint_v] = 1.0 / (count * _RATE**2)
    for block in ([] if model.robot.fixed_base else [np.arange(6)], model.free_v):
        for where in block:
            plain[where[3:]] = 1.0 / _TURN**2
            plain[nv + where[:3]] = 1.0 / _SPEED**2
            plain[nv + where[3:]] = 1.0 / _SPIN**2
    rows = range(0, len(reference), every)
    result = np.zeros((len(rows), len(bodies), 3, nv))
    for target, k in zip(result, rows, strict=True):
        data.qpos[:] = reference.q[k]
        mujoco.mj_kinematics(mj, data)
        mujoco.mj_comPos(mj, data)
        for one, body, place in zip(target, bodies.tolist(), places, strict=True):
            where = data.xpos[body] + data.xmat[body].reshape(3, 3) @ place
            mujoco.mj_jac(mj, data, one, None, where, body)
    result *= np.sqrt(weights)[:, None, None] / _PLACE
    reach = _PUSH * (model.motors.effort / model.motors.stiffness)[model.driven]
    control = 1.0 / (len(reach) * reach**2)
    return Tracking(result.reshape(len(rows), -1, nv), plain, control)
