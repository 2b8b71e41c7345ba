"""A source read in a thread of its own, of which only the newest frame is kept."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from kinemesh.live.person import Frame, Person
from kinemesh.live.source import Source


@dataclass(frozen=True, eq=False)
class Arrived:
    """A frame, and when it came."""

    frame: Frame
    at: float
    """By ``time.monotonic`` [s]."""


class Feed:
    """The newest frame of a source that comes in its own time.

    Nothing is ever queued: a frame that is not taken before the next one comes is dropped. The
    source is asked for the person at once, and for frames after :meth:`begin`.
    """

    def __init__(self, source: Source) -> None:
        self.received = 0
        self.dropped = 0
        self.ended = False
        self._source = source
        self._person: Person | None = None
        self._known = False
        self._error: BaseException | None = None
        self._newest: Arrived | None = None
        self._news = threading.Condition()
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._run, name="kinemesh source", daemon=True)
        self._thread.start()

    def person(self, patience: float) -> tuple[bool, Person | None]:
        """Whether it is known who comes, and who; None where the source ended before.

        Args:
            patience: how long it is waited for [s].

        Raises:
            KinemeshError: what the source raised.
        """
        with self._news:
            self._news.wait_for(lambda: self._known or self._error, patience)
            self._raise()
            return self._known, self._person

    def begin(self) -> None:
        """Let frames come."""
        self._begun.set()

    def take(self, patience: float) -> Arrived | None:
        """The newest frame, once; waits for it at most ``patience`` [s].

        Raises:
            KinemeshError: what the source raised.
        """
        with self._news:
            if self._newest is None and not self.ended and patience > 0.0:
                self._news.wait(patience)
            self._raise()
            newest, self._newest = self._newest, None
            return newest

    def close(self) -> None:
        """End the source, and wait a little for its thread."""
        self._source.close()
        self._begun.set()
        self._thread.join(1.0)

    def _raise(self) -> None:
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def _run(self) -> None:
        try:
            person = self._source.person()
            with self._news:
                self._person, self._known = person, True
                self._news.notify_all()
            self._begun.wait()
            if person is not None:
                for frame in self._source:
                    self._put(frame)
        except BaseException as error:  # told to whoever asks, in whose thread it is raised
            self._error = error
        finally:
            with self._news:
                self.ended = True
                self._news.notify_all()

    def _put(self, frame: Frame) -> None:
        with self._news:
            self.received += 1
            self.dropped += self._newest is not None
            self._newest = Arrived(frame, time.monotonic())
            self._news.notify_all()
