"""One frame in, one frame out: a robot that follows a person who is being recorded now."""

from kinemesh.detection.causal.calibration import Calibration
from kinemesh.streaming.options import StreamOptions
from kinemesh.streaming.pose import Pose, Sample
from kinemesh.streaming.stream import Stream

__all__ = ["Calibration", "Pose", "Sample", "Stream", "StreamOptions"]
