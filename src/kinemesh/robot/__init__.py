"""The robot: kinematics by Pinocchio, distances by coal. Only the ruler asks them as well."""

import kinemesh.robot.loading  # noqa: F401  # before all that stand on what it asks for
from kinemesh.robot.bodies import (
    centre_of_mass,
    configurations,
    link_poses,
    link_velocities,
    links_of,
)
from kinemesh.robot.clips import clip_of
from kinemesh.robot.convex import collada_corners, convex_geometry
from kinemesh.robot.end_effectors import Hand, Pad, Sole
from kinemesh.robot.hulls import Hull
from kinemesh.robot.kinematics import FrameJacobian, PointJacobian
from kinemesh.robot.model import Configuration, RobotModel
from kinemesh.robot.motors import MotorEntry, Motors
from kinemesh.robot.oriented_links import OrientedLink
from kinemesh.robot.reach import Reach
from kinemesh.robot.selfcollision import SelfDistances, overlaps_at_rest, self_distances
from kinemesh.robot.shipped import robot_names

__all__ = [
    "Configuration",
    "FrameJacobian",
    "Hand",
    "Hull",
    "MotorEntry",
    "Motors",
    "OrientedLink",
    "Pad",
    "PointJacobian",
    "Reach",
    "RobotModel",
    "SelfDistances",
    "Sole",
    "centre_of_mass",
    "clip_of",
    "collada_corners",
    "configurations",
    "convex_geometry",
    "link_poses",
    "link_velocities",
    "links_of",
    "overlaps_at_rest",
    "robot_names",
    "self_distances",
]
