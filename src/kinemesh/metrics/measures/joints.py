"""Joint limits and joint velocity limits."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.limits import Limits
from kinemesh.metrics.score import Measure, runs

_ROUND = 1e-6
"""Excess up to this is round-off [rad], [rad/s]."""


def joint_limits(posed: KinematicTrajectory, limits: Limits) -> tuple[Measure, ...]:
    """Excess over the range and over the speed of every joint."""
    robot = posed.robot
    outside = np.maximum(robot.lower - posed.joints, posed.joints - robot.upper)
    speed = np.abs(np.diff(posed.joints, axis=0)) * posed.fps
    fast = np.zeros_like(posed.joints)
    if len(speed):
        fast[1:] = speed - robot.velocity
    return (
        *_excess(posed, "limits.joint", "rad", outside, limits.joint_excess),
        *_hardware(posed),
        *_followers(posed, limits),
        *_excess(posed, "limits.velocity", "rad/s", fast, limits.velocity_excess),
    )


def _excess(
    posed: KinematicTrajectory, name: str, unit: str, excess: Array, limit: float | None
) -> tuple[Measure, ...]:
    excess = np.maximum(excess, 0.0)
    frame, joint = np.unravel_index(int(np.argmax(excess)), excess.shape)
    worst = float(excess[frame, joint])
    beyond = excess.max(axis=1) > (_ROUND if limit is None else limit)
    note = f"{posed.robot.joint_names[int(joint)]} in frame {int(frame)}" if worst > 0.0 else ""
    return (
        Measure(
            f"{name}_excess",
            worst,
            unit,
            limit,
            frames=runs(beyond),
            note=note,
            series=excess.max(axis=1),
        ),
        Measure(f"{name}_frames", float(beyond.sum()), "frames", frames=runs(beyond)),
    )


def _followers(posed: KinematicTrajectory, limits: Limits) -> tuple[Measure, ...]:
    """How far joints that follow others are from where these have them; none where none do."""
    robot, joints = posed.robot, posed.joints
    if not robot.followers:
        return ()
    off, index = np.zeros_like(joints), robot.joint_names.index
    for name, follower in robot.followers.items():
        wanted = follower.factor * joints[:, index(follower.leader)] + follower.offset
        off[:, index(name)] = np.abs(joints[:, index(name)] - wanted)
    return _excess(posed, "limits.mimic", "rad", off, limits.joint_excess)


def _hardware(posed: KinematicTrajectory) -> tuple[Measure, ...]:
    """Excess over the limits of the URDF itself, which ``robot.toml`` may narrow."""
    model = posed.robot.pin_model
    lower, upper = model.lowerPositionLimit[7:], model.upperPositionLimit[7:]
    outside = np.maximum(lower - posed.joints, posed.joints - upper)
    return _excess(posed, "limits.urdf", "rad", outside, None)
