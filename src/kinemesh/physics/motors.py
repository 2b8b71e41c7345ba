"""What drives the joints: the robot's servos, each with a limit of its torque."""

from __future__ import annotations

import numpy as np

from kinemesh.errors import RobotError
from kinemesh.robot import Motors, RobotModel

_STRONGEST = 1e4
"""No motor of a robot pushes more [N m]: a file that says so states no limit."""


def motors_of(robot: RobotModel) -> Motors:
    """The robot's servos.

    Raises:
        RobotError: a joint without a limit.
    """
    effort = robot.motors.effort
    driven = np.array([name not in robot.followers for name in robot.joint_names], dtype=bool)
    none = driven & ~((effort > 0.0) & (effort <= _STRONGEST))
    if none.any():
        k = int(np.argmax(none))
        raise RobotError(
            f"robot {robot.name!r}: joint {robot.joint_names[k]!r} has an effort limit of "
            f"{effort[k]:g} N m; expected more than 0 and at most {_STRONGEST:g}",
            given=float(effort[k]),
            advice="a simulation needs what the motors can do: state effort= in the URDF's "
            "<limit>, or in [motors] of robot.toml",
        )
    return robot.motors
