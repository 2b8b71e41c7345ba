"""From where a person was lost to where she is seen: not at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array

_GLIDES = 1.0
"""A person who is suddenly elsewhere is gone after at this speed [m/s] ..."""
_TURNS = 4.0
"""... and turned after at this one [rad/s]."""
_FADES = 0.2
"""Who was not seen is to be caught up with in this time [s], and so are joints, ..."""
_FASTEST = 3.0
"""... but no faster than at this speed [m/s]."""


class Approach:
    """How far the person who is answered is behind the one who is seen.

    As a whole she is turned about z and moved; what is left of it is each joint's own.

    Args:
        count: how many joints.
    """

    def __init__(self, count: int) -> None:
        self._away: Array = np.zeros(3)
        self._pace, self._heading = _GLIDES, 0.0
        self._apart: Array = np.zeros((count, 3))
        self._left: Array = np.zeros(count)  # how long it takes yet [s]

    def moved(self, way: Array) -> None:
        """All of her is elsewhere by ``way`` ``(3,)`` [m]."""
        self._away, self._pace = self._away - way, _GLIDES

    def resumed(self, seen: Array, last: Array, known: NDArray[np.bool_]) -> None:
        """She is seen again, and may be anywhere.

        Args:
            seen: joints now ``(J, 3)`` [m].
            last: as they were answered last ``(J, 3)`` [m].
            known: which of them tell where she is ``(J,)``.
        """
        middles = seen.mean(axis=0), last.mean(axis=0)
        here, there = ((a - m)[known] for a, m in zip((seen, last), middles, strict=True))
        sine = float((here[:, 0] * there[:, 1] - here[:, 1] * there[:, 0]).sum())
        self._heading = float(np.arctan2(sine, (here * there)[:, :2].sum()))
        self._away = middles[1] - middles[0]
        self._pace = float(np.clip(np.linalg.norm(self._away) / _FADES, _GLIDES, _FASTEST))
        self._left[:] = 0.0
        self.returned(np.ones(len(seen), dtype=bool), seen, last)

    def returned(self, which: NDArray[np.bool_], seen: Array, last: Array) -> None:
        """Some joints are seen again, and may be anywhere."""
        self._apart[which] = (last - self._at(seen))[which]
        self._left[which] = _FADES

    def at(self, seen: Array) -> Array:
        """Joints ``(J, 3)`` [m] as they are answered."""
        share = (self._left / _FADES)[:, None]
        return np.asarray(self._at(seen) + share * self._apart)

    def turns(self, seen: Array | None) -> Array | None:
        """Rotations ``(J, 4)``, turned with her."""
        if seen is None or self._heading == 0.0:
            return seen
        turn = Rotation.from_rotvec([0.0, 0.0, self._heading])
        return np.asarray((turn * Rotation.from_quat(seen)).as_quat())

    def go(self, dt: float) -> None:
        """Come nearer for so long [s]."""
        size = float(np.linalg.norm(self._away))
        self._away = self._away * max(0.0, 1.0 - self._pace * dt / max(size, 1e-12))
        self._heading -= float(np.clip(self._heading, -_TURNS * dt, _TURNS * dt))
        self._left = np.maximum(self._left - dt, 0.0)

    def _at(self, seen: Array) -> Array:
        """As a whole."""
        if self._heading == 0.0:
            return np.asarray(seen + self._away)
        cosine, sine = np.cos(self._heading), np.sin(self._heading)
        turn = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
        middle = seen.mean(axis=0)
        return np.asarray((seen - middle) @ turn.T + middle + self._away)
