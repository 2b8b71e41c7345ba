"""Who follows, as the loop sees it; and the place that makes one."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Protocol, Unpack

from kinemesh.arrays import Array
from kinemesh.live.person import Person
from kinemesh.motion import Scene
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from kinemesh.streaming import Pose, Sample, Stream, StreamOptions


class Follower(Protocol):
    """A robot that follows a person frame by frame, as :class:`kinemesh.Stream` does."""

    @property
    def robot(self) -> RobotModel:
        """Who follows."""

    @property
    def scene(self) -> Scene:
        """What the robot meets."""

    def __enter__(self) -> Follower:
        """Before the first frame."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """After the last one."""

    def push(
        self,
        positions: Array,
        rotations: Array | None = None,
        props: Mapping[str, Array] | None = None,
        time: float | None = None,
    ) -> Pose:
        """The answer to one frame."""

    def sample(self, time: float) -> Sample:
        """What to send at a time [s] of the poses' clock."""

    def record(self) -> Result:
        """What was answered, as a result."""


def stream_of(robot: RobotModel, person: Person, **options: Unpack[StreamOptions]) -> Stream:
    """The stream that makes a robot follow a person.

    Args:
        robot: who follows.
        person: who is followed, in the scene that is known of them.
        options: of :class:`kinemesh.Stream`.

    Raises:
        KinemeshError: an option that cannot be.

    Examples:
        >>> robot = kinemesh.RobotModel.load("g1")
        >>> person = kinemesh.live.Person(kinemesh.motion.SKELETONS["lafan22"], height=1.75)
        >>> kinemesh.live.stream_of(robot, person, keep=10.0)
        Stream('g1', 'lafan22', 30/s)
    """
    known: dict[str, Any] = {
        "skeleton": person.skeleton,
        "height": person.height,
        "fps": person.fps,
        "scene": person.scene,
        "floor": person.floor,
    }
    told: dict[str, Any] = {**known, **options}
    return Stream(robot, **told)
