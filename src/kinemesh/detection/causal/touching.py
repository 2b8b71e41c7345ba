"""When a hand touches a thing, and where, from what has been seen so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from kinemesh.arrays import Array
from kinemesh.detection.causal.trail import Trail
from kinemesh.detection.touch import TouchRule
from kinemesh.geometry.closest import Closest
from kinemesh.geometry.shape import Shape

_STEADY = 0.1
"""Time constant over which a grip is smoothed [s]: a longer one would be felt as a lag."""
APPROACHES = 0.05
"""A hand that comes nearer more slowly than this [m/s] is not about to touch."""
SOONEST = 0.1
"""What is foreseen is no nearer than this [s]: it may not happen."""
_LEADS = 0.15
"""A hand is led to a touch that was not foreseen, or away from one that was wrongly, over no less
than this [s]."""
_COARSE = 0.03
"""Distances from points that stand for a surface are too large by less than this [m]."""


class Hand(NamedTuple):
    """A hand at one time, in the frame of a prop, or in the world for terrain."""

    points: Array
    """Its joints, or where its palm is for want of fingers ``(N, 3)`` [m]."""
    wrist: Array
    """``(3,)`` [m]."""
    along: Array
    """Unit direction ``(3,)`` from the wrist to the knuckles."""
    fingers: bool
    """Whether the points are fingers."""


class CausalGrip(NamedTuple):
    """How a hand is to a thing now, in the thing's frame."""

    touches: bool
    time: float
    """Time to the touch, foreseen, or since it [s]; 0 while touching, infinite where it is far.
    It changes steadily: of a touch that was not foreseen it is not 0 at once."""
    distance: float
    """From the hand to the surface [m]; 0 for one inside."""
    rows: Array
    """``(4, 3)``: the place of the surface that is nearest to the palm, the wrist, the middle of
    the palm [m], and the unit direction from there into the surface."""


FAR = CausalGrip(False, np.inf, np.inf, np.zeros((4, 3)))
"""A hand that is nowhere near."""


@dataclass(frozen=True, eq=False)
class Surface:
    """What can be touched, made ready."""

    closest: Closest
    low: Array
    """Corners of its bounds ``(3,)`` [m]."""
    high: Array

    @classmethod
    def of(cls, shape: Shape) -> Surface:
        """The surface of a shape."""
        return cls(Closest(shape), *shape.bounds)

    def beyond(self, point: Array) -> float:
        """How far a point ``(3,)`` is outside of the bounds [m]."""
        return float(np.linalg.norm(np.maximum(self.low - point, point - self.high).clip(0.0)))


class _Side:
    """On which side of a surface a point is, asked anew only where it may have crossed it."""

    def __init__(self, closest: Closest) -> None:
        self._closest = closest
        self._last: tuple[Array, float, bool] | None = None

    def inside(self, point: Array) -> bool:
        """Whether ``point`` ``(3,)`` [m] is inside."""
        away = self._closest.nearest(point[None])[0]
        clear = float(away[0]) - _COARSE
        if self._last is not None:
            before, free, held = self._last
            if np.linalg.norm(point - before) < free:
                self._last = point, clear, held
                return held
        held = bool(self._closest.inside(point[None], away)[0])
        self._last = point, clear, held
        return held


class Touching:
    """One hand and one thing, followed with hysteresis.

    Args:
        rule: the thresholds.
        surface: of the thing.
        reach: how far the palm is from the wrist [m].
        soon: how long before a touch it is looked for, and after it remembered [s].
    """

    def __init__(self, rule: TouchRule, surface: Surface, reach: float, soon: float) -> None:
        self._rule, self._surface = rule, surface
        self._reach, self._soon = reach, soon
        self._going, self._nearing = Trail(), Trail()
        self._touches, self._since = False, np.inf
        self._time: float | None = None  # None: in the first frame it may be any
        self._smooth: Array | None = None
        self._held = np.zeros((4, 3))
        self._centre = _Side(surface.closest)
        self._inwards: Array | None = None

    def step(self, hand: Hand, dt: float) -> CausalGrip:
        """How the hand is now.

        Args:
            hand: where it is.
            dt: time since the frame before [s].
        """
        rule, extra = self._rule, 0.0 if hand.fingers else self._rule.palm
        centre = hand.points.mean(axis=0)
        self._since += dt
        speed = float(np.linalg.norm(self._going.velocity(centre, dt)))
        if self._surface.beyond(centre) > self._most + rule.leave + extra:
            self._touches, self._smooth, self._inwards = False, None, None
            self._nearing, self._time = Trail(), self._soon
            return FAR
        distance = self._distance(hand.points, centre, rule.enter + extra)
        nearing = -float(self._nearing.velocity(np.array([distance]), dt)[0])
        if self._touches:
            self._touches = distance < rule.leave + extra
        else:
            self._touches = distance < rule.enter + extra and speed < rule.passing
        if self._touches:
            self._since = 0.0
            self._held = self._followed(self._rows(hand), dt)
        else:
            self._smooth = None
        gap = max(distance - rule.enter - extra, 0.0)
        ahead = gap / nearing if nearing > APPROACHES else np.inf
        time = self._led(self._since if self._since <= self._soon else max(ahead, SOONEST), dt)
        if time >= self._soon and not self._touches:
            self._inwards = None
            return FAR
        rows = self._held if self._since <= self._soon else self._rows(hand)
        return CausalGrip(self._touches, time, distance, self._unit(rows))

    def _led(self, time: float, dt: float) -> float:
        """The time to a touch or since it, steadied; that of looking for it and beyond is one."""
        time = min(time, self._soon)
        if self._time is not None:
            most = self._soon / _LEADS * dt
            time = float(np.clip(time, self._time - most, self._time + most))
        self._time = time
        return time

    @property
    def _most(self) -> float:
        """A hand as far as this [m] is not looked at."""
        return 2.0 * self._soon

    def _distance(self, points: Array, centre: Array, clear: float) -> float:
        least = float(self._surface.closest.nearest(points)[0].min())
        # No bone of a hand reaches through so much: all of it is on one side.
        return 0.0 if least > clear and self._centre.inside(centre) else least

    def _rows(self, hand: Hand) -> Array:
        """Place, wrist, palm, and what leads from there into the surface ``(4, 3)`` [m]."""
        palm = hand.wrist + self._reach * hand.along
        away, places = self._surface.closest.nearest(palm[None])
        towards = places[0] - palm
        if self._inwards is None:
            inside = self._surface.closest.inside(palm[None], away)[0]
        else:  # it does not turn round from one frame to the next
            inside = float(towards @ self._inwards) < 0.0
        self._inwards = -towards if inside else towards
        return np.stack([places[0], hand.wrist, palm, self._inwards])

    def _followed(self, rows: Array, dt: float) -> Array:
        """``rows`` smoothed, and moved only as far as they must be: a grip does not wander."""
        if self._smooth is None:
            self._smooth = rows
            return rows
        self._smooth = self._smooth + (1.0 - np.exp(-dt / _STEADY)) * (rows - self._smooth)
        firm = self._rule.firm
        return np.minimum(np.maximum(self._held, self._smooth - firm), self._smooth + firm)

    @staticmethod
    def _unit(rows: Array) -> Array:
        """The rows, the last of length 1."""
        rows = np.array(rows)
        rows[3] /= max(float(np.linalg.norm(rows[3])), 1e-9)
        return rows
