"""What a reader hands over: the file's own numbers, before axes and floor are settled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kinemesh.errors import ReadError
from kinemesh.motion import SKELETONS, Prop, Skeleton
from kinemesh.motion.arrays import Array


@dataclass(frozen=True, eq=False)
class Recording:
    """The content of one file, in the file's own axes."""

    positions: Array
    """Joint positions ``(T, J, 3)`` [m]."""
    skeleton: Skeleton
    fps: float | None = None
    """Frames per second [1/s] where the file says so."""
    height: float | None = None
    """The person's stature [m] where the file says so."""
    up: str | None = None
    """``"y"`` or ``"z"`` where the format fixes it."""
    rotations: Array | None = None
    """World rotations of the joints ``(T, J, 4)`` ``qx qy qz qw``."""
    contacts: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    """Landmark name to ``(T,)``: touching a prop."""
    track: Array | None = None
    """Poses ``(T, 7)`` of an object whose shape is in another file."""
    props: tuple[Prop, ...] = ()
    """Objects that the file brings with their shapes, in its own axes."""
    notes: tuple[str, ...] = ()


Reader = Callable[[Path, "Skeleton | str | None"], Recording]
"""``(path, skeleton the user named) -> Recording``."""


def named_skeleton(skeleton: Skeleton | str) -> Skeleton:
    """The skeleton itself, or the known one of this name.

    Raises:
        ReadError: no such skeleton; the message lists those there are.
    """
    if isinstance(skeleton, Skeleton):
        return skeleton
    if skeleton in SKELETONS:
        return SKELETONS[skeleton]
    known = ", ".join(f"{s.name} ({len(s.joints)} joints)" for s in SKELETONS.values())
    raise ReadError(
        f"unknown skeleton {skeleton!r}; known are {known}: give one of these names, or a "
        f"kinemesh Skeleton with your joint names and landmarks"
    )
