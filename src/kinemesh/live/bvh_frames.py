"""BVH frames as Noitom's Axis Studio and Axis Neuron relay them: where one ends and what it holds.

Two ways, told apart by how a frame begins. Text: avatar's index, its name, then the numbers, with
blanks between them and ``||`` after them. Binary: 64 bytes, the first two ``0xDDFF`` and the last
two ``0xEEFF``, little-endian, then the numbers as float32. Layout as in Noitom's public headers of
NeuronDataReader: version 1.0 counts with 32 bits, 1.1 with 16 ("Use old header format" is 1.0).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.live.source import Faults

_FIRST, _LAST = b"\xff\xdd", b"\xff\xee"
_HEADER = 64
_END = b"||"
_ADVANCED = b"CCCC"
_MOST = 6006
"""Numbers of a frame: a thousand joints of six, and a reference."""
_LONGEST = 1 << 18
"""Bytes of a frame in text."""


@dataclass(frozen=True, eq=False)
class BvhFrame:
    """The numbers of one avatar at one instant."""

    avatar: int
    numbers: Array
    """``(N,)`` [centimetres and degrees, mostly]."""


class BvhFrames:
    """Takes bytes as they come and gives frames as they are complete.

    Args:
        faults: where what is skipped is said.
    """

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._kept = b""

    def take(self, data: bytes) -> Iterator[BvhFrame]:
        """The frames that are complete with these bytes.

        Raises:
            ReadError: the sender's advanced stream, which is compressed and not documented.
        """
        self._kept += data
        while self._kept:
            if self._kept.startswith(_ADVANCED):
                raise ReadError(
                    "this is Advanced BVH Broadcasting, which is compressed",
                    expected="BVH Broadcasting in text or binary: choose it in Axis Studio's "
                    "settings",
                )
            if len(self._kept) == 1:
                return
            text = not self._kept.startswith(_FIRST)
            taken, frame = self._text() if text else self._binary()
            if not taken:
                return
            self._kept = self._kept[taken:]
            if frame is not None:
                yield frame

    def _text(self) -> tuple[int, BvhFrame | None]:
        """How many bytes a frame in text takes, 0 for more to come, and the frame."""
        end = self._kept.find(_END)
        binary = self._kept.find(_FIRST)
        if binary >= 0 and (end < 0 or binary < end):
            self._faults.add(f"{binary} bytes between frames")
            return binary, None
        if end < 0:
            if len(self._kept) <= _LONGEST:
                return 0, None
            self._faults.add(f"{len(self._kept)} bytes without the end of a frame")
            return len(self._kept), None
        words = self._kept[:end].split()
        try:
            # a name is one word, or as many as there are until numbers alone follow
            name = max([1, *(k for k, word in enumerate(words) if k and not _is_number(word))])
            values = [float(word) for word in words[name + 1 :]]
            if not 0 < len(values) <= _MOST:
                raise ValueError
            return end + len(_END), BvhFrame(int(words[0]), np.array(values))
        except (ValueError, IndexError):
            start = self._kept[:40].decode("latin-1")
            self._faults.add(f"a frame that is no index, name and numbers: {start!r}")
            return end + len(_END), None

    def _binary(self) -> tuple[int, BvhFrame | None]:
        """The same of a frame in binary."""
        if len(self._kept) < _HEADER:
            return 0, None
        head = self._kept[:_HEADER]
        minor, major = head[4], head[5]
        if (major, minor) >= (1, 1):
            count, avatar = struct.unpack_from("<H2xI", head, 6)
            packed = 0
        else:
            count, avatar = struct.unpack_from("<I8xI", head, 6)
            (packed,) = struct.unpack_from("<I", head, 54)
        if head[-2:] != _LAST or not 0 < count <= _MOST or packed:
            what = "compressed" if packed and head[-2:] == _LAST else "damaged"
            self._faults.add(f"a {what} frame of {count} numbers")
            following = self._kept.find(_FIRST, 1)
            return (following if following > 0 else len(self._kept) - 1), None
        size = _HEADER + 4 * count
        if len(self._kept) < size:
            return 0, None
        numbers = np.frombuffer(self._kept, "<f4", count, _HEADER).astype(np.float64)
        return size, BvhFrame(avatar, numbers)


def _is_number(word: bytes) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
