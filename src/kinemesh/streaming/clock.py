"""When the frames of a stream are, whatever their times say."""

from __future__ import annotations

import math

_REPEATED = 1e-3
"""A frame less than this after the last [s] is the same one."""
_BACK = 1.0
"""A clock that goes back by more than this [s] was set anew."""
_SAME = 1e-9
"""A frame that is off by less than this [s] is one frame after another."""


class Clock:
    """Times that go on, of frames whose own may not.

    Args:
        fps: how many frames a second there are, where they do not say when they are.
    """

    def __init__(self, fps: float) -> None:
        self._usual = 1.0 / fps
        self._last: float | None = None
        self._offset = 0.0

    def read(self, time: float | None) -> tuple[float | None, str | None]:
        """When a frame is [s], None if it is no new one, and what is to be said about it."""
        if time is None:
            return self._kept(0.0 if self._last is None else self._last + self._usual), None
        if not math.isfinite(time):
            now = 0.0 if self._last is None else self._last + self._usual
            return self._kept(now), f"time {time} is no number: taken for one frame on"
        now = time + self._offset
        if self._last is None or now >= self._last + _REPEATED:
            return self._kept(now), None
        if now < self._last - _BACK:
            self._offset += self._last + self._usual - now
            return self._kept(self._last + self._usual), "the clock went back: taken for set anew"
        late = self._last - now
        if late < _REPEATED:
            return None, "the same time as the frame before: left out"
        return None, f"{1e3 * late:.0f} ms before the last frame: left out"

    def since(self, before: float | None) -> float:
        """How long before the last frame that was [s]; one frame where it never was."""
        if before is None or self._last is None:
            return self._usual
        gone = self._last - before
        return self._usual if abs(gone - self._usual) < _SAME else gone

    def _kept(self, now: float) -> float:
        self._last = now
        return now
