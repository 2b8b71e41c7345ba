"""Which triangles may be the nearest from where: worked out once for each small cube of space.

What stands still is asked for its nearest places again and again, from nearly the same places.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array

Labels = NDArray[np.int64]
Flags = NDArray[np.bool_]
Around = Callable[[Array], tuple[Array, Labels, Array, Labels]]
"""Of cubes' centres ``(K, 3)`` [m]: their distances ``(K,)``, infinite where they are far, and
pairs of a centre and a triangle with the triangle's distance, none that matters left out."""

_LARGEST, _SMALLEST = 0.03, 0.01
"""Sides of the cubes [m]."""
_TRIANGLES = 0.2
"""They are about this share of the side of a triangle long."""
_MOST = 200_000
"""Of more cubes than this the memory is begun anew."""


class Cells:
    """The cubes that were asked for so far."""

    def __init__(self, corners: Array, around: Around) -> None:
        """Prepare triangles ``(F, 3, 3)`` [m]."""
        area = np.linalg.norm(
            np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
        ).mean()
        self.size = float(np.clip(_TRIANGLES * np.sqrt(area), _SMALLEST, _LARGEST))
        self.half = self.size * float(np.sqrt(3.0)) / 2.0
        """No place of a cube is further than this [m] from its centre."""
        self._around = around
        self._known: dict[bytes, int] = {}
        self._away: list[float] = []
        self._lots: list[Labels] = []

    def of(self, points: Array) -> tuple[Labels, Array]:
        """Cubes ``(N,)`` of ``points`` ``(N, 3)`` [m], and what their distances are at least [m].

        Infinite for a cube that is far.
        """
        place = np.floor(points / self.size)
        cubes, index = np.unique(place, axis=0, return_inverse=True)
        if len(self._known) > _MOST:
            self._known, self._away, self._lots = {}, [], []
        new = [k for k, cube in enumerate(cubes) if cube.tobytes() not in self._known]
        if new:
            self._learn(cubes[new])
        number = np.array([self._known[cube.tobytes()] for cube in cubes], dtype=np.int64)
        which = number[index.reshape(-1)]
        away = np.array([self._away[k] for k in number])[index.reshape(-1)]
        off = np.linalg.norm(points - (place + 0.5) * self.size, axis=1)
        return which, away - off

    def lots(self, cubes: Labels) -> tuple[Labels, Labels]:
        """Pairs of a place in ``cubes`` ``(N,)`` and a triangle that may be nearest to it."""
        lots = [self._lots[k] for k in cubes]
        counts = [len(lot) for lot in lots]
        joined = np.concatenate(lots) if lots else np.zeros(0, dtype=np.int64)
        return np.repeat(np.arange(len(cubes)), counts), joined

    def _learn(self, cubes: Array) -> None:
        away, which, gaps, triangles = self._around((cubes + 0.5) * self.size)
        # From all of a cube the nearest place is no further than this from its centre.
        kept = gaps <= away[which] + 2.0 * self.half
        which, triangles = which[kept], triangles[kept]
        ends = np.searchsorted(which, np.arange(1, len(cubes)))
        lots = np.split(triangles, ends)
        for cube, far, lot in zip(cubes, away.tolist(), lots, strict=True):
            self._known[cube.tobytes()] = len(self._lots)
            self._away.append(far)
            self._lots.append(lot)
