"""What a file that holds a pose of SMPL's family says: arrays by name, and an object's track."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.recordings.interactions.track import Track


def _no_word(name: str) -> None:
    """What a file without texts says of itself in words."""


@dataclass(frozen=True, eq=False)
class Source:
    """The content of a file."""

    arrays: Mapping[str, Array]
    """Those that are wanted, as float64."""
    names: Collection[str]
    """All that there is."""
    word: Callable[[str], str | None] = _no_word
    """Name of a text to the text, None where it is not readable."""
    up: str | None = None
    """``"y"`` or ``"z"`` where the layout fixes it,"""
    camera: bool = False
    """after the half turn about x that a camera's axes (y down) need."""
    floor: bool = False
    """Whether somebody, or something, touches the height 0 at first."""
    track: Track | None = None
    """Of an object."""
    parts: str = ""
    """What moves objects that are not one, in words."""
    contacts: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    """Landmark to ``(T,)``: touching the object."""
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    people: int = 1
    takes: int = 1
