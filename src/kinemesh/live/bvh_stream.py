"""A suit's BVH stream over TCP, its hierarchy from a BVH file of the same performer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

from kinemesh.errors import ReadError
from kinemesh.live.bvh_body import BvhBody
from kinemesh.live.bvh_frames import BvhFrames
from kinemesh.live.person import Frame, Person
from kinemesh.live.source import Faults
from kinemesh.motion import Clip, Scene

_PATIENCE = 0.1
"""So long [s] it waits for bytes before it looks whether it was closed."""
_PATIENCE_TO_CONNECT = 3.0
_PAUSE = 0.5
"""Before a lost connection is tried again [s]."""
_CHUNK = 1 << 16


class BvhSource:
    """Frames of the first avatar that a server of BVH frames sends.

    Args:
        host: the server's address or name.
        port: its port; 7001 in Axis Studio.
        body: what turns its numbers into joints.
        clip: the one that the body was made with.
        scene: what is touched.

    A connection that ends is tried again until the source is closed.
    """

    paced = True

    def __init__(
        self, host: str, port: int, body: BvhBody, clip: Clip, *, scene: Scene | None = None
    ) -> None:
        self.faults = Faults()
        self._place = (host, port)
        self._body = body
        self._person = Person(clip.skeleton, clip.stature, clip.fps, scene, floor=0.0)
        self._socket: socket.socket | None = None
        self._closed = threading.Event()

    def person(self) -> Person | None:
        """The performer of the file, once somebody listens.

        Raises:
            ReadError: nobody does.
        """
        host, port = self._place
        try:
            self._socket = socket.create_connection(self._place, _PATIENCE_TO_CONNECT)
        except OSError as error:
            raise ReadError(
                f"bvh://{host}:{port}: nobody listens there ({error})",
                given=port,
                advice="start BVH broadcasting over TCP, and say where it is",
            ) from error
        return self._person

    def __iter__(self) -> Iterator[Frame]:
        """The frames, until it is closed."""
        avatar: int | None = None
        while not self._closed.is_set():
            frames = BvhFrames(self.faults)
            for data in self._chunks():
                for found in frames.take(data):
                    avatar = found.avatar if avatar is None else avatar
                    if found.avatar != avatar:
                        continue
                    frame = self._body.frame(found.numbers)
                    if frame is None:
                        ways = ", ".join(map(str, self._body.widths))
                        self.faults.add(
                            f"a frame of {len(found.numbers)} numbers; the hierarchy takes {ways}"
                        )
                    else:
                        yield frame
            if not self._closed.is_set():
                self.faults.add("the connection ended: it is tried again")
                self._again()

    def close(self) -> None:
        """End it soon."""
        self._closed.set()

    def _chunks(self) -> Iterator[bytes]:
        """What comes until the connection ends."""
        if self._socket is None:
            return
        with self._socket as connection:
            connection.settimeout(_PATIENCE)
            while not self._closed.is_set():
                try:
                    data = connection.recv(_CHUNK)
                except TimeoutError:
                    continue
                except OSError:
                    return
                if not data:
                    return
                yield data

    def _again(self) -> None:
        """Connect once more, however long it takes."""
        self._socket = None
        while self._socket is None and not self._closed.wait(_PAUSE):
            try:
                self._socket = socket.create_connection(self._place, _PATIENCE_TO_CONNECT)
            except OSError:
                continue
