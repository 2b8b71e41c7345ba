"""What masses say of a robot, by Pinocchio."""

from __future__ import annotations

import numpy as np
import pinocchio as pin

from kinemesh.arrays import Array
from kinemesh.robot.model import RobotModel


def centre_of_mass(robot: RobotModel, q: Array) -> Array:
    """Centre of mass ``(3,)`` [m] in the world, by the masses of the robot's URDF."""
    return np.array(pin.centerOfMass(robot.pin_model, robot.scratch(), np.asarray(q)))
