"""What a source of frames is, whatever it reads."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Protocol

from kinemesh.live.person import Frame, Person

_KEPT = 4
"""So many faults are kept until somebody asks; more of them say nothing new."""


class Faults:
    """What was wrong with what came: counted, and the newest in words.

    One thread adds, another asks.
    """

    def __init__(self) -> None:
        self.count = 0
        self._new: deque[str] = deque(maxlen=_KEPT)

    def add(self, text: str) -> None:
        """One more."""
        self.count += 1
        self._new.append(text)

    def said(self) -> tuple[str, ...]:
        """Those since the last time that this was asked, the newest few, each once."""
        found: dict[str, None] = {}
        while self._new:
            found[self._new.popleft()] = None
        return tuple(found)


class Source(Protocol):
    """Frames of one person, in order.

    :meth:`person` is asked first, then the frames are gone through once, both in one thread;
    :meth:`close` may be called from any. What cannot be read is skipped and said in ``faults``.
    """

    faults: Faults
    """What could not be read."""

    @property
    def paced(self) -> bool:
        """Whether frames come when it is time for them; else as fast as they are taken."""

    def person(self) -> Person | None:
        """Who comes; waits for them. None: closed before anybody came.

        Raises:
            KinemeshError: nobody can come: no such file, nobody listens, a header that cannot be.
        """

    def __iter__(self) -> Iterator[Frame]:
        """The frames, until the source ends or is closed."""

    def close(self) -> None:
        """End it soon; again does nothing."""
