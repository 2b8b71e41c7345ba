"""A format of trajectories: what is so of its files, and how they are made and looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kinemesh.motion.links import Links
from kinemesh.trajectories.containers import Container, Contents
from kinemesh.trajectories.facts import Facts
from kinemesh.trajectories.motion import Motion
from kinemesh.trajectories.raw import RawMotion, Target


def _as_it_is(contents: Contents, raw: RawMotion) -> RawMotion:
    return raw


def _as_said(contents: Contents, raw: RawMotion, told: bool) -> RawMotion:
    return raw


@dataclass(frozen=True, kw_only=True, eq=False)
class Companion:
    """A second file that a format's tool reads beside the motion: the things around it."""

    words: str
    """What it is called."""
    suffixes: tuple[str, ...] = ()
    """What its name may end in; empty for a folder."""
    files: frozenset[str] = frozenset()
    """What is in the folder."""
    encode: Callable[[Motion], Any]
    """What ``write`` is to write of a motion with props, or on terrain."""
    write: Callable[[Path, Any], None]
    terrain: bool = False
    """Whether there is room for terrain too."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Layout(Facts):
    """One format: everything that writing, reading and lint know about it."""

    container: Container
    """What such files come in."""
    suffixes: tuple[str, ...] = ()
    """What the name of a file may end in; empty for a folder."""
    files: frozenset[str] = frozenset()
    """The files of a folder."""
    decode: Callable[[Facts, Contents, Target], RawMotion]
    """Root, joints, props and rate as the arrays say them, by the letter of the format.

    Raises ReadError where shapes or names do not fit the robot."""
    encode: Callable[[Motion], Any] | None = None
    """What the container is to write; None for a format that is only read."""
    companion: Companion | None = None
    """The file of things beside it, of a format whose own has no room for them."""
    inspect: Callable[[Contents, RawMotion], RawMotion] = field(default_factory=lambda: _as_it_is)
    """What the file says besides, for lint: bodies, velocities, rates."""
    settle: Callable[[Contents, RawMotion, bool], RawMotion] = field(
        default_factory=lambda: _as_said
    )
    """What the reader takes the file to mean where it contradicts the letter of its format, with
    notes and warnings; the last argument is whether its content alone told the format."""
    tells: Callable[[Contents, Target], bool] | None = None
    """Whether a file that has the arrays is of this format, where others have them too."""
    resembles: Callable[[Contents, Links], bool] | None = None
    """The same where nothing in the file need be as it should."""

    def fits(self, contents: Contents) -> bool:
        """Whether container, arrays and names are those of the format."""
        return (
            contents.container == self.container.name
            and set(self.keys) <= contents.arrays.keys()
            and set(self.names) <= contents.names.keys()
        )
