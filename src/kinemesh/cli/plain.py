"""Help and usage errors without colours, where nobody wants them or sees them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

_PLAIN_TERMINALS = ("dumb", "unknown")


class _Plain:
    """A stream that is no terminal to who asks, and is the stream in all else."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def isatty(self) -> bool:
        return False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def colourless() -> bool:
    """Whether colours are not wanted (``NO_COLOR``), or would go where no terminal is."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") in _PLAIN_TERMINALS:
        return True
    # tyro asks standard output alone, and writes usage errors to standard error.
    return not (sys.stdout.isatty() and sys.stderr.isatty())


@contextmanager
def plain_where_asked() -> Iterator[None]:
    """What tyro prints in the block has no colours where they are not wanted."""
    if not colourless():
        yield
        return
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (_Plain(stream) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
