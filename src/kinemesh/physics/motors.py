"""What drives the joints: position servos, each with a limit of its torque."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array, readonly
from kinemesh.errors import RobotError
from kinemesh.robot import RobotModel

_SWING = 1.5
"""A servo whose joint is so far [rad] off its target pushes with all it has,"""
_FREQUENCY = 2.0 * np.pi * 10.0
"""swings at this frequency [rad/s] with the inertia of its rotor alone,"""
_RATIO = 2.0
"""and is damped by this ratio [1]: what BeyondMimic gives the G1's motors."""
_STRONGEST = 1e4
"""No motor of a robot pushes more [N m]: a file that says so states no limit."""


@dataclass(frozen=True, eq=False)
class Motors:
    """Of each joint ``(n,)``, in the robot's order."""

    stiffness: Array
    """[N m/rad]."""
    damping: Array
    """[N m s/rad]."""
    armature: Array
    """Inertia of the rotor at the joint [kg m^2]."""
    effort: Array
    """Largest torque [N m]."""

    def __post_init__(self) -> None:
        for name in ("stiffness", "damping", "armature", "effort"):
            object.__setattr__(self, name, readonly(getattr(self, name)))


def motors_of(robot: RobotModel) -> Motors:
    """The robot's own motors; where it states none, servos as strong as its limits of torque.

    Raises:
        RobotError: a joint without a limit.
    """
    stated = getattr(robot, "motors", None)
    effort = np.array(robot.effort if stated is None else stated.effort)
    driven = np.array([name not in robot.followers for name in robot.joint_names], dtype=bool)
    none = driven & ~((effort > 0.0) & (effort <= _STRONGEST))
    if none.any():
        k = int(np.argmax(none))
        raise RobotError(
            f"robot {robot.name!r}: joint {robot.joint_names[k]!r} has an effort limit of "
            f"{effort[k]:g} N m; expected more than 0 and at most {_STRONGEST:g}",
            given=float(effort[k]),
            advice="a simulation needs what the motors can do: state effort= in the URDF's <limit>",
        )
    if stated is not None:
        return Motors(stated.stiffness, stated.damping, stated.armature, effort)
    stiffness = effort / _SWING
    armature = stiffness / _FREQUENCY**2
    return Motors(stiffness, 2.0 * _RATIO * stiffness / _FREQUENCY, armature, effort)
