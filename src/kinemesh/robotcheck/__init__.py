"""Whether a robot's folder is good to work with: what to mend, and where."""

from kinemesh.robotcheck.checking import MOTIONS, check_robot
from kinemesh.robotcheck.report import Check, CheckReport

__all__ = ["MOTIONS", "Check", "CheckReport", "check_robot"]
