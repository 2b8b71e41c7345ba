"""Human motion, with the objects held and the ground climbed, to humanoid robot trajectories."""

import importlib
import importlib.util
import typing

from kinemesh._version import __version__

if typing.TYPE_CHECKING:
    from kinemesh import augment, constraints, demos, errors, objectives
    from kinemesh.errors import (
        ClipError,
        KinemeshError,
        MissingExtra,
        MissingLibrary,
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
    from kinemesh.physics.simulating import simulate
    from kinemesh.recordings import read
    from kinemesh.report import show
    from kinemesh.result import FrameReport, Result
    from kinemesh.robot import RobotModel, clip_of
    from kinemesh.solve import Retargeter, retarget
    from kinemesh.streaming import Calibration, Pose, Sample, Stream
    from kinemesh.trajectories import write
    from kinemesh.viewer import view

__all__ = [
    "Calibration",
    "Clip",
    "ClipError",
    "FrameReport",
    "KinemeshError",
    "MissingExtra",
    "MissingLibrary",
    "NoStepError",
    "OptionError",
    "Pose",
    "Prop",
    "ReadError",
    "Result",
    "Retargeter",
    "RobotError",
    "RobotModel",
    "Sample",
    "Scene",
    "Shape",
    "Skeleton",
    "SolveError",
    "Stream",
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
    "show",
    "simulate",
    "view",
    "write",
]

_HOMES = {
    "errors": (
        "ClipError",
        "KinemeshError",
        "MissingExtra",
        "MissingLibrary",
        "NoStepError",
        "OptionError",
        "ReadError",
        "RobotError",
        "SolveError",
        "WriteError",
    ),
    "linting": ("lint",),
    "matching": (
        "TrajectoryFile",
        "evaluate",
        "read_trajectory",
    ),
    "motion": (
        "Clip",
        "Prop",
        "Scene",
        "Shape",
        "Skeleton",
        "Terrain",
        "Trajectory",
    ),
    "physics.simulating": ("simulate",),
    "recordings": ("read",),
    "report": ("show",),
    "result": (
        "FrameReport",
        "Result",
    ),
    "robot": (
        "RobotModel",
        "clip_of",
    ),
    "solve": (
        "Retargeter",
        "retarget",
    ),
    "streaming": (
        "Calibration",
        "Pose",
        "Sample",
        "Stream",
    ),
    "trajectories": ("write",),
    "viewer": ("view",),
}
"""The rooms, and what of theirs is shown here. A room is entered when something of it is asked for:
whoever loads a robot does not wait for the viewer."""


def __getattr__(name: str) -> object:
    """What is shown here, from its room; or a room."""
    for room, shown in _HOMES.items():
        if name in shown:
            value = globals()[name] = getattr(importlib.import_module(f"kinemesh.{room}"), name)
            return value
    if not name.startswith("_") and importlib.util.find_spec(f"kinemesh.{name}"):
        return importlib.import_module(f"kinemesh.{name}")
    raise AttributeError(f"module 'kinemesh' has no attribute {name!r}")


def __dir__() -> list[str]:
    """What is shown here."""
    return sorted({*globals(), *__all__})
