"""The loop: frames in, poses answered, samples out at a fixed rate whether frames come or not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from kinemesh.errors import ReadError
from kinemesh.live.clock import Clock
from kinemesh.live.feed import Feed
from kinemesh.live.following import Follower
from kinemesh.live.person import Frame, Person
from kinemesh.live.sinks import Sink
from kinemesh.live.source import Source
from kinemesh.streaming import Sample

SILENCE = 0.25
"""After so long [s] without a frame what is sent says that it is held."""
_LOOK = 0.1
"""So often [s] it is looked whether to stop while nobody has come."""
_GAP = 10.0
"""Frames that are further apart [s] have nothing between them to be sampled."""
_SAME = 1e-9
"""Times that are off by less than this [s] are one."""
_MOST = 1 << 20
"""So many latencies are kept: two hours at 120 frames/s."""


@dataclass
class Summary:
    """What happened."""

    frames: int = 0
    """Frames that came."""
    answered: int = 0
    """Of those, frames that the robot followed or was held at."""
    dropped: int = 0
    """Frames that came before the one before was taken."""
    malformed: int = 0
    """Messages that could not be read."""
    held: int = 0
    """Poses that were held because of what a frame was."""
    samples: int = 0
    """Samples that were sent."""
    silent: int = 0
    """Of those, samples that said that they were held."""
    late: int = 0
    """Samples that were left out, because the pose before took too long."""
    latencies: list[float] = field(default_factory=list, repr=False)
    """From a frame's arrival to its answer [s]."""

    def latency(self, share: float) -> float | None:
        """That of which ``share`` of the answers were quicker [s]; None without any."""
        return float(np.quantile(self.latencies, share)) if self.latencies else None

    def as_dict(self) -> dict[str, Any]:
        """All of it, for JSON; latencies as their median and 99th percentile [s]."""
        told = {k: v for k, v in vars(self).items() if k != "latencies"}
        return {
            **told,
            "latency_median": self.latency(0.5),
            "latency_p99": self.latency(0.99),
        }


def follow(
    source: Source,
    make: Callable[[Person], Follower],
    sinks: Sequence[Sink],
    *,
    rate: float = 50.0,
    stop: threading.Event | None = None,
    tell: Callable[[str], object] | None = None,
    end: Callable[[Follower, Summary], object] | None = None,
) -> Summary:
    """Follow a source until it ends or is stopped.

    Args:
        source: of frames; it is closed at the end, as the sinks are.
        make: what makes the stream, once it is known who comes.
        sinks: who is told.
        rate: samples a second [1/s].
        stop: set from elsewhere to end it.
        tell: called with every fault of the source in words, whether frames come or not.
        end: called after the last sample, whatever ended it: to keep what the stream remembers.

    Raises:
        ReadError: the source ended before anybody came.
        KinemeshError: what source, stream or sinks raise.
    """
    halt, tell, end = stop or threading.Event(), tell or _unheard, end or _unheard
    feed: Feed | None = None
    watch = ExitStack()
    try:
        if source.paced:
            feed = Feed(source)
            person = _wait(feed, source, halt, tell)
        else:
            watch.enter_context(_closed_on(halt, source))
            person = source.person()
        if halt.is_set():
            return Summary()
        if person is None:
            faults = "; ".join(source.faults.said())
            raise ReadError(f"the source ended before a frame came{faults and f' ({faults})'}")
        with make(person) as stream:
            run = _Run(source, stream, sinks, rate, halt, tell)
            try:
                for sink in sinks:
                    sink.header(stream, rate)
                if feed is None:
                    run.step(person.fps)
                else:
                    run.live(feed)
            finally:
                run.summary.malformed = source.faults.count
                end(stream, run.summary)
            return run.summary
    finally:
        watch.close()
        source.close()
        if feed is not None:
            feed.close()
        for sink in sinks:
            sink.close()


def _unheard(*said: object) -> None:
    """Who is told where nobody is."""


@contextmanager
def _closed_on(halt: threading.Event, source: Source) -> Iterator[None]:
    """While this lasts, a stop closes the source, which may be waited for."""
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            if halt.wait(_LOOK):
                source.close()
                return

    thread = threading.Thread(target=look, name="kinemesh stop", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _wait(
    feed: Feed, source: Source, halt: threading.Event, tell: Callable[[str], object]
) -> Person | None:
    """Who comes, or None if it is stopped before."""
    while not halt.is_set():
        known, person = feed.person(_LOOK)
        if known:
            return person
        for text in source.faults.said():
            tell(text)
    return None


class _Run:
    """One run of the loop, in the thread that called."""

    def __init__(
        self,
        source: Source,
        stream: Follower,
        sinks: Sequence[Sink],
        rate: float,
        halt: threading.Event,
        tell: Callable[[str], object],
    ) -> None:
        self.summary = Summary()
        self._source = source
        self._stream = stream
        self._sinks = sinks
        self._period = 1.0 / rate
        self._halt = halt
        self._tell = tell
        self._said: list[str] = []
        self._dropped = 0
        self._moving = False  # whether there is a pose to be on the way to

    def live(self, feed: Feed) -> None:
        """In real time: the newest frame is answered, and samples go by this machine's clock."""
        summary, clock = self.summary, Clock()
        start = time.monotonic()
        feed.begin()
        due, heard = 0.0, 0.0
        while not self._halt.is_set():
            arrived = feed.take(start + due - time.monotonic())
            summary.frames, summary.dropped = feed.received, feed.dropped
            self._hear()
            if arrived is not None:
                at = arrived.at - start
                self._answer(arrived.frame, clock(arrived.frame.time, at))
                heard = at
                self._took(time.monotonic() - arrived.at)
            elif feed.ended:
                break
            now = time.monotonic() - start
            if now >= due:
                if self._moving:
                    self._send(self._stream.sample(now), silent=now - heard > SILENCE)
                    summary.late += int((now - due) / self._period)
                due = max(due + self._period, now - now % self._period + self._period)

    def step(self, fps: float) -> None:
        """Every frame, with the samples before it first: nothing is dropped or waited for.

        Args:
            fps: frames a second [1/s], where they do not say when they are.
        """
        now: float | None = None  # of the frame before, by the stream's clock
        due = 0.0
        for frame in self._source:
            if self._halt.is_set():
                return
            stamp, came = frame.time, time.monotonic()
            if now is not None:
                following = now + 1.0 / fps if stamp is None or stamp < now else stamp
                due = self._sampled(due, following)
            self.summary.frames += 1
            self._hear()
            moved, now = self._moving, self._answer(frame, stamp)
            due = due if moved else now
            self._took(time.monotonic() - came)
        if now is not None:
            self._sampled(due, now + 1.0 / fps + 2.0 * _SAME)  # on to the last pose

    def _sampled(self, due: float, until: float) -> float:
        """Send the samples from ``due`` to before ``until`` [s]; when the next is due."""
        if until > due + _GAP:
            return until
        while self._moving and due < until - _SAME:
            self._send(self._stream.sample(due), silent=False)
            due += self._period
        return due

    def _answer(self, frame: Frame, now: float | None) -> float:
        """Answer a frame, and when that was by the stream's clock [s]."""
        pose = self._stream.push(frame.positions, frame.rotations, frame.props or None, now)
        summary = self.summary
        summary.answered += 1
        summary.held += pose.state == "holding"
        self._moving = self._moving or pose.state != "holding"
        said, self._said = (*pose.said, *self._said), []
        if summary.dropped > self._dropped:
            said = (*said, f"{summary.dropped - self._dropped} frames dropped")
            self._dropped = summary.dropped
        if said != pose.said:
            pose = replace(pose, said=said)
        for sink in self._sinks:
            sink.pose(pose)
        return pose.time

    def _send(self, sample: Sample, *, silent: bool) -> None:
        if silent and not sample.held:
            sample = replace(sample, held=True)
        self.summary.samples += 1
        self.summary.silent += sample.held
        for sink in self._sinks:
            sink.sample(sample)

    def _hear(self) -> None:
        """What the source has to say: told at once, and sent with the next pose."""
        said = self._source.faults.said()
        self._said += said
        for text in said:
            self._tell(text)

    def _took(self, seconds: float) -> None:
        if len(self.summary.latencies) < _MOST:
            self.summary.latencies.append(seconds)
