"""How a person's pelvis speeds up and slows down, frame by frame."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array

_UNEVEN = 3.0
"""Where frames are so many times as far apart as before, or as near, speeds tell little."""
_STANDS = 1e-9
"""Who moved by no more than this [m] stood, however long it was."""


class CausalPelvis:
    """The last two places of a pelvis, as one place and the step to it."""

    def __init__(self) -> None:
        self._last: tuple[Array, Array | None, float] | None = None

    def change(self, place: Array, dt: float) -> Array | None:
        """By how much more it moves to ``place`` ``(3,)`` [m] than it did to the one before.

        Args:
            place: where it is.
            dt: time since the frame before [s].

        Returns:
            ``(3,)`` [m]; None in the first two frames, and where frames come too unevenly.
        """
        last, self._last = self._last, (place, None, dt)
        if last is None:
            return None
        there, before, gone = last
        step = place - there
        self._last = place, step, dt
        if before is None:
            return None
        if np.abs(before).max() > _STANDS and max(dt / gone, gone / dt) > _UNEVEN:
            return None
        return np.asarray(step - dt / gone * before)

    def hold(self) -> None:
        """Nobody was seen, and the robot stood: as far as it goes on from there, so did she."""
        if self._last is not None:
            place, _, dt = self._last
            self._last = place, np.zeros(3), dt
