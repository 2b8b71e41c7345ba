"""Whether the motors could do it: joint torques with the ground's forces on planted feet."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.kinematics import inverse_dynamics, joint_jacobians, velocities
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.person.support import support_height
from kinemesh.metrics.score import Measure, none, runs
from kinemesh.motion import Scene

_PLANTED = 0.01
"""A sole corner bears load while it is within this [m] of its surface."""
_FRICTION = 0.8
"""Coefficient of friction of soles [1]."""
_SPREAD = 1e-3
"""Weight of the forces' own size: it spreads the load over the corners."""
_LACK = (0.1, 0.05)
"""The ground cannot carry a motion if more than this share of the weight is left over, or
more than the weight times this lever [m]."""


def dynamics(posed: KinematicTrajectory, scene: Scene, surfaces: Surfaces) -> tuple[Measure, ...]:
    """Torques beyond effort limits, and frames whose motion the feet's forces cannot carry."""
    if len(posed) < 3:
        return (none("dynamics.torque_share", "%", "needs more than 2 frames"),)
    robot = posed.robot
    rates = velocities(robot, posed.q, posed.fps)
    still = np.zeros((1, robot.nv))
    weight = float(inverse_dynamics(robot, robot.rest[None], still, still)[0, 2])
    torque = np.zeros((len(posed), robot.nv))
    torque[1:-1] = inverse_dynamics(
        robot, posed.q[1:-1], (rates[:-1] + rates[1:]) / 2.0, np.diff(rates, axis=0) * posed.fps
    )
    _support(posed, scene, torque, surfaces)
    force, moment = (np.linalg.norm(torque[:, k : k + 3], axis=1) for k in (0, 3))
    carried = (force <= _LACK[0] * weight) & (moment <= _LACK[1] * weight)
    carried[[0, -1]] = False
    ratio = np.zeros((len(posed), len(robot.effort)))
    ratio[carried] = np.abs(torque[carried, 6:]) / robot.effort
    lacks = ~carried
    lacks[[0, -1]] = False  # no acceleration is known there
    lacking = Measure(
        "dynamics.unsupported_share",
        100.0 * float(lacks[1:-1].mean()),
        "%",
        frames=runs(lacks),
    )
    if not carried.any():
        why = "no frame's motion can be carried by the feet alone"
        return (
            none("dynamics.torque_share", "%", why),
            none("dynamics.torque_worst", "%", why),
            lacking,
        )
    over = ratio.max(axis=1) > 1.0
    frame, joint = np.unravel_index(int(np.argmax(ratio)), ratio.shape)
    return (
        Measure(
            "dynamics.torque_share",
            100.0 * float(over[carried].mean()),
            "%",
            frames=runs(over),
            note=f"of the {int(carried.sum())} frames that the feet can carry",
        ),
        Measure(
            "dynamics.torque_worst",
            100.0 * float(ratio.max()),
            "%",
            note=f"{robot.joint_names[int(joint)]} in frame {int(frame)}",
        ),
        lacking,
    )


def _support(posed: KinematicTrajectory, scene: Scene, torque: Array, surfaces: Surfaces) -> None:
    """Take from ``torque`` ``(T, nv)`` what planted soles push; the base's wrench is what lacks.

    Forces lie in friction pyramids at the corners that touch; they are the non-negative least
    squares solution of the base's six equations, spread evenly where there is a choice.
    """
    from scipy.optimize import nnls  # here: a fifth of a second of start-up

    soles, edges = posed.robot.soles, _pyramid().T
    if not soles:
        return
    corners = np.stack([posed.corners(sole.name) for sole in soles], axis=1)
    under = support_height(scene, corners.reshape(-1, 3), surfaces, 0.05)
    touching = np.abs(corners[..., 2] - under.reshape(corners.shape[:3])) < _PLANTED
    frames = np.flatnonzero(touching[1:-1].any(axis=(1, 2))) + 1
    if not len(frames):
        return
    joints = [sole.joint for sole in soles]
    jacobians = joint_jacobians(posed.robot, posed.q[frames], joints)
    levers = corners[frames] - posed.translations[frames][:, joints, None]
    forces = np.broadcast_to(edges, (*levers.shape[:3], len(edges), 3))
    wrenches = np.concatenate([forces, np.cross(levers[..., None, :], edges)], axis=-1)
    wrenches = wrenches.reshape(*wrenches.shape[:2], -1, 6)
    each = np.repeat(touching[frames].reshape(len(frames), -1), len(edges), axis=1)
    whole = np.eye(each.shape[1])
    for k, flags, wrench, jacobian in zip(frames.tolist(), each, wrenches, jacobians, strict=True):
        push = (wrench @ jacobian).reshape(-1, torque.shape[1])[flags]
        count = len(push)
        system = np.vstack([push[:, :6].T, _SPREAD * whole[:count, :count]])
        force, _ = nnls(system, np.concatenate([torque[k, :6], np.zeros(count)]))
        torque[k] -= force @ push


def _pyramid() -> Array:
    """Edges ``(3, 4)`` of the friction pyramid: their non-negative sums are the forces."""
    side = _FRICTION / np.sqrt(2.0)
    return np.array([[side, side, -side, -side], [side, -side, side, -side], [1.0, 1.0, 1.0, 1.0]])
