"""A written trajectory, fitted to the recording and the scene that it is to be measured in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kinemesh.errors import ClipError, KinemeshError, ReadError
from kinemesh.io import read_shape
from kinemesh.io.arrays import read_npz
from kinemesh.io.files import existing_file, head
from kinemesh.io.torchfile import is_torch
from kinemesh.metrics import Held
from kinemesh.motion import Clip, Prop, Scene, Terrain, Trajectory
from kinemesh.motion.arrays import Array
from kinemesh.problem import scaled_scene
from kinemesh.result import Result
from kinemesh.robot import RobotModel, clip_of, links_of
from kinemesh.trajectories import holds_trajectory, read_trajectory

if TYPE_CHECKING:
    from kinemesh.cli.source import Options

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
            note = f"robot: {model.name} ({'given' if robot else 'assumed; --robot names another'})"
            return cls(
                *(file.trajectory, model, tracks),
                notes=(*file.notes, note),
                warnings=file.warnings,
                format=file.format,
            )
        own = ours.trajectory
        if fps is not None and fps != own.fps:
            raise ReadError(
                f"{path.name} states {own.fps:g} frames/s and --fps {fps:g} is given: leave it "
                f"out; the recording's rate is --clip-fps"
            )
        model = RobotModel.load(robot or own.robot)
        notes = (f"robot: {model.name} ({'given' if robot else 'in the file'})",)
        return cls(own, model, ours.tracks, ours.scale, ours.stance, notes, result=ours)

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
            stance={name: flags[:count] for name, flags in self.stance.items()},
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


def scene_of(
    written: Written, clip: Clip | None, options: Options
) -> tuple[Scene, float | None, list[str]]:
    """What the robot met, the scale of its world, and what is missing in it.

    Raises:
        KinemeshError: a mesh is given and it is not known where it was.
    """
    notes: list[str] = []
    scale = written.scale
    if clip is not None:
        scale = written.robot.height / clip.stature if scale is None else scale
        scene = scaled_scene(clip.scene, scale)
        props = tuple(_moved(prop, written.tracks, len(scene.props)) for prop in scene.props)
        if written.tracks and not props:
            notes.append("props: in the trajectory, but not in the clip: not measured (--object)")
        return replace(scene, props=props), scale, notes
    prop = _prop(written, options.object, options.decompose)
    if written.tracks and prop is None:
        names = ", ".join(written.tracks)
        notes.append(f"props: {names}: not measured, the shape is not in the file (--object)")
    if scale is None and options.height is not None:
        scale = written.robot.height / options.height
    terrain = None
    if options.terrain is not None:
        if scale is None:
            raise KinemeshError(
                "terrain is met scaled by robot height / person's height, which the trajectory "
                "does not say: give --height, or the recording, --clip"
            )
        terrain = Terrain(
            read_shape(options.terrain, decompose=options.decompose).scaled(scale),
            options.terrain.stem,
        )
    return Scene(() if prop is None else (prop,), terrain), scale, notes


def is_trajectory(path: Path) -> bool:
    """Whether a file holds a robot's trajectory and not a person's motion."""
    return holds_trajectory(path)


def robot_clip(path: Path, robot: str | None, fps: float | None, options: Options) -> Clip:
    """A robot's written trajectory as a clip for another robot.

    Raises:
        ReadError: options that only a person's recording has.
        RobotError: the robot is not known.
    """
    for name, value in (
        ("skeleton", options.skeleton),
        ("up", options.up),
        ("body-model", options.body_model),
        ("rest-joints", options.rest_joints),
    ):
        if value is not None:
            raise ReadError(
                f"{path.name} is a robot's trajectory, z up, with the robot's own landmarks: "
                f"leave out --{name}"
            )
    written = Written.read(path, robot, fps)
    scene, _, notes = scene_of(written, None, options)
    notes += [note.replace("--robot", "--source-robot") for note in written.notes]
    clip = clip_of(
        written.trajectory,
        written.robot,
        scene,
        stance=written.stance,
        name=path.stem,
        floor=options.floor,
    )
    return replace(
        clip,
        notes=(*notes, *clip.notes),
        warnings=(*written.warnings, *clip.warnings),
    )


def _moved(prop: Prop, tracks: Mapping[str, Array], count: int) -> Prop:
    """The prop where the trajectory's file has it: by name, or the only one by place."""
    if prop.name in tracks:
        return replace(prop, track=tracks[prop.name])
    if len(tracks) == count == 1:
        return replace(prop, track=next(iter(tracks.values())))
    return prop


def _prop(written: Written, mesh: Path | None, decompose: bool) -> Prop | None:
    """The prop of this mesh on its track in the file."""
    if mesh is None:
        return None
    tracks = written.tracks
    if mesh.stem not in tracks and len(tracks) != 1:
        raise KinemeshError(
            f"--object {mesh.name}: the trajectory tracks {', '.join(tracks) or 'no prop'}; "
            f"expected one, or one of the mesh's name: give the recording, --clip, or leave it out"
        )
    track = tracks.get(mesh.stem, next(iter(tracks.values())))
    return Prop(mesh.stem, read_shape(mesh, decompose=decompose), track)


def _result(path: Path) -> Result | None:
    """A result of ours; None if the file is something else."""
    zipped = head(path).startswith(b"PK\x03\x04") and not is_torch(path)
    return Result.load(path) if zipped and "format" in read_npz(path, ()).names else None
