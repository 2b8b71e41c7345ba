"""The person in the robot's proportions, frame by frame.

As :mod:`kinemesh.problem.person` has her where it can be known in time. A foot keeps the place
where it came down, the trunk gives way as far as those who stand agree, and what was given way goes
back while feet are in the air.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from kinemesh.arrays import Array
from kinemesh.detection.causal.calibration import Calibration
from kinemesh.detection.causal.standing import Foot
from kinemesh.detection.support import Land
from kinemesh.motion import LANDMARKS
from kinemesh.problem.person.bearers import Bearer
from kinemesh.problem.person.limbs import bent
from kinemesh.problem.person.planting import rise
from kinemesh.problem.person.proportions import SIDES, Body, flat_slopes, proportioned

_STEADY = 0.05
"""Time constant over which the trunk's correction is smoothed [s]."""
_RISES = 0.06
"""Time constant over which its height is smoothed, twice [s]."""
_LONG = 1.0
"""What feet have agreed on for so long [s] moves the trunk no more: legs take it up."""
_BACK = 0.15
"""In the air a foot goes back to where it is without a stance in this time constant [s]."""
_SETTLES = 0.4
"""A toe that is planted goes down, or up, to where it stands no faster than this [m/s]."""
_LEVEL = 1e-3
"""Feet within this [m] of the ground stand on it; else on terrain."""
WhoBears = Callable[[Array, Array], Sequence[Bearer]]
_TOES = {side: LANDMARKS.index(f"{side}_toe") for side in SIDES}


class _Leg:
    """Where the toe of one foot stands, and how far it is from where it would be."""

    def __init__(self) -> None:
        self.place: Array | None = None  # over the ground
        self.off: Array = np.zeros(3)
        self.level: float | None = None  # of the toe, planted
        self.over = 0.0  # how much higher than that it still is
        self.flat = 0.0  # how much higher the toe was than it would be, while the foot was flat


class CausalPerson:
    """A person whose lengths are the robot's.

    Args:
        known: what is known of the person.
        rest: landmarks of the robot at rest ``(K, 3)`` [m], the soles at height 0.
        scale: of the robot's world against the person's.
        land: what bears, in the robot's world.
        ground: height of the ground there [m]; None for none.
    """

    def __init__(
        self, known: Calibration, rest: Array, scale: float, land: Land, ground: float | None
    ) -> None:
        self._rest, self._scale, self._land = rest, scale, land
        self._ground = -np.inf if ground is None else ground
        self._slopes = flat_slopes(known.landmarks, known.footing)
        self._own, self._rests = np.zeros(len(LANDMARKS)), np.zeros(len(LANDMARKS))
        for side, foot in known.feet.items():
            for mark, height in (("toe", foot.toe), ("ankle", foot.flat)):
                k = LANDMARKS.index(f"{side}_{mark}")
                self._own[k], self._rests[k] = scale * height, rest[k, 2]
        self._legs = {side: _Leg() for side in SIDES}
        self._rise: tuple[float, float] | None = None  # smoothed once, and twice
        self._shift: Array = np.zeros(2)
        self._usual: Array = np.zeros(2)

    def go_on(self, before: CausalPerson) -> None:
        """Take over what was seen in another scene."""
        self._legs, self._rise = before._legs, before._rise
        self._shift, self._usual = before._shift, before._usual

    def step(self, person: Array, feet: Mapping[str, Foot], bear: WhoBears, dt: float) -> Array:
        """Landmarks ``(K, 3)`` [m] of the person in the robot's proportions.

        Args:
            person: landmarks ``(K, 3)`` [m].
            feet: what the feet do.
            bear: says who bears besides feet, of the person in the robot's proportions and of the
                one who is scaled as a whole, landmarks ``(K, 3)`` [m] each.
            dt: time since the frame before [s].
        """
        body = proportioned(person[None], self._rest, self._scale, self._slopes)
        scaled = self._scale * person
        support = self._land.support(scaled)[0]
        self._lift(body, scaled, support, bear(body[0], scaled), dt)
        moved = Body(body)
        for side, foot in feet.items():
            self._stand(moved, side, foot, support[_TOES[side]])
        offs = [
            leg.place - moved.at(f"{side}_toe")[0, :2]
            for side, leg in self._legs.items()
            if leg.place is not None
        ]
        wanted = np.mean(offs, axis=0) if offs else np.zeros(2)
        # Who stands for long leans where she should be after a while, whatever her feet agree on.
        self._usual = self._usual + (1.0 - np.exp(-dt / _LONG)) * (wanted - self._usual)
        share = 1.0 - np.exp(-dt / (_STEADY if offs else _BACK))
        self._shift = self._shift + share * (wanted - self._usual - self._shift)
        moved.places[..., :2] += self._shift
        forward = moved.axes()[..., 0]
        for side, foot in feet.items():
            toe = _TOES[side]
            home = np.append(-self._shift, self._legs[side].flat)
            if np.isfinite(support[toe]) and abs(support[toe] - self._ground) > _LEVEL:
                # On terrain a foot keeps its place between the edges.
                home[:2] = scaled[toe, :2] - moved.places[0, toe, :2]
            self._reach(moved, side, home, forward, dt)
            if foot.heel:
                self._legs[side].flat = self._legs[side].off[2]
        return np.asarray(moved.places[0])

    def _lift(
        self, body: Array, scaled: Array, support: Array, bear: Sequence[Bearer], dt: float
    ) -> None:
        """Have those who bear at their heights."""
        wanted = float(rise(body, scaled[None], support[None], self._own, self._rests, bear)[0])
        if self._rise is None:
            self._rise = wanted, wanted
        share = 1.0 - np.exp(-dt / _RISES)
        first, second = self._rise
        first += share * (wanted - first)
        second += share * (first - second)
        self._rise = first, second
        body[..., 2] += second

    def _stand(self, body: Body, side: str, foot: Foot, support: float) -> None:
        """Take note of where a toe stands."""
        leg, there = self._legs[side], np.isfinite(support)
        before, leg.level = leg.level, None
        if foot.toe and there:
            leg.level = support + self._rests[_TOES[side]]
            was = body.at(f"{side}_toe")[0, 2] + leg.off[2] if before is None else before + leg.over
            leg.over = float(was - leg.level)
        if not (foot.there and there):
            leg.place = None
        elif leg.place is None or foot.touchdown:
            # Where it is, so that it does not jump.
            leg.place = body.at(f"{side}_toe")[0, :2] + leg.off[:2] + self._shift

    def _reach(self, body: Body, side: str, home: Array, usual: Array, dt: float) -> None:
        """Have a leg end where its toe stands, or on the way back to where it would be."""
        leg = self._legs[side]
        hip, knee, ankle, toe = (
            body.at(f"{side}_{mark}") for mark in ("hip", "knee", "ankle", "toe")
        )
        leg.off = home + np.exp(-dt / _BACK) * (leg.off - home)
        if leg.place is not None:
            leg.off[:2] = leg.place - toe[0, :2]
        if leg.level is not None:
            leg.over -= float(np.clip(leg.over, -_SETTLES * dt, _SETTLES * dt))
            leg.off[2] = leg.level + leg.over - toe[0, 2]
        rest = Body(self._rest[None])
        lengths = (
            rest.length(f"{side}_hip", f"{side}_knee"),
            rest.length(f"{side}_knee", f"{side}_ankle"),
        )
        bend, end = bent(hip, knee, ankle + leg.off, lengths, usual)
        for mark, there in (("knee", bend), ("ankle", end), ("toe", end + (toe - ankle))):
            body.put(f"{side}_{mark}", there)
