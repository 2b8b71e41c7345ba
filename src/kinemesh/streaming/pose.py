"""What a stream answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kinemesh.arrays import Array
from kinemesh.result import FrameReport

State = Literal["calibrating", "starting", "following", "holding"]


@dataclass(frozen=True, eq=False)
class Pose:
    """The robot's answer to one frame."""

    time: float
    """Of the frame it answers [s], on the clock of the stream."""
    q: Array
    """Configuration ``(nq,)``: base ``x y z qx qy qz qw`` in the world, joints."""
    landmarks: Array
    """The person's landmarks ``(K, 3)`` [m] in the robot's world."""
    props: Mapping[str, Array]
    """Where the robot's copies of the props are, poses ``(7,)`` by name, of those seen so far."""
    contacts: tuple[tuple[str, str], ...]
    """What is held to what: ``("left_foot", "ground")``, ``("right_hand", "box")``."""
    report: FrameReport | None
    """How it was solved; None where nothing was."""
    latency: float
    """From the frame to the answer [s]."""
    state: State
    """``calibrating`` while the person is measured and the robot waits, ``starting`` while it goes
    to her pose and holds nothing yet, ``following``, or ``holding`` the pose before, where the
    frame could not be used."""
    said: tuple[str, ...] = ()
    """What was done about a frame that was not as it should be."""


@dataclass(frozen=True, eq=False)
class Sample:
    """What to send to a robot at one time."""

    time: float
    """[s], on the clock of the stream."""
    q: Array
    """Configuration ``(nq,)``."""
    velocity: Array
    """Velocity ``(nv,)`` since the sample before: base linear and angular in the base's own axes
    [m/s], [rad/s], joints [rad/s]."""
    held: bool
    """Whether nothing has come for a while, so that the robot stands still in its last pose."""
