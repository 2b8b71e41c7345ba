"""ZeroMQ: messages of a publisher elsewhere, and a publisher for others. Needs the extra live."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from importlib.util import find_spec

from kinemesh.errors import KinemeshError, MissingExtra, ReadError
from kinemesh.live.messages import LARGEST

_PATIENCE = 100
"""So long [ms] it waits for a message before it looks whether it was closed."""
_WAITING = 16
"""So many messages may wait to be read; those after them are lost, as what is too late is."""
_REFUSED = 8 * LARGEST
"""Who sends a longer message [bytes] is disconnected before it is in memory."""


def check_zmq() -> None:
    """Say so before any work if pyzmq is not there.

    Raises:
        MissingExtra: it is not installed.
    """
    if find_spec("zmq") is None:
        raise MissingExtra("pyzmq", "live")


class Subscription:
    """The messages that a publisher sends, the last part of each.

    Args:
        host: the publisher's address or name.
        port: its port.
        topic: what the messages, or their first parts, begin with; all if left out.

    Raises:
        MissingExtra: pyzmq is not installed.
    """

    def __init__(self, host: str, port: int, topic: str = "") -> None:
        check_zmq()
        self.name = f"zmq://{host}:{port}"
        self._address = f"tcp://{host}:{port}"
        self._topic = topic.encode()
        self._closed = threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        """The messages, until it is closed: a publisher may come and go."""
        import zmq

        with zmq.Context() as context, context.socket(zmq.SUB) as socket:
            socket.linger = 0
            socket.rcvhwm = _WAITING
            socket.maxmsgsize = _REFUSED
            socket.subscribe(self._topic)
            try:
                socket.connect(self._address)
            except zmq.ZMQError as error:
                raise ReadError(
                    f"{self.name}: {error}", given=self._address, expected="a host and a port"
                ) from error
            while not self._closed.is_set():
                if socket.poll(_PATIENCE):
                    parts = socket.recv_multipart()
                    alone = len(parts) == 1
                    yield parts[-1].removeprefix(self._topic).lstrip() if alone else parts[-1]

    def close(self) -> None:
        """End it soon."""
        self._closed.set()


class Publisher:
    """A port that others subscribe to; who is too slow loses messages, and nobody is waited for.

    Args:
        port: where; 0 takes one that is free.
        host: the address of this machine that it listens at.

    Raises:
        MissingExtra: pyzmq is not installed.
        KinemeshError: the port is in use, or the address is none of this machine.
    """

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        check_zmq()
        import zmq

        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.PUB)
        self._socket.linger = 0
        try:
            self._socket.bind(f"tcp://{host}:{port or '*'}")
        except zmq.ZMQError as error:
            self.close()
            raise KinemeshError(
                f"cannot publish at {host}:{port} ({error.strerror}): give another port, or an "
                f"address of this machine"
            ) from error
        endpoint = bytes(self._socket.getsockopt(zmq.LAST_ENDPOINT))
        self.port = int(endpoint.rpartition(b":")[2].strip(b"\0"))

    def send(self, text: str) -> None:
        """One message to all who listen."""
        self._socket.send(text.encode())

    def close(self) -> None:
        """Nobody can listen any more; again does nothing."""
        self._socket.close()
        self._context.term()
