"""Where a recording comes from, and what its file does not say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import tyro

from kinemesh.cli.scenes import scene_of
from kinemesh.cli.written import Written
from kinemesh.errors import ClipError, ReadError
from kinemesh.motion import Clip
from kinemesh.recordings import read, read_contacts
from kinemesh.robot import clip_of
from kinemesh.trajectories import holds_trajectory


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a recording's file does not say."""

    object: Path | None = None
    """Shape of the object that the recording tracks (.obj .stl .glb .ply .urdf .xml)."""
    terrain: Path | None = None
    """Shape of what was climbed, in the recording's world."""
    decompose: bool = False
    """Cut shapes that are not convex into convex parts: faster, less exact."""
    skeleton: str | None = None
    """Joint layout of a bare array: lafan22, mocap53, optitrack26, smpl22, smpl24, smpl45,
    smplh52 or smplx55."""
    body_model: Path | None = None
    """Folder of SMPL, SMPL-H or SMPL-X models for a file of that family; without it a stand-in."""
    rest_joints: Path | None = None
    """Rest joints (.npy .npz .pt) in place of a body model."""
    height: float | None = None
    """The person's height [m]; estimated from the legs if left out."""
    floor: float | None = None
    """Height of the floor in the recording [m]; found under the feet if left out."""
    up: str | None = None
    """The recording's vertical axis, y or z; found if left out."""
    unit: float | None = None
    """How long the recording's unit is [m]: 0.01 for centimetres; found if left out."""
    map: Path | None = None
    """TOML file that says which joint is which landmark, for a .bvh whose names are not known."""
    contacts: Path | None = None
    """TOML file that says when feet stand and hands touch, where detection is wrong."""
    clean: bool = False
    """Take out joints that jump away for a moment; without it they are only warned of."""
    start: float | None = None
    """Leave out what is before this time of the recording [s]."""
    stop: float | None = None
    """Leave out what is after this time of the recording [s]."""
    mirror: bool = False
    """Exchange left and right, of the person and of what is touched."""

    def read_from(self, clip: Path, fps: float | None, robot: str | None) -> Clip:
        """The clip that these describe.

        Args:
            clip: the recording.
            fps: its frames per second [1/s], where it does not say.
            robot: whose trajectory it is, where it is a robot's; the file's own, else g1.
        """
        if holds_trajectory(clip):
            done = robot_clip(clip, robot, fps, self)
            return self.arranged(done.cleaned() if self.clean else done)
        if robot is not None:
            raise ReadError(
                f"{clip.name} is a person's motion, and robot={robot!r} says whose trajectory it "
                f"is: leave it out"
            )
        found = read(
            clip,
            object=self.object,
            terrain=self.terrain,
            skeleton=self.skeleton,
            height=self.height,
            fps=fps,
            floor=self.floor,
            up=self.up,
            unit=self.unit,
            map=self.map,
            clean=self.clean,
            body_model=self.body_model,
            rest_joints=self.rest_joints,
            decompose=self.decompose,
        )
        return self.arranged(found)

    def arranged(self, clip: Clip) -> Clip:
        """The part of ``clip`` that is wanted, its contacts corrected, mirrored if so wished."""
        if self.contacts is not None:
            edits = read_contacts(self.contacts)
            try:
                clip = clip.with_contacts(*edits)
            except ClipError as error:
                raise ClipError(f"{self.contacts.name}: {error}") from error
        clip = clip.trimmed(self.start, self.stop)
        return clip.mirrored() if self.mirror else clip


@dataclass(frozen=True, kw_only=True)
class Recording(Options):
    """What the file of the recording that a trajectory answers does not say."""

    clip_fps: float | None = None
    """The recording's frames per second, where its file does not say."""
    clip_robot: str | None = None
    """Whose trajectory the recording is, where it is a robot's; the file's own, else g1."""


@dataclass(frozen=True, kw_only=True)
class Source(Options):
    """Where a recording comes from, and what its file does not say."""

    clip: tyro.conf.Positional[Path]
    """The recording: .bvh; OMOMO/InterMimic .pt; poses of SMPL's family, AMASS .npz or GVHMR .pt;
    joint positions .npy or .npz; a Mixamo .glb; a scene.toml that names one and what was
    touched; or a robot's trajectory for another robot, in any layout that convert knows."""
    source_fps: float | None = None
    """The recording's frames per second, where the file does not say."""
    rate: float | None = None
    """Frames per second wanted of the answer: the recording is resampled to it before anything is
    asked of the robot. Its own if left out; trackers of whole bodies step at 50."""

    def read(self, robot: str | None) -> Clip:
        """The clip that these describe; ``robot`` is as for :meth:`read_from`."""
        clip = self.read_from(self.clip, self.source_fps, robot)
        return clip if self.rate is None else clip.resampled(self.rate)


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
    notes += written.notes
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
