"""A written trajectory, whoever wrote it: ours or in any layout that is known."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kinemesh import arguments
from kinemesh._files.inputs import existing_file, head
from kinemesh._files.numpy_files import read_npz
from kinemesh._files.torch_files import is_torch
from kinemesh.arrays import Array
from kinemesh.errors import ReadError, RobotError
from kinemesh.matching.hardware import family_of
from kinemesh.metrics import Held
from kinemesh.motion import Scene, Trajectory
from kinemesh.result import Result
from kinemesh.robot import RobotModel, links_of
from kinemesh.trajectories import LAYOUTS, read_layout

_DEFAULT = "g1"
"""Whose a trajectory is taken to be whose file does not say."""


@dataclass(frozen=True, eq=False)
class TrajectoryFile:
    """A trajectory with all that its file says of it, and whose it is. T frames."""

    trajectory: Trajectory
    """The robot's motion."""
    robot: RobotModel
    """Whose it is."""
    tracks: Mapping[str, Array] = field(default_factory=dict)
    """Prop to poses ``(T, 7)``; ``prop 1``, ... where the file does not name its props."""
    scale: float | None = None
    """How much smaller the robot's world is than the person's, where the file says so."""
    stance: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    """When feet were held ``(T,)``, where the file says so."""
    notes: tuple[str, ...] = ()
    """What was found or assumed."""
    warnings: tuple[str, ...] = ()
    """What looks wrong."""
    result: Result | None = None
    """The result that it is, where it is one of ours."""
    scene: Scene | None = None
    """The robot's scene, where the file carries it."""
    format: str = ""
    """The layout of somebody else's file: a key of :data:`kinemesh.trajectories.LAYOUTS`."""

    def __repr__(self) -> str:
        return f"TrajectoryFile({self.trajectory!r}, {self.format or 'kinemesh'!r})"

    @classmethod
    def from_result(cls, result: Result, robot: RobotModel) -> TrajectoryFile:
        """A result as its file would say it.

        Examples:
            >>> result = kinemesh.retarget(kinemesh.demos.walk().crop(0, 4))
            >>> file = kinemesh.TrajectoryFile.from_result(result, kinemesh.RobotModel.load("g1"))
            >>> file.trajectory
            Trajectory('g1', 4 frames at 30/s, 29 joints)
        """
        # Files of earlier versions carry neither.
        carries = result.demonstration is not None or result.scene.things
        return cls(
            result.trajectory,
            robot,
            tracks=result.tracks,
            scale=result.scale,
            stance=result.stance,
            result=result,
            scene=result.scene if carries else None,
        )

    @property
    def held(self) -> Held | None:
        """What its solver held, where the file says so."""
        if self.result is None:
            return None
        count = len(self.trajectory)
        return Held(
            {name: flags[:count] for name, flags in self.result.stance.items()},
            {pair: flags[:count] for pair, flags in self.result.touch.items()},
        )

    def first(self, count: int) -> TrajectoryFile:
        """The first ``count`` frames.

        Examples:
            >>> kinemesh.retarget(kinemesh.demos.walk().crop(0, 4)).save("walk.npz").name
            'walk.npz'
            >>> len(kinemesh.read_trajectory("walk.npz").first(2).trajectory)
            2
        """
        scene = self.scene
        if scene is not None:
            props = tuple(replace(prop, track=prop.track[:count]) for prop in scene.props)
            scene = replace(scene, props=props)
        return replace(
            self,
            trajectory=replace(self.trajectory, q=self.trajectory.q[:count]),
            tracks={name: track[:count] for name, track in self.tracks.items()},
            scene=scene,
            stance={name: flags[:count] for name, flags in self.stance.items()},
        )


def read_trajectory(
    path: str | Path,
    robot: RobotModel | str | Path | None = None,
    *,
    fps: float | None = None,
    format: str | None = None,
    motion: str | None = None,
) -> TrajectoryFile:
    """Read a robot's trajectory, whoever wrote it: its layout is recognised by its content.

    Args:
        path: a result of ours; a file, or a folder, of any layout in docs/formats.md.
        robot: whose it is: a model, or what :meth:`~kinemesh.RobotModel.load` takes; the
            file's own if left out, else g1.
        fps: frames per second [1/s], where the file does not say; what such files usually have if
            left out.
        format: the layout, a key of :data:`kinemesh.trajectories.LAYOUTS`, where the content
            cannot tell.
        motion: which motion of a library of several.

    Returns:
        The trajectory, its robot, tracks of props ``(T, 7)``, and what else the file holds; what
        was found and what looks wrong is in its ``notes`` and ``warnings``.

    Raises:
        ReadError: no trajectory, damaged, or another rate than the file's own.
        RobotError: the robot is not known.

    Examples:
        >>> result = kinemesh.retarget(kinemesh.demos.walk().crop(0, 4))
        >>> notes = kinemesh.write(result, "walk.csv", format="unitree-csv")
        >>> kinemesh.read_trajectory("walk.csv").trajectory
        Trajectory('g1', 4 frames at 30/s, 29 joints)
    """
    path = arguments.path("path", path, "a path to a file or folder", ReadError)
    if fps is not None:
        arguments.rate(fps, ReadError)
    if format is not None:
        arguments.choice("format", format, LAYOUTS, ReadError)
    if motion is not None:
        arguments.text("motion", motion, "the name of a motion of a library")
    ours = None if os.path.isdir(path) or format or motion else _result(existing_file(path))
    if ours is None:
        return _layout(path, robot, fps, format, motion)
    own = ours.trajectory
    if fps is not None and fps != own.fps:
        raise ReadError(
            f"{path.name} states {own.fps:g} frames/s and fps={fps:g} is given: leave it out (it "
            f"is the trajectory's rate, not the recording's)"
        )
    model = model_of(own.robot if robot is None else robot)
    note = f"robot: {model.name} ({'in the file' if robot is None else 'given'})"
    return replace(TrajectoryFile.from_result(ours, model), notes=(note,))


def model_of(robot: RobotModel | str | Path) -> RobotModel:
    """A model as it is, anything else loaded.

    Raises:
        RobotError: the robot is not known.
    """
    if isinstance(robot, RobotModel):
        return robot
    what = "a RobotModel, a robot's name, or a folder with a robot.toml"
    return RobotModel.load(arguments.path("robot", robot, what, RobotError))


def _layout(
    path: Path,
    robot: RobotModel | str | Path | None,
    fps: float | None,
    format: str | None,
    motion: str | None,
) -> TrajectoryFile:
    """Somebody else's file."""
    model = model_of(_DEFAULT if robot is None else robot)
    file = read_layout(
        path,
        model.joint_names,
        model.name,
        fps,
        links=links_of(model),
        format=format,
        motion=motion,
    )
    how = "assumed; robot= names another" if robot is None else "given"
    notes, warnings = (*file.notes, f"robot: {model.name} ({how})"), file.warnings
    family = family_of(file.trajectory, model) if robot is None else None
    if family is not None:
        notes, warnings = (*notes, family.note), (*warnings, *family.warnings)
    return TrajectoryFile(
        file.trajectory,
        model,
        tracks=dict(zip(file.prop_names, file.tracks, strict=True)),
        notes=notes,
        warnings=warnings,
        format=file.format,
    )


def _result(path: Path) -> Result | None:
    """A result of ours; None if the file is something else."""
    zipped = head(path).startswith(b"PK\x03\x04") and not is_torch(path)
    return Result.load(path) if zipped and "format" in read_npz(path, ()).names else None
