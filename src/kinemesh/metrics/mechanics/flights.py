"""When a robot flies: nothing of it, or of what it holds, is near anything that stands still."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.metrics.mechanics.balance import Balance, Flags
from kinemesh.metrics.mechanics.filtered import CUT_OFF
from kinemesh.metrics.score import runs

_SHORTEST = 0.08
"""A flight is at least this long [s] ..."""
_FEWEST = 3
"""... and has at least so many frames."""
_BLURRED = 0.5 / CUT_OFF
"""So long after its beginning and before its end [s] the filter mixes it with what bears there."""


@dataclass(frozen=True, eq=False)
class Flights:
    """Phases of a motion."""

    flying: Flags
    """Frames of flights ``(T,)`` in which only gravity may act."""
    bearing: Flags
    """Frames that are of no flight ``(T,)``."""

    @property
    def judged(self) -> Flags:
        """Frames of either kind."""
        return self.flying | self.bearing


def flights(found: Balance, fps: float) -> Flights:
    """The flights of a motion; frames whose accelerations are not known are of neither kind.

    Of a flight those frames count that are half a period of the cut-off from either end, or the
    middle one where it is shorter.
    """
    airborne, flying, bearing = found.airborne, np.zeros_like(found.known), np.array(found.known)
    blurred = int(np.ceil(_BLURRED * fps))
    for first, last in runs(airborne):
        frames = last - first + 1
        if frames < max(_FEWEST, _SHORTEST * fps):
            continue
        cut = min(blurred, (frames - 1) // 2)
        start = first + cut if first else 0
        end = last - cut if last < len(airborne) - 1 else last
        flying[start : end + 1] = True
        bearing[first : last + 1] = False
    return Flights(flying & found.known, bearing)
