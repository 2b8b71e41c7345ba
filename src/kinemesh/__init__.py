"""Human motion, with the objects held and the ground climbed, to humanoid robot trajectories."""

from kinemesh import augment, constraints, demos, errors, objectives
from kinemesh._version import __version__
from kinemesh.errors import (
    ClipError,
    KinemeshError,
    MissingExtra,
    NoStepError,
    OptionError,
    ReadError,
    RobotError,
    SolveError,
    WriteError,
)
from kinemesh.linting import lint
from kinemesh.matching import TrajectoryFile, evaluate, read_trajectory
from kinemesh.motion import Clip, Prop, Scene, Shape, Skeleton, Terrain, Trajectory
from kinemesh.recordings import read
from kinemesh.result import FrameReport, Result
from kinemesh.robot import RobotModel, clip_of
from kinemesh.solve import Retargeter, retarget
from kinemesh.trajectories import write
from kinemesh.viewer import view

__all__ = [
    "Clip",
    "ClipError",
    "FrameReport",
    "KinemeshError",
    "MissingExtra",
    "NoStepError",
    "OptionError",
    "Prop",
    "ReadError",
    "Result",
    "Retargeter",
    "RobotError",
    "RobotModel",
    "Scene",
    "Shape",
    "Skeleton",
    "SolveError",
    "Terrain",
    "Trajectory",
    "TrajectoryFile",
    "WriteError",
    "__version__",
    "augment",
    "clip_of",
    "constraints",
    "demos",
    "errors",
    "evaluate",
    "lint",
    "objectives",
    "read",
    "read_trajectory",
    "retarget",
    "view",
    "write",
]
