"""The answer to a clip: a trajectory, its scene, one honest report a frame; and its file."""

from kinemesh.result.file import FORMAT, check_writable
from kinemesh.result.report import FrameReport
from kinemesh.result.result import Result
from kinemesh.result.simulation import Simulation

__all__ = ["FORMAT", "FrameReport", "Result", "Simulation", "check_writable"]
