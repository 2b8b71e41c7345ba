"""Signed distances between the robot's hulls and the world, by coal and NumPy."""

from kinemesh.proximity.distances import (
    NEAR,
    distances_over_frames,
    distances_to_ground,
    distances_to_obstacle,
)
from kinemesh.proximity.obstacle import Obstacle
from kinemesh.proximity.signed_distances import SignedDistances

__all__ = [
    "NEAR",
    "Obstacle",
    "SignedDistances",
    "distances_over_frames",
    "distances_to_ground",
    "distances_to_obstacle",
]
