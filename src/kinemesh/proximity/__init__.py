"""Signed distances between the robot's hulls and the world, by coal and NumPy."""

from kinemesh.proximity.distances import NEAR, near_ground, near_obstacle
from kinemesh.proximity.obstacle import Obstacle
from kinemesh.proximity.query import Near

__all__ = ["NEAR", "Near", "Obstacle", "near_ground", "near_obstacle"]
