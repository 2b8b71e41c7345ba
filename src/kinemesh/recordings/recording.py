"""What a reader hands over: the file's own numbers, before axes and floor are settled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.motion import SKELETONS, Prop, Skeleton
from kinemesh.motion.skeleton import Landmarks
from kinemesh.recordings.people.which import Which


@dataclass(frozen=True, eq=False)
class Recording:
    """The content of one file, in the file's own axes."""

    positions: Array
    """Joint positions ``(T, J, 3)`` in the file's unit, which is the metre unless ``metres`` says
    otherwise."""
    skeleton: Skeleton
    fps: float | None = None
    """Frames per second [1/s] where the file says so."""
    format_fps: float | None = None
    """Frames per second [1/s] of all files of the format, where these do not say so."""
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
    centred: bool = False
    """Whether that track moves the mean of the shape's vertices, not its origin."""
    parts: str = ""
    """What moves objects that are not one, in words."""
    props: tuple[Prop, ...] = ()
    """Objects that the file brings with their shapes, in its own axes."""
    notes: tuple[str, ...] = ()
    metres: float | None = 1.0
    """The file's unit of length [m] where the format fixes it; None: found from the person."""
    unit: float = 1.0
    """The file's unit of length [m], where positions are in metres already and this was it."""
    sized: bool = True
    """Whether the joints are as far apart as the person's; else all people of the format are made
    one size, and ``metres`` is None."""
    rest_up: str | None = None
    """``"y"`` or ``"z"`` where a rest pose stands along it: used where the motion does not say."""
    warnings: tuple[str, ...] = ()
    people: int = 1
    """How many people the file holds, of whom this is one."""
    takes: int = 1
    """How many motions it holds."""


Asked = Skeleton | str | Landmarks | None
"""What the user says of the skeleton: itself, its name, or joints of landmarks (``map=``)."""

Reader = Callable[[Path, Asked, Which], Recording]
"""``(path, what the user says of the skeleton, which one is meant of several) -> Recording``."""


def alone(reader: Callable[[Path, Asked], Recording]) -> Reader:
    """The reader of a format whose files hold one motion of one person."""
    return lambda path, skeleton, which: reader(path, skeleton)


def named_skeleton(skeleton: Skeleton | str | Landmarks) -> Skeleton:
    """The skeleton itself, or the known one of this name.

    Raises:
        ReadError: no such skeleton; the message lists those there are. Or a map of landmarks,
            for a format that names no hierarchy of joints.
    """
    if isinstance(skeleton, Mapping):
        raise ReadError(
            "map= says which joint is which landmark in files that name a hierarchy of joints "
            "(.bvh, .glb), which this is not; give skeleton= a name or a kinemesh Skeleton instead"
        )
    if isinstance(skeleton, Skeleton):
        return skeleton
    if skeleton in SKELETONS:
        return SKELETONS[skeleton]
    raise ReadError(
        f"unknown skeleton {skeleton!r}",
        given=skeleton,
        expected=[f"{s.name} ({len(s.joints)} joints)" for s in SKELETONS.values()],
        advice="give one of these names, or a kinemesh Skeleton with your joint names and "
        "landmarks",
    )
