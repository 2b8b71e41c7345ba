"""Where a recording comes from, and what its file does not say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import tyro

from kinemesh.errors import ClipError
from kinemesh.io import read, read_contacts
from kinemesh.motion import Clip


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a recording's file does not say."""

    object: Path | None = None
    """Mesh of the object that the recording tracks (.obj .stl .glb .ply)."""
    terrain: Path | None = None
    """Mesh of what was climbed, in the recording's world."""
    skeleton: str | None = None
    """Joint layout of a bare array: lafan22, mocap53, optitrack26, smpl22 or smplh52."""
    height: float | None = None
    """The person's height [m]; estimated from the legs if left out."""
    floor: float | None = None
    """Height of the floor in the recording [m]; found under the feet if left out."""
    up: str | None = None
    """The recording's vertical axis, y or z; found if left out."""
    contacts: Path | None = None
    """TOML file that says when feet stand and hands touch, where detection is wrong."""

    def read_from(self, clip: Path, fps: float | None) -> Clip:
        """The clip that these describe."""
        found = read(
            clip,
            object=self.object,
            terrain=self.terrain,
            skeleton=self.skeleton,
            height=self.height,
            fps=fps,
            floor=self.floor,
            up=self.up,
        )
        if self.contacts is None:
            return found
        edits = read_contacts(self.contacts)
        try:
            return found.with_contacts(*edits)
        except ClipError as error:
            raise ClipError(f"{self.contacts.name}: {error}") from error


@dataclass(frozen=True, kw_only=True)
class Source(Options):
    """Where a recording comes from, and what its file does not say."""

    clip: tyro.conf.Positional[Path]
    """The recording: OMOMO/InterMimic .pt, joint positions .npy or .npz."""
    fps: float | None = None
    """The recording's frames per second, where the file does not say."""

    def read(self) -> Clip:
        """The clip that these describe."""
        return self.read_from(self.clip, self.fps)
