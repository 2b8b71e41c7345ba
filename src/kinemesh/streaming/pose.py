"""What a stream answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kinemesh.arrays import Array
from kinemesh.result import FrameReport
from kinemesh.robot import RobotModel

State = Literal["calibrating", "starting", "following", "holding"]


@dataclass(frozen=True, eq=False)
class Pose:
    """The robot's answer to one frame.

    Examples:
        >>> clip = kinemesh.demos.walk().crop(0, 30)
        >>> stream = kinemesh.Stream("g1", skeleton=clip.skeleton, fps=clip.fps)
        >>> pose = [stream.push(positions) for positions in clip.positions][-1]
        >>> pose.q.shape, pose.state, pose.contacts
        ((36,), 'starting', (('left_foot', 'ground'), ('right_foot', 'ground')))
    """

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


def unseen(robot: RobotModel, q: Array) -> Pose:
    """That of a robot that stands at ``q`` ``(nq,)`` before anybody was seen."""
    return Pose(0.0, q, robot.configuration(q).landmarks(), {}, (), None, 0.0, "holding")


@dataclass(frozen=True, eq=False)
class Sample:
    """What to send to a robot at one time.

    Examples:
        >>> clip = kinemesh.demos.walk().crop(0, 30)
        >>> stream = kinemesh.Stream("g1", skeleton=clip.skeleton, fps=clip.fps)
        >>> pose = [stream.push(positions) for positions in clip.positions][-1]
        >>> sample = stream.sample(pose.time)
        >>> sample.q.shape, sample.velocity.shape, sample.held
        ((36,), (35,), False)
    """

    time: float
    """[s], on the clock of the stream."""
    q: Array
    """Configuration ``(nq,)``."""
    velocity: Array
    """Velocity ``(nv,)`` since the sample before: base linear and angular in the base's own axes
    [m/s], [rad/s], joints [rad/s]."""
    held: bool
    """Whether nothing has come for a while, so that the robot stands still in its last pose."""
