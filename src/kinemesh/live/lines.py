"""Messages on standard input, one a line."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Iterator

from kinemesh.live.messages import LARGEST

_CHUNK = 1 << 16
_PATIENCE = 0.1
"""So long [s] it waits for more before it looks whether it was closed."""


class Lines:
    """The lines that come through an open file.

    Of a line that is longer than any message its beginning is given, one byte too long to be
    read; the rest is thrown away as it comes.

    Args:
        descriptor: of the file, 0 for standard input; it is not closed.
        name: what it is called in messages.
    """

    def __init__(self, descriptor: int = 0, name: str = "standard input") -> None:
        self.name = name
        self._descriptor = descriptor
        self._closed = threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        """The lines that are not empty, until the file ends."""
        kept = b""
        skipping = False
        while (chunk := self._read()) is not None:
            *whole, rest = (kept + chunk).split(b"\n")
            for line in whole:
                if not skipping and line.strip():
                    yield line[: LARGEST + 1]
                skipping = False
            if len(rest) > LARGEST:
                if not skipping:
                    yield rest[: LARGEST + 1]
                rest, skipping = b"", True
            kept = rest
        if kept.strip() and not skipping:
            yield kept

    def close(self) -> None:
        """End it soon."""
        self._closed.set()

    def _read(self) -> bytes | None:
        """Some bytes; None at the end."""
        while not self._closed.is_set():
            if select.select([self._descriptor], [], [], _PATIENCE)[0]:
                return os.read(self._descriptor, _CHUNK) or None
        return None
