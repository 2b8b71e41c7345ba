"""Xsens MVN's network stream: positions and turns of the body's 23 segments, in UDP datagrams.

After the public "MVN real-time network streaming Protocol Specification" (Xsens, revision N,
2018): message type 02, ``MXTP02``. All numbers are big-endian. The document says centimetres, and
senders are known that send metres: the thigh of the first frame tells.
"""

from __future__ import annotations

import errno
import socket
import struct
import threading
from collections.abc import Iterator

import numpy as np

from kinemesh.arguments import choice
from kinemesh.arrays import Array
from kinemesh.errors import KinemeshError
from kinemesh.live.person import Frame, Person
from kinemesh.live.source import Faults
from kinemesh.motion import Scene, Skeleton

PORT = 9763
"""MVN's default."""
FPS = 60.0
"""Frames a second that MVN sends where nobody chose others."""
_HEADER = struct.Struct(">6sIBBIBBBBHH")
_SEGMENT = np.dtype([("id", ">i4"), ("place", ">f4", 3), ("turn", ">f4", 4)])
_POSE, _OTHER_POSES = b"MXTP02", (b"MXTP01", b"MXTP03", b"MXTP05")
_LAST = 0x80
"""Of the datagram counter: no more of this sample follows."""
_PATIENCE = 0.1
_LONGEST_THIGH = 5.0
"""In metres nobody's thigh is longer, in centimetres nobody's shorter."""

_SIDE = ("Shoulder", "Upper Arm", "Forearm", "Hand"), ("Upper Leg", "Lower Leg", "Foot", "Toe")
SEGMENTS: tuple[str, ...] = (
    *("Pelvis", "L5", "L3", "T12", "T8", "Neck", "Head"),
    *(f"{side} {part}" for part_of in _SIDE for side in ("Right", "Left") for part in part_of),
)
"""In the order of their IDs, 1 to 23; each is where its joint to the body is."""
_PARTS = {
    "shoulder": "Upper Arm",
    "elbow": "Forearm",
    "hand": "Hand",
    "hip": "Upper Leg",
    "knee": "Lower Leg",
    "ankle": "Foot",
    "toe": "Toe",
}
MVN23 = Skeleton(
    "mvn23",
    SEGMENTS,
    {
        # Pelvis is between the hips, and the landmark at the waist, about 0.13 m above them
        "pelvis": {"L5": 0.75, "L3": 0.25},
        **{
            f"{side}_{part}": f"{side.title()} {segment}"
            for side in ("left", "right")
            for part, segment in _PARTS.items()
        },
    },
)
"""MVN's body."""


class MvnFrames:
    """Takes datagrams and gives frames as they are complete.

    Args:
        faults: where what is skipped is said.
        up: the stream's vertical axis, ``"z"`` (MVN's default) or ``"y"``.
    """

    def __init__(self, faults: Faults, up: str = "z") -> None:
        self._faults = faults
        self._up = up
        self._character: int | None = None
        self._metres: float | None = None
        self._sample: int | None = None
        self._found: Array = np.full((len(SEGMENTS), 7), np.nan)

    def take(self, datagram: bytes) -> Frame | None:
        """The frame that is complete with this datagram."""
        if len(datagram) < _HEADER.size or not datagram.startswith(b"MXTP"):
            self._faults.add(f"a datagram of {len(datagram)} bytes that is none of MVN's")
            return None
        kind, sample, counter, _, clock, character, *_ = _HEADER.unpack_from(datagram)
        if kind in _OTHER_POSES:
            self._faults.add(
                f"poses of type {kind[4:].decode()}: choose Position + Orientation (Quaternion)"
            )
        if kind != _POSE:
            return None  # names, scales, joint angles: nothing that is needed
        self._character = character if self._character is None else self._character
        if character != self._character:
            return None
        body = datagram[_HEADER.size :]
        if len(body) % _SEGMENT.itemsize:
            self._faults.add(f"a pose of {len(body)} bytes, not {_SEGMENT.itemsize} a segment")
            return None
        if sample != self._sample:
            self._sample, self._found = sample, np.full((len(SEGMENTS), 7), np.nan)
        for segment in np.frombuffer(body, _SEGMENT):
            if 1 <= segment["id"] <= len(SEGMENTS):  # props and fingers come after them
                self._found[segment["id"] - 1] = (*segment["place"], *segment["turn"])
        return self._frame(clock) if counter & _LAST else None

    def _frame(self, clock: int) -> Frame | None:
        found = self._found
        if not np.all(np.isfinite(found)):
            self._faults.add("a pose that lacks segments of the body")
            return None
        if self._metres is None:
            hip, knee = (MVN23.place(found[:, :3], f"left_{part}") for part in ("hip", "knee"))
            self._metres = 0.01 if np.linalg.norm(hip - knee) > _LONGEST_THIGH else 1.0
        places, turns = self._metres * found[:, :3], found[:, [4, 5, 6, 3]]
        if self._up == "y":  # x stays, y becomes z
            places = places[:, [0, 2, 1]] * [1.0, -1.0, 1.0]
            turns = _turned(turns)
        return Frame(places, turns, time=clock / 1000.0 if clock else None)


class MvnSource:
    """Frames of the first character that MVN streams to this machine.

    Args:
        port: the UDP port that MVN sends to.
        host: the address of this machine that is listened at.
        height: the person's stature [m].
        fps: frames a second that are sent [1/s].
        up: the stream's vertical axis, ``"z"`` or ``"y"``.
        scene: what is touched.
        floor: height of the floor [m]; None: to be found.

    Raises:
        OptionError: another axis.
        KinemeshError: the port is in use, or the address is none of this machine.
    """

    paced = True

    def __init__(
        self,
        port: int = PORT,
        host: str = "127.0.0.1",
        *,
        height: float | None = None,
        fps: float | None = None,
        up: str | None = None,
        scene: Scene | None = None,
        floor: float | None = None,
    ) -> None:
        choice("up", up or "z", ("y", "z"))
        self.faults = Faults()
        self._person = Person(MVN23, height, fps or FPS, scene, floor)
        self._frames = MvnFrames(self.faults, up or "z")
        self._closed = threading.Event()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(_PATIENCE)
        try:
            self._socket.bind((host, port))
        except OSError as error:
            self._socket.close()
            why = "it is in use" if error.errno == errno.EADDRINUSE else error.strerror
            raise KinemeshError(
                f"cannot listen at {host}:{port} ({why}): give another port, or an address of "
                f"this machine"
            ) from error
        self.port = int(self._socket.getsockname()[1])

    def person(self) -> Person | None:
        """Anybody in a suit; at once."""
        return self._person

    def __iter__(self) -> Iterator[Frame]:
        """The frames, until it is closed."""
        with self._socket:
            while not self._closed.is_set():
                try:
                    datagram = self._socket.recv(1 << 16)
                except TimeoutError:
                    continue
                frame = self._frames.take(datagram)
                if frame is not None:
                    yield frame

    def close(self) -> None:
        """End it soon."""
        self._closed.set()


def _turned(turns: Array) -> Array:
    """Quaternions ``(N, 4)`` xyzw of a world with y up in one with z up: a quarter turn about x."""
    half = np.sqrt(0.5)
    x, y, z, w = turns.T
    return np.stack([half * (x + w), half * (y - z), half * (z + y), half * (w - x)], axis=1)
