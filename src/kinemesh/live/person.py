"""Who is streamed, and one instant of them: what a source hands on, whatever it came by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from kinemesh.arguments import number, unknown
from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.motion import SKELETONS, Scene, Skeleton
from kinemesh.recordings.hierarchy.landmarks import mapped_skeleton

FPS = 30.0
"""Frames a second [1/s] of a source that does not say."""


@dataclass(frozen=True)
class Person:
    """Whose frames a source gives.

    Raises:
        ReadError: a height or a rate that nobody has.
    """

    skeleton: Skeleton
    """Whose joints the frames are."""
    height: float | None = None
    """Stature [m]; None: from the bones."""
    fps: float = FPS
    """Frames a second that are meant [1/s]."""
    scene: Scene | None = None
    """What the person touches, where it is known; tracks of its props say nothing."""
    floor: float | None = None
    """Height of the floor in the frames [m]; None: to be found."""

    def __post_init__(self) -> None:
        if self.height is not None:
            what = "a stature [m], 0.5 to 2.6"
            number("height", self.height, what, low=0.5, high=2.6, error=ReadError)
        what = "frames a second, 1 to 1000"
        number("fps", self.fps, what, low=1.0, high=1000.0, error=ReadError)


@dataclass(frozen=True, eq=False)
class Frame:
    """One instant: joints, and props by name. z is up, lengths are metres."""

    positions: Array
    """Of the joints ``(J, 3)`` [m]; NaN where one is lost."""
    rotations: Array | None = None
    """Of the joints in the world ``(J, 4)`` ``qx qy qz qw``."""
    props: Mapping[str, Array] = field(default_factory=lambda: MappingProxyType({}))
    """Prop to its pose ``(7,)`` ``x y z qx qy qz qw``."""
    time: float | None = None
    """By the sender's clock [s]; None: when it came."""


def skeleton_named(name: str) -> Skeleton:
    """The known skeleton of this name.

    Raises:
        ReadError: there is none; the message lists those there are.
    """
    if name not in SKELETONS:
        unknown("skeleton", name, tuple(SKELETONS), ReadError)
    return SKELETONS[name]


def skeleton_of(joints: Sequence[str], positions: Array) -> Skeleton:
    """The skeleton of joints that are named, landmarks found by name and place.

    Args:
        joints: names, in the order of the frames.
        positions: of a person who stands or moves ``(J, 3)`` [m].

    Raises:
        ReadError: a landmark finds no joint, or the joints make no body.
    """
    try:
        return mapped_skeleton(joints, None, positions, name="stream")[0]
    except ReadError as error:
        text = str(error).partition(";")[0].partition(":\n")[0]
        raise ReadError(
            f"the skeleton's joints: {text}",
            given=list(joints),
            advice="stream the joints of a known skeleton by its name, or call them as Mixamo, "
            "MotionBuilder or SMPL do",
        ) from error
