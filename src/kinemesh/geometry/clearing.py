"""Rectangles that grow until something is in their way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array


@dataclass(frozen=True)
class Rectangle:
    """An upright rectangle of a plane: along its first axis, then along its second."""

    low: tuple[float, float]
    high: tuple[float, float]

    @classmethod
    def around(cls, points: Array) -> Rectangle:
        """The smallest that holds ``points`` ``(N, 2)``."""
        low, high = points.min(axis=0), points.max(axis=0)
        return cls((float(low[0]), float(low[1])), (float(high[0]), float(high[1])))

    def joined(self, other: Rectangle) -> Rectangle:
        """The smallest that holds both."""
        return Rectangle.around(np.array([self.low, self.high, other.low, other.high]))

    def gaps(self, other: Rectangle) -> Array:
        """How far apart both are along each axis ``(2,)``; negative where they overlap."""
        a, b = np.array([self.low, self.high]), np.array([other.low, other.high])
        return np.asarray(np.maximum(a[0] - b[1], b[0] - a[1]))

    @property
    def corners(self) -> Array:
        """``(4, 2)``."""
        (a, b), (c, d) = self.low, self.high
        return np.array([[a, b], [a, d], [c, b], [c, d]])

    def meets(self, points: Array, radii: Array) -> NDArray[np.bool_]:
        """Which squares of half sides ``radii`` ``(N,)`` around ``points`` ``(N, 2)`` it meets."""
        low, high = np.array(self.low), np.array(self.high)
        size = radii[:, None]
        return np.asarray(np.all((points + size > low) & (points - size < high), axis=1))

    def grown(
        self, outer: Rectangle, points: Array, radii: Array, order: Sequence[int] = (0, 1)
    ) -> Rectangle:
        """As far towards ``outer`` as no square meets it that does not meet it already.

        Args:
            outer: how far it may grow.
            points: middles of the squares ``(N, 2)``.
            radii: half their sides ``(N,)``.
            order: the axes, the one along which it grows first first.
        """
        free = ~self.meets(points, radii)
        points, radii = points[free], radii[free]
        sides = np.array([self.low, self.high])
        for axis in order:
            across = 1 - axis
            beside = (points[:, across] + radii > sides[0, across]) & (
                points[:, across] - radii < sides[1, across]
            )
            low, high = points[beside, axis] - radii[beside], points[beside, axis] + radii[beside]
            below, above = high[high <= sides[0, axis]], low[low >= sides[1, axis]]
            sides[0, axis] = min(sides[0, axis], max(outer.low[axis], below.max(initial=-np.inf)))
            sides[1, axis] = max(sides[1, axis], min(outer.high[axis], above.min(initial=np.inf)))
        return Rectangle.around(sides)
