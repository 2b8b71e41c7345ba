"""A written trajectory, whoever wrote it, and a recording made as long as it is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kinemesh._files.inputs import existing_file, head
from kinemesh._files.numpy_files import read_npz
from kinemesh._files.torch_files import is_torch
from kinemesh.arrays import Array
from kinemesh.cli.families import family_of
from kinemesh.errors import ClipError, ReadError
from kinemesh.metrics import Held
from kinemesh.motion import Clip, Scene, Trajectory
from kinemesh.result import Result
from kinemesh.robot import RobotModel, links_of
from kinemesh.trajectories import read_trajectory

_DEFAULT = "g1"
"""Whose a trajectory is taken to be whose file does not say."""

_DROPPED = 0.1
"""Clip and trajectory may differ by this much at the end [s]; tools drop a few frames."""


@dataclass(frozen=True, eq=False)
class Written:
    """A trajectory as its file has it, and whose it is."""

    trajectory: Trajectory
    robot: RobotModel
    tracks: Mapping[str, Array] = field(default_factory=dict)
    """Prop to poses ``(T, 7)``; ``prop 1``, ... where the file does not name its props."""
    scale: float | None = None
    """Robot height / human height, where the file says so."""
    stance: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    """When feet were held ``(T,)``, where the file says so."""
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    result: Result | None = None
    """The result that it is, where it is one of ours."""
    scene: Scene | None = None
    """The robot's scene, where the file carries it."""
    format: str = ""
    """The layout of somebody else's file."""

    @classmethod
    def read(
        cls,
        path: Path,
        robot: str | None,
        fps: float | None,
        *,
        format: str | None = None,
        motion: str | None = None,
    ) -> Written:
        """Read a result of ours, or a file of somebody else's.

        ``format`` names the layout where its content cannot tell, ``motion`` one of a library.

        Raises:
            ReadError: neither, or damaged.
            RobotError: the robot is not known.
        """
        ours = None if os.path.isdir(path) or format or motion else _result(existing_file(path))
        if ours is None:
            model = RobotModel.load(robot or _DEFAULT)
            file = read_trajectory(
                *(path, model.joint_names, model.name, fps),
                links=links_of(model),
                format=format,
                motion=motion,
            )
            tracks = dict(zip(file.prop_names, file.tracks, strict=True))
            note = f"robot: {model.name} ({'given' if robot else 'assumed; robot= names another'})"
            family = None if robot else family_of(file.trajectory, model)
            return cls(
                *(file.trajectory, model, tracks),
                notes=(*file.notes, note, *(() if family is None else (family.note,))),
                warnings=(*file.warnings, *(() if family is None else family.warnings)),
                format=file.format,
            )
        own = ours.trajectory
        if fps is not None and fps != own.fps:
            raise ReadError(
                f"{path.name} states {own.fps:g} frames/s and fps={fps:g} is given: leave it "
                f"out (it is the trajectory's rate, not the recording's)"
            )
        model = RobotModel.load(robot or own.robot)
        notes = (f"robot: {model.name} ({'given' if robot else 'in the file'})",)
        # Files of earlier versions carry neither.
        carries = ours.demonstration is not None or ours.scene.things
        return cls(
            *(own, model, ours.tracks, ours.scale, ours.stance, notes),
            result=ours,
            scene=ours.scene if carries else None,
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

    def first(self, count: int) -> Written:
        """The first ``count`` frames."""
        return replace(
            self,
            trajectory=replace(self.trajectory, q=self.trajectory.q[:count]),
            tracks={name: track[:count] for name, track in self.tracks.items()},
            scene=None if self.scene is None else cut(self.scene, count),
            stance={name: flags[:count] for name, flags in self.stance.items()},
        )


def cut(scene: Scene, count: int) -> Scene:
    """The scene of the first ``count`` frames."""
    return replace(
        scene, props=tuple(replace(prop, track=prop.track[:count]) for prop in scene.props)
    )


def matched(written: Written, clip: Clip) -> tuple[Written, Clip, list[str]]:
    """Both frame for frame, and what had to be done for it.

    Raises:
        ClipError: they are not equally long.
    """
    notes = []
    fps = written.trajectory.fps
    if abs(clip.fps - fps) > 1e-6 * fps:
        notes.append(f"clip: resampled from {clip.fps:g} to the trajectory's {fps:g} frames/s")
        clip = clip.resample(fps)
    frames = len(written.trajectory), len(clip)
    if abs(frames[0] - frames[1]) > max(1.0, _DROPPED * fps):
        raise ClipError(
            f"the trajectory has {frames[0]} frames and the clip {frames[1]} at {fps:g} frames/s: "
            f"give the recording that it was made from, and its rate (--clip-fps)"
        )
    if frames[0] != frames[1]:
        count = min(frames)
        notes.append(
            f"frames: {frames[0]} of the trajectory, {frames[1]} of the clip; "
            f"the first {count} are measured"
        )
        written, clip = written.first(count), clip.crop(0, count)
    return written, clip, notes


def _result(path: Path) -> Result | None:
    """A result of ours; None if the file is something else."""
    zipped = head(path).startswith(b"PK\x03\x04") and not is_torch(path)
    return Result.load(path) if zipped and "format" in read_npz(path, ()).names else None
