"""A recording as a source: played in real time, slower, faster, or as fast as it is taken."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from kinemesh.arguments import number
from kinemesh.errors import OptionError
from kinemesh.live.person import Frame, Person
from kinemesh.live.source import Faults
from kinemesh.motion import Clip


class RecordedSource:
    """The frames of a clip, with the props of its scene.

    Args:
        clip: the recording.
        speed: how much faster than it was recorded [1]; 0: as fast as frames are taken, stamped
            as recorded.

    Raises:
        OptionError: a speed that cannot be.
    """

    def __init__(self, clip: Clip, speed: float = 1.0) -> None:
        speed = number("speed", speed, "a factor, 0 to 100", low=0.0, high=100.0, error=OptionError)
        self.faults = Faults()
        self.paced = speed > 0.0
        self._clip = clip
        self._fps = clip.fps * (speed or 1.0)
        self._closed = threading.Event()

    def person(self) -> Person | None:
        """The clip's; at once."""
        clip = self._clip
        return Person(clip.skeleton, clip.stature, self._fps, clip.scene, clip.scene.ground or 0.0)

    def __iter__(self) -> Iterator[Frame]:
        """The frames; a paced one comes when its time is there, and not before."""
        clip, start = self._clip, time.monotonic()
        for k in range(len(clip)):
            stamp = k / self._fps
            wait = start + stamp - time.monotonic() if self.paced else 0.0
            if self._closed.wait(wait) if wait > 0.0 else self._closed.is_set():
                return
            yield Frame(
                clip.positions[k],
                None if clip.rotations is None else clip.rotations[k],
                {prop.name: prop.track[k] for prop in clip.scene.props},
                stamp,
            )

    def close(self) -> None:
        """End it before the next frame."""
        self._closed.set()
