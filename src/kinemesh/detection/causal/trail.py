"""How fast a point goes, from where it was a moment ago."""

from __future__ import annotations

from collections import deque

import numpy as np

from kinemesh.arrays import Array

_SPAN = 1.0 / 30.0
"""A speed is that over at least so long [s]: from frame to frame at 240/s it is mostly noise."""
_EARLY = 1e-6
"""As much earlier [s] counts as at the time."""


class Trail:
    """The last places of a point."""

    def __init__(self) -> None:
        self._places: deque[tuple[float, Array]] = deque()
        self._time = 0.0

    def velocity(self, place: Array, dt: float) -> Array:
        """Velocity ``(N,)`` [m/s] of a point that is now at ``place`` ``(N,)`` [m].

        Zero in the first frame, of which nobody knows.

        Args:
            place: where it is.
            dt: time since the place before [s].
        """
        self._time += dt
        while len(self._places) > 1 and self._places[1][0] <= self._time - _SPAN + _EARLY:
            self._places.popleft()
        velocity = np.zeros_like(place)
        if self._places:
            since, there = self._places[0]
            velocity = (place - there) / max(self._time - since, _EARLY)
        self._places.append((self._time, place))
        return velocity
