"""A robot's folder from its URDF or MuJoCo XML: read, understood, proposed, written."""

from kinemesh.newrobot.proposal import NewRobot, new_robot, read_robot

__all__ = ["NewRobot", "new_robot", "read_robot"]
