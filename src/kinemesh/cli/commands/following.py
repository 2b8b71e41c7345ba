"""``kinemesh live``: a robot follows a person while they move."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Annotated, Literal

import tyro
from rich.console import Console

from kinemesh import live
from kinemesh.arguments import number, whole
from kinemesh.cli.commands.viewing import Window
from kinemesh.cli.live_source import opened
from kinemesh.cli.tables import print_findings
from kinemesh.errors import ClipError, KinemeshError, OptionError
from kinemesh.matching import RecordingOptions
from kinemesh.result import check_writable
from kinemesh.robot import RobotModel
from kinemesh.streaming import Pose, Sample
from kinemesh.viewer import LiveView, check_viewer

_MOST_SAID = 20
"""So many faults are printed; all are counted."""
_Output = Annotated[Path | None, tyro.conf.arg(aliases=["-o"])]


@dataclass(frozen=True, kw_only=True)
class LiveCommand:
    """Have a robot follow a person while they move, from a suit's stream or a recording.

    It ends with the source, with Ctrl-C or with SIGTERM, and what was asked for is written then.
    """

    source: tyro.conf.Positional[str]
    """Who is followed: - (messages on standard input), zmq://host:port (of a publisher),
    bvh://host:port?skeleton=FILE.bvh (Axis Studio), mvn://:port (Xsens MVN), or a recording, which
    is played; see docs/live.md."""
    recording: tyro.conf.OmitArgPrefixes[RecordingOptions]
    source_fps: float | None = None
    """The source's frames per second, where it does not say."""
    source_robot: str | None = None
    """Whose trajectory the recording is, where it is a robot's; the file's own, else g1."""
    speed: float = 1.0
    """How much faster than it was recorded a recording is played; 0: as fast as it is followed, no
    frame left out (messages on standard input, too)."""
    robot: str = "g1"
    """A robot's name, or a folder with a robot.toml."""
    freeze: Annotated[tuple[str, ...], tyro.conf.arg(metavar="WHAT")] = ()
    """What keeps its rest posture: legs (the base with them), arms, waist, head, base, or joints by
    name."""
    proportions: Literal["robot", "person"] = "robot"
    """Whose lengths are followed: the robot's, with the directions and footsteps of the person, or
    the person's own, scaled by stature as a whole."""
    solver: str = "daqp"
    """daqp, osqp or cvxpy."""
    origin: Literal["stream", "person"] = "stream"
    """Where the robot's world begins: where the stream's does, or at the person, who faces x."""
    rate: float = 50.0
    """Samples per second that are sent, whether frames come or not."""
    publish: int | None = None
    """Port at which messages are published by ZeroMQ."""
    lines: Annotated[str | None, tyro.conf.arg(metavar="FILE")] = None
    """File to which messages are written, one a line; - for standard output."""
    bind: str = "127.0.0.1"
    """Address at which subscribers and mvn:// are let in; 0.0.0.0 lets other machines in, without a
    password."""
    output: _Output = None
    """The .npz to write at the end: what was answered, as a result."""
    keep: float = 60.0
    """How much of what was answered last is written at the end [s]."""
    view: bool = False
    """Show person and robot in a browser."""
    window: tyro.conf.OmitArgPrefixes[Window]
    json: bool = False
    """Print the summary as JSON on standard output."""
    debug: bool = False
    """Show the traceback of an error."""

    def run(self, console: Console) -> int:
        """Do it; 0 is success, however it was ended."""
        number("rate", self.rate, "samples/s, 1 to 1000", low=1.0, high=1000.0, error=OptionError)
        number("keep", self.keep, "seconds, 1 to 3600", low=1.0, high=3600.0, error=OptionError)
        if self.json and self.lines == "-":
            raise KinemeshError("--json and --lines - both print: give one of them, or a FILE")
        if self.output is not None:
            check_writable(self.output)
        if self.view:
            check_viewer()
        errors = Console(stderr=True, soft_wrap=True)
        robot = RobotModel.load(self.robot)
        sinks: list[live.Sink] = []
        with until_stopped() as stop:
            try:
                self._open(sinks)
                source, found = opened(
                    live.parsed(self.source),
                    self.recording,
                    speed=self.speed,
                    fps=self.source_fps,
                    robot=self.source_robot,
                    bind=self.bind,
                )
                if found is not None:
                    print_findings(errors, self, found.notes, found.warnings)
                _say(errors, f"following {self.source}; Ctrl-C ends it")
                summary = live.follow(
                    source,
                    self._maker(robot, sinks, errors),
                    sinks,
                    rate=self.rate,
                    stop=stop,
                    tell=_teller(errors),
                    end=self._keeper(errors),
                )
            finally:  # those that the loop has closed do not mind
                for sink in sinks:
                    sink.close()
        if self.json:
            sys.stdout.write(json.dumps(summary.as_dict(), indent=2) + "\n")
        else:
            _say(errors, _told(summary))
        return 0

    def _open(self, sinks: list[live.Sink]) -> None:
        """What is told, each where it can be: a port that is taken is said before any work."""
        if self.publish is not None:
            whole("publish", self.publish, "a port, 0 to 65535", low=0, high=65535)
            sinks.append(live.publishing(self.publish, self.bind))
        if self.lines is not None:
            to_all = self.lines == "-"
            sinks.append(live.lines_to(sys.stdout) if to_all else live.lines_in(Path(self.lines)))

    def _maker(
        self, robot: RobotModel, sinks: list[live.Sink], errors: Console
    ) -> Callable[[live.Person], live.Follower]:
        """What makes the stream once it is known who comes; the viewer needs it to be there."""

        def make(person: live.Person) -> live.Follower:
            stream = live.stream_of(
                robot,
                person,
                keep=self.keep,
                origin=self.origin,
                freeze=self.freeze,
                proportions=self.proportions,
                solver=self.solver,
            )
            if self.view:
                sinks.append(_Shown(stream, self.window, errors))
            return stream

        return make

    def _keeper(self, errors: Console) -> Callable[[live.Follower, live.Summary], None]:
        """What writes the recording."""

        def end(stream: live.Follower, summary: live.Summary) -> None:
            if self.output is None:
                return
            try:
                result = stream.record()
            except ClipError as error:
                _say(errors, f"{self.output}: not written, {error}")
                return
            result.save(self.output)
            _say(errors, f"{self.output}: {len(result)} frames of {stream.robot.name}")

        return end


class _Shown:
    """The viewer of a stream, as one who is told.

    Terrain is as large as the robot's once the person is known: with one, the page waits for that.
    """

    def __init__(self, stream: live.Follower, window: Window, errors: Console) -> None:
        self._stream, self._window, self._errors = stream, window, errors
        self._page: LiveView | None = None
        if stream.scene.terrain is None:
            self._open()

    def header(self, stream: live.Follower, rate: float) -> None:
        """Nothing to be seen."""

    def pose(self, pose: Pose) -> None:
        """Drawn next."""
        if self._page is None and pose.state in ("starting", "following"):
            self._open()
        if self._page is not None:
            self._page.show(pose)

    def sample(self, sample: Sample) -> None:
        """Not drawn."""

    def close(self) -> None:
        """Nobody can look any more; again does nothing."""
        if self._page is not None:
            self._page.close()
            self._page = None

    def _open(self) -> None:
        stream, window = self._stream, self._window
        self._page = LiveView(
            stream.robot, stream.scene, meshes=window.meshes, host=window.host, port=window.port
        )
        window.announce(self._errors, self._page)


@contextmanager
def until_stopped() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set while the block runs; a second Ctrl-C interrupts it."""
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _teller(errors: Console) -> Callable[[str], None]:
    """What prints faults, as long as there are not too many."""
    told = 0

    def tell(text: str) -> None:
        nonlocal told
        told += 1
        if told <= _MOST_SAID:
            _say(errors, f"skipped: {text}")
        if told == _MOST_SAID:
            _say(errors, "skipped: more is counted and not printed")

    return tell


def _told(summary: live.Summary) -> str:
    """The summary in one line."""
    parts = [
        f"{summary.frames} frames came, {summary.answered} were answered",
        f"{summary.dropped} dropped, {summary.malformed} messages skipped, {summary.held} held",
        f"{summary.samples} samples sent, {summary.silent} of them held, {summary.late} left out",
    ]
    median, worst = summary.latency(0.5), summary.latency(0.99)
    if median is not None and worst is not None:
        parts.append(f"latency {1e3 * median:.1f} ms, 99 % within {1e3 * worst:.1f} ms")
    return "; ".join(parts)


def _say(errors: Console, text: str) -> None:
    errors.print(text, highlight=False, markup=False)
