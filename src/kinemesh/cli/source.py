"""Where a recording comes from, and what its file does not say, as options of the commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from kinemesh.cli.progress import short, working
from kinemesh.cli.wording import all_worded, options_of, spoken
from kinemesh.errors import KinemeshError, OptionError
from kinemesh.matching import MatchedTrajectory, RecordingOptions, match
from kinemesh.motion import Clip

_Others = Literal["obstacles"] | None
_Mass = Annotated[str | None, tyro.conf.arg(metavar="[NAME=]KG,...")]


@dataclass(frozen=True, kw_only=True)
class Recording(RecordingOptions):
    """What the file of the recording that a trajectory answers does not say."""

    mass: _Mass = None
    """What the robot's props weigh [kg], as 2.5 or box=2.5,chair=4; what the files say, else by
    their size, if left out."""
    clip_fps: float | None = None
    """The recording's frames per second, where its file does not say."""
    clip_robot: str | None = None
    """Whose trajectory the recording is, where it is a robot's; the file's own, else g1."""
    clip_person: int | None = None
    """Which person, from 1, where the recording holds several."""
    clip_others: _Others = None
    """obstacles: everybody else in the recording is there and moves; left out otherwise."""
    clip_take: int | None = None
    """Which motion, from 0, where the recording's file holds several."""

    def read(self, path: Path | None) -> Clip | None:
        """The recording, where one is given; its notes speak of the options that are for it.

        Raises:
            KinemeshError: contacts are given and no recording.
        """
        if path is None:
            if self.contacts is not None:
                raise KinemeshError("--contacts speaks of the recording: give it too, --clip")
            return None
        options = options_of(self, clip=True)
        with spoken(options), working(f"reading {short(path.name)}"):
            clip = self.read_from(
                path,
                self.clip_fps,
                self.clip_robot,
                person=self.clip_person,
                others=self.clip_others,
                take=self.clip_take,
            )
        return replace(
            clip,
            notes=all_worded(clip.notes, options),
            warnings=all_worded(clip.warnings, options),
        )

    def match(
        self, path: Path, clip: Clip | None, robot: str | None, fps: float | None
    ) -> MatchedTrajectory:
        """The trajectory at ``path`` with the recording, where one was read, else with shapes."""
        shapes = {} if clip is not None else self.shapes
        return match(path, clip, robot=robot, mass=self.masses, fps=fps, **shapes)

    @property
    def masses(self) -> Mapping[str, float] | float | None:
        """Those that are given."""
        return None if self.mass is None else masses(self.mass)


@dataclass(frozen=True, kw_only=True)
class Source(RecordingOptions):
    """Where a recording comes from, and what its file does not say."""

    mass: _Mass = None
    """What its props weigh [kg], as 2.5 or box=2.5,chair=4; what the file says, else by their size,
    if left out."""
    clip: tyro.conf.Positional[Path]
    """The recording: .bvh; OMOMO/InterMimic .pt; poses of SMPL's family, AMASS .npz or GVHMR .pt;
    joint positions .npy or .npz; a Mixamo .glb; a scene.toml that names one and what was
    touched; or a robot's trajectory for another robot, in any layout that convert knows."""
    source_fps: float | None = None
    """The recording's frames per second, where the file does not say."""
    person: int | None = None
    """Which person, from 1, where the file holds several; the first if left out."""
    others: _Others = None
    """obstacles: everybody else in the file is there and moves, and the robot does not go through
    them; left out otherwise."""
    take: int | None = None
    """Which motion, from 0, where the file holds several; the first if left out."""
    rate: float | None = None
    """Frames per second wanted of the answer: the recording is resampled to it before anything is
    asked of the robot. Its own if left out; trackers of whole bodies step at 50."""

    def read(self, robot: str | None) -> Clip:
        """The clip that these describe; ``robot`` says whose, where it is a robot's trajectory."""
        which: dict[str, Any] = {"person": self.person, "others": self.others, "take": self.take}
        with working(f"reading {short(self.clip.name)}"):
            clip = self.read_from(self.clip, self.source_fps, robot, **which)
        clip = clip if self.mass is None else clip.with_masses(masses(self.mass))
        return clip if self.rate is None else clip.resampled(self.rate)


def masses(given: str) -> Mapping[str, float] | float:
    """``2.5``, or ``box=2.5,chair=4``, in kilograms.

    Raises:
        OptionError: it is neither.
    """
    if "=" not in given:
        return _kilograms(given, given)
    found: dict[str, float] = {}
    for part in given.split(","):
        name, _, mass = part.rpartition("=")
        if not name or name in found:
            raise OptionError(f"--mass {given!r}: expected kilograms, or NAME=KG,NAME=KG")
        found[name] = _kilograms(mass, given)
    return found


def _kilograms(text: str, given: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise OptionError(f"--mass {given!r}: expected kilograms, as 2.5 or box=2.5") from None
