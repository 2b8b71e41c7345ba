"""Whether the motors could do it: joint torques with the ground's forces on planted feet."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.kinematics import inverse_dynamics, point_jacobians, velocities
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
    corners = [posed.corners(sole.name) for sole in robot.soles]
    ratio = np.zeros((len(posed), len(robot.effort)))
    carried = np.zeros(len(posed), dtype=bool)
    still = np.zeros(robot.nv)
    weight = float(inverse_dynamics(robot, robot.rest, still, still)[2])
    for k in range(1, len(posed) - 1):
        velocity = (rates[k - 1] + rates[k]) / 2.0
        acceleration = (rates[k] - rates[k - 1]) * posed.fps
        torque = inverse_dynamics(robot, posed.q[k], velocity, acceleration)
        torque = _supported(posed, scene, k, torque, [c[k] for c in corners], surfaces)
        force, moment = (float(np.linalg.norm(part)) for part in (torque[:3], torque[3:6]))
        carried[k] = force <= _LACK[0] * weight and moment <= _LACK[1] * weight
        if carried[k]:
            ratio[k] = np.abs(torque[6:]) / robot.effort
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


def _supported(
    posed: KinematicTrajectory,
    scene: Scene,
    frame: int,
    torque: Array,
    corners: list[Array],
    surfaces: Surfaces,
) -> Array:
    """Joint torques once planted soles push, after what the base's wrench still lacks.

    Forces lie in friction pyramids at the corners that touch; they are the non-negative least
    squares solution of the base's six equations, spread evenly where there is a choice.
    """
    columns = []
    for sole, points in zip(posed.robot.soles, corners, strict=True):
        height = points[:, 2] - support_height(scene, points, surfaces, 0.05)
        touching = points[np.abs(height) < _PLANTED]
        if len(touching):
            jacobian = point_jacobians(posed.robot, posed.q[frame], sole.joint, touching)
            columns.append(np.einsum("nij,id->njd", jacobian, _pyramid()))
    base = torque[:6]
    if not columns:
        return torque
    push = np.concatenate([c.transpose(1, 0, 2).reshape(len(torque), -1) for c in columns], axis=1)
    count = push.shape[1]
    system = np.vstack([push[:6], _SPREAD * np.eye(count)])
    from scipy.optimize import nnls  # here: a fifth of a second of start-up

    force, _ = nnls(system, np.concatenate([base, np.zeros(count)]))
    return np.asarray(torque - push @ force)


def _pyramid() -> Array:
    """Edges ``(3, 4)`` of the friction pyramid: their non-negative sums are the forces."""
    side = _FRICTION / np.sqrt(2.0)
    return np.array([[side, side, -side, -side], [side, -side, side, -side], [1.0, 1.0, 1.0, 1.0]])
