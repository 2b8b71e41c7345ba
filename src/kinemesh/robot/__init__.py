"""The robot: kinematics by Pinocchio, distances by coal. No other room knows either."""

from kinemesh.robot.collision import Near, Obstacle, near_ground, near_obstacle
from kinemesh.robot.configuration import Configuration
from kinemesh.robot.model import Hull, RobotModel, Sole, robot_names

__all__ = [
    "Configuration",
    "Hull",
    "Near",
    "Obstacle",
    "RobotModel",
    "Sole",
    "near_ground",
    "near_obstacle",
    "robot_names",
]
