"""Where poses and samples go: lines of JSON, subscribers. A recording is the stream's own."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Protocol

from kinemesh._files.disk import check_place
from kinemesh.errors import WriteError
from kinemesh.live.following import Follower
from kinemesh.live.messages import header_text, sample_text
from kinemesh.live.zmq_sockets import Publisher
from kinemesh.streaming import Pose, Sample

_AGAIN = 1.0
"""The header is published again after so long [s], for those who come late."""


class Sink(Protocol):
    """Who is told what the robot is to do."""

    def header(self, stream: Follower, rate: float) -> None:
        """Once, before anything else: the robot, and samples a second [1/s]."""

    def pose(self, pose: Pose) -> None:
        """The answer to a frame, as soon as it is there."""

    def sample(self, sample: Sample) -> None:
        """What is to be sent now."""

    def close(self) -> None:
        """Nothing more comes."""


class Messages:
    """Tells by messages: one for each sample, with what is known of the newest pose.

    Args:
        send: what sends one message.
        close: what is done at the end.
        again: whether the header is sent again every second.
    """

    def __init__(
        self, send: Callable[[str], None], close: Callable[[], None], *, again: bool = False
    ) -> None:
        self._send = send
        self._close = close
        self._again = again
        self._header = ""
        self._sent = 0.0
        self._pose: Pose | None = None
        self._said: list[str] = []

    def header(self, stream: Follower, rate: float) -> None:
        """The header's message."""
        robot = stream.robot
        props = [prop.name for prop in stream.scene.props]
        self._header = header_text(robot.name, robot.joint_names, rate, props)
        self._send_header()

    def pose(self, pose: Pose) -> None:
        """Kept for the next message."""
        self._pose = pose
        self._said += pose.said

    def sample(self, sample: Sample) -> None:
        """A sample's message."""
        if self._again and time.monotonic() - self._sent > _AGAIN:
            self._send_header()
        pose, said = self._pose, tuple(dict.fromkeys(self._said))
        self._said.clear()
        self._send(
            sample_text(
                {
                    "time": sample.time,
                    "q": sample.q,
                    "velocity": sample.velocity,
                    "state": "waiting" if pose is None else pose.state,
                    "contacts": [] if pose is None else [list(pair) for pair in pose.contacts],
                    "held": sample.held,
                    "latency": None if pose is None else pose.latency,
                    "said": list(said),
                }
            )
        )

    def close(self) -> None:
        """The end."""
        self._close()

    def _send_header(self) -> None:
        self._send(self._header)
        self._sent = time.monotonic()


def publishing(port: int, host: str = "127.0.0.1") -> Messages:
    """Messages to whoever subscribes at a port; the header comes again every second.

    Raises:
        MissingExtra: pyzmq is not installed.
        KinemeshError: the port is in use, or the address is none of this machine.
    """
    publisher = Publisher(port, host)
    return Messages(publisher.send, publisher.close, again=True)


def lines_to(stream: IO[str]) -> Messages:
    """Messages to an open file, a line each, which stays open."""

    def send(text: str) -> None:
        stream.write(f"{text}\n")
        stream.flush()

    return Messages(send, lambda: None)


def lines_in(path: Path) -> Messages:
    """Messages in a new file, a line each.

    Raises:
        WriteError: it cannot be written.
    """
    try:
        file = check_place(path).open("w", encoding="utf-8")
    except OSError as error:
        if isinstance(error, WriteError):
            raise
        raise WriteError(f"{path} cannot be written: {error.strerror or error}") from error

    def send(text: str) -> None:
        try:
            file.write(f"{text}\n")
            file.flush()
        except OSError as error:
            raise WriteError(f"{path} cannot be written: {error.strerror or error}") from error

    return Messages(send, file.close)
