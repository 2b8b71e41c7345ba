"""A trajectory, whoever wrote it, with the recording and the scene that it is judged in."""

from kinemesh.matching.delivery import Delivery
from kinemesh.matching.evaluating import evaluate
from kinemesh.matching.matched import MatchedTrajectory, MotionLike, match
from kinemesh.matching.recording import RecordingOptions
from kinemesh.matching.scene import Shapes
from kinemesh.matching.trajectory_file import TrajectoryFile, read_trajectory

__all__ = [
    "Delivery",
    "MatchedTrajectory",
    "MotionLike",
    "RecordingOptions",
    "Shapes",
    "TrajectoryFile",
    "evaluate",
    "match",
    "read_trajectory",
]
