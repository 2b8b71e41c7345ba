"""A simulated robot, its motors limited, that follows a trajectory in MuJoCo."""

from kinemesh.physics.controller import Controller
from kinemesh.physics.simulate import Progress, simulate
from kinemesh.physics.simulated import Simulated

__all__ = ["Controller", "Progress", "Simulated", "simulate"]
