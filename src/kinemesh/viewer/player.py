"""Which frame is shown when: a clock that knows neither a screen nor a robot."""

from __future__ import annotations

import math

SPEEDS: tuple[float, ...] = (0.1, 0.25, 0.5, 1.0, 2.0)
"""Speeds on offer, as shares of real time."""


class Player:
    """Plays ``frames`` frames at ``fps`` frames per second, slower or faster, round or once.

    Attributes:
        playing: whether time goes on.
        speed: share of real time.
        loop: whether the end is followed by the beginning.
    """

    def __init__(self, frames: int, fps: float, *, playing: bool = False) -> None:
        self.frames = frames
        self.fps = fps
        self.playing = playing
        self.speed = 1.0
        self.loop = True
        self._at = 0.0

    @property
    def frame(self) -> int:
        """The frame that is shown."""
        return min(int(self._at), self.frames - 1)

    @property
    def time(self) -> float:
        """The time of that frame [s]."""
        return self.frame / self.fps

    def seek(self, frame: int) -> None:
        """Go to ``frame``, or to the nearest there is."""
        self._at = float(min(max(frame, 0), self.frames - 1))

    def toggle(self) -> None:
        """Play, or pause; at the end of what is played once, play from the beginning."""
        self.playing = not self.playing
        if self.playing and not self.loop and self.frame == self.frames - 1:
            self.seek(0)

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` of real time pass."""
        if not self.playing:
            return
        self._at += seconds * self.speed * self.fps
        if self._at < self.frames:
            return
        if self.loop:
            self._at = math.fmod(self._at, self.frames)
        else:
            self.seek(self.frames - 1)
            self.playing = False
