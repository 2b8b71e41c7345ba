"""When a foot is planted, from what has been seen so far: :class:`StanceRule`, frame by frame."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kinemesh.arrays import Array
from kinemesh.detection.causal.calibration import FootCalibration
from kinemesh.detection.causal.trail import Trail
from kinemesh.detection.stance import BALL, KNEE, SUNK, TIPTOE, StanceRule

_SINKS = 0.2
"""A foot that comes down faster than this [m/s] has not landed yet."""
_HEEL_ENTERS, _HEEL_LEAVES = 0.02, 0.035
"""A heel is down from where the ankle is so much higher [m] than over a flat foot to where it is
that much higher."""


class Foot(NamedTuple):
    """What one foot does."""

    toe: bool = False
    """The ball of the foot is planted."""
    heel: bool = False
    """The heel is down too; implies ``toe``."""
    landing: bool = False
    """The foot has stopped over its place but is still, or again, in the air."""
    touchdown: bool = False
    """A new stance begins."""
    lands: float = np.inf
    """In how long the toe will be down [s], at its speed; infinite where it does not come down."""
    heel_lands: float = np.inf
    """The same of the heel."""

    @property
    def there(self) -> bool:
        """Whether the foot keeps its place."""
        return self.toe or self.landing


class Standing:
    """One foot, followed with hysteresis.

    Args:
        rule: the thresholds.
        known: how high toe and ankle are while the foot stands.
    """

    def __init__(self, rule: StanceRule, known: FootCalibration) -> None:
        self._rule, self._known = rule, known
        self._toe, self._ankle = Trail(), Trail()
        self._foot = Foot()
        self._origin: Array = np.zeros(2)
        self._aloft = np.inf  # since the toe was planted [s]

    def step(self, toe: Array, ankle: Array, knee: Array, surface: float, dt: float) -> Foot:
        """What the foot does now.

        Args:
            toe: place of the toe ``(3,)`` [m].
            ankle: of the ankle ``(3,)`` [m].
            knee: of the knee ``(3,)`` [m].
            surface: height of what is under the toe [m]; -inf for nothing.
            dt: time since the frame before [s].
        """
        rise = (ankle[2] - toe[2]) / max(float(np.linalg.norm(ankle - toe)), 1e-9)
        low_knee = knee[2] - surface < KNEE
        height = float(toe[2] - surface - self._known.raised)
        if (low_knee and rise <= BALL) or height < -SUNK:
            height = np.inf
        going, ankle_going = self._toe.velocity(toe, dt), self._ankle.velocity(ankle, dt)
        speed, sinks = float(np.hypot(*going[:2])), -float(going[2])
        planted, anew = self._planted(toe[:2], speed, sinks, height)
        self._aloft = 0.0 if planted else self._aloft + dt
        rest = self._known.toe - self._known.raised
        lands = 0.0 if planted else _time(height - rest, sinks)
        landing = not planted and self._hovers(speed, height, lands)
        if landing and not self._foot.there:
            self._origin, anew = toe[:2], True
        over = np.inf if low_knee or rise > TIPTOE else float(ankle[2] - surface - self._known.flat)
        heel = planted and self._heel_down(over, float(np.hypot(*ankle_going[:2])))
        self._foot = Foot(
            planted,
            heel,
            landing,
            anew,
            lands,
            0.0 if heel else _time(over, -float(ankle_going[2])),
        )
        return self._foot

    def _planted(
        self, place: Array, speed: float, sinks: float, height: float
    ) -> tuple[bool, bool]:
        """Whether the toe is planted, and whether it is so anew."""
        rule, before = self._rule, self._foot
        if before.toe and speed < rule.leave_speed and height < rule.leave_height:
            if np.linalg.norm(place - self._origin) < rule.drift:
                return True, False
            self._origin = place
            return True, True
        if speed < rule.enter_speed and height < rule.enter_height and sinks < _SINKS:
            same = before.there and np.linalg.norm(place - self._origin) < rule.drift
            if not same:
                self._origin = place
            return True, not same
        return False, False

    def _hovers(self, speed: float, height: float, lands: float) -> bool:
        """Whether a foot in the air keeps its place: it has just stood, or will soon."""
        rule = self._rule
        if speed >= rule.leave_speed or height >= rule.hover:
            return False
        soon = lands <= rule.hover_time
        return soon or (self._foot.there and self._aloft <= rule.hover_time)

    def _heel_down(self, over: float, speed: float) -> bool:
        if self._foot.heel:
            return over < _HEEL_LEAVES and speed < self._rule.leave_speed
        return over < _HEEL_ENTERS and speed < self._rule.enter_speed


def _time(height: float, sinks: float) -> float:
    """How long something so high [m] that sinks so fast [m/s] takes to be down [s]."""
    return max(height, 0.0) / sinks if sinks > 1e-3 and np.isfinite(height) else np.inf
