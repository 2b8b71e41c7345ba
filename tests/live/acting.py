"""A source that does what a test says, and a sink that remembers what it was told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from commands import walking
from kinemesh import Pose, Sample
from kinemesh.live import Faults, Follower, Frame, Person
from kinemesh.live.person import skeleton_named

LONG = 60.0
"""No wait ends a test before so long [s]."""
WALK = walking(24)


class Acted:
    """A source that does what a test says, frame by frame."""

    paced = True

    def __init__(self, act: Callable[[Acted], Iterator[Frame]]) -> None:
        self.faults = Faults()
        self.closed = threading.Event()
        self._act = act

    def person(self) -> Person | None:
        return Person(skeleton_named("lafan22"))

    def __iter__(self) -> Iterator[Frame]:
        return self._act(self)

    def close(self) -> None:
        self.closed.set()


class Told:
    """A sink that remembers, and sets an event when enough has come."""

    def __init__(self, enough: Callable[[Told], bool] = lambda told: False) -> None:
        self.poses: list[Pose] = []
        self.samples: list[Sample] = []
        self.order: list[str] = []
        self.headers = self.closings = 0
        self.stop = threading.Event()
        self._enough = enough

    def header(self, stream: Follower, rate: float) -> None:
        self.headers += 1

    def pose(self, pose: Pose) -> None:
        self.poses.append(pose)
        self.order.append("pose")
        self._look()

    def sample(self, sample: Sample) -> None:
        self.samples.append(sample)
        self.order.append("sample")
        self._look()

    def close(self) -> None:
        self.closings += 1

    def _look(self) -> None:
        if self._enough(self):
            self.stop.set()
