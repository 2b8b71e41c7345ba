"""What a trajectory answers: a person's recording, or another robot's trajectory, as a clip."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from inspect import signature
from pathlib import Path
from typing import Any

from kinemesh.errors import ClipError, ReadError
from kinemesh.matching.scene import Shapes, scene_of
from kinemesh.matching.trajectory_file import read_trajectory
from kinemesh.motion import Clip
from kinemesh.recordings import read, read_contacts
from kinemesh.recordings.scene.found import AUTO
from kinemesh.recordings.settling.found import on_found_terrain
from kinemesh.robot import clip_of
from kinemesh.trajectories import holds_trajectory


@dataclass(frozen=True, kw_only=True)
class RecordingOptions(Shapes):
    """What a recording's file does not say."""

    skeleton: str | None = None
    """Joint layout of a bare array: lafan22, mocap53, optitrack26, smpl22, smpl24, smpl45,
    smplh52, smpl52, smplx55, soma30, soma77, kit21, h36m17 or
    mediapipe33."""
    body_model: Path | None = None
    """Folder of SMPL, SMPL-H or SMPL-X models for a file of that family; without it a stand-in."""
    rest_joints: Path | None = None
    """Rest joints (.npy .npz .pt) in place of a body model."""
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

    def read_from(
        self,
        path: Path,
        fps: float | None = None,
        robot: str | None = None,
        *,
        person: int | None = None,
        others: str | None = None,
        take: int | None = None,
    ) -> Clip:
        """The clip that these describe.

        Args:
            path: the recording; a robot's trajectory too, for another robot to follow.
            fps: its frames per second [1/s], where it does not say.
            robot: whose trajectory it is, where it is a robot's; the file's own, else g1.
            person: which of several people in it, from 1.
            others: what becomes of the other people in it.
            take: which of several motions in it, from 0.

        Raises:
            ReadError: a file is missing, damaged or not what it should be, or an option does not
                go with it.
            ClipError: the numbers make no clip, or contacts and times do not fit it.
            RobotError: the robot is not known.
        """
        if holds_trajectory(path):
            for name, value in (("person", person), ("others", others), ("take", take)):
                if value is not None:
                    raise ReadError(f"{path.name} is a robot's trajectory: leave out {name}=")
            done = self._robots(path, robot, fps)
            return self._arranged(done.cleaned() if self.clean else done)
        if robot is not None:
            raise ReadError(
                f"{path.name} is a person's motion, and robot={robot!r} says whose trajectory it "
                f"is: leave it out"
            )
        which = {"person": person, "others": others, "take": take}
        return self._arranged(read(path, **(self.reading(fps) | which)))

    def reading(self, fps: float | None = None) -> dict[str, Any]:
        """The options of :func:`kinemesh.read` that these are.

        Args:
            fps: the file's frames per second [1/s], where it does not say.
        """
        asked = set(signature(read).parameters)
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name in asked} | {
            "fps": fps
        }

    def _arranged(self, clip: Clip) -> Clip:
        """The part of ``clip`` that is wanted, its contacts corrected, mirrored if so wished."""
        if self.contacts is not None:
            edits = read_contacts(self.contacts)
            try:
                clip = clip.with_contacts(*edits)
            except ClipError as error:
                raise error.within(self.contacts.name) from error
        clip = clip.trimmed(self.start, self.stop)
        return clip.mirrored() if self.mirror else clip

    def _robots(self, path: Path, robot: str | None, fps: float | None) -> Clip:
        """A robot's written trajectory as a clip for another robot."""
        for name in ("skeleton", "up", "body_model", "rest_joints"):
            if getattr(self, name) is not None:
                raise ReadError(
                    f"{path.name} is a robot's trajectory, z up, with the robot's own landmarks: "
                    f"leave out {name}="
                )
        file = read_trajectory(path, robot, fps=fps)
        auto = self.terrain is not None and str(self.terrain) == AUTO
        scene, _, notes = scene_of(file, None, replace(self, terrain=None) if auto else self)
        held = file.held
        clip = clip_of(
            file.trajectory,
            file.robot,
            scene,
            stance=file.stance,
            touch=None if held is None else held.touch,
            name=path.stem,
            floor=self.floor,
        )
        if auto and clip.scene.terrain is not None:
            raise ReadError(
                f"{path.name} carries what was climbed",
                given=self.terrain,
                advice=f"leave out terrain={AUTO!r}",
            )
        clip = on_found_terrain(clip) if auto else clip
        return replace(
            clip,
            notes=(*notes, *file.notes, *clip.notes),
            warnings=(*file.warnings, *clip.warnings),
        )
