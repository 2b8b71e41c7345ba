"""Levels and ramps that explain where a person stands, sits and leans, told by the motion alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.detection.holds import Hold, standing
from kinemesh.detection.leaning import leaning
from kinemesh.motion.clip import Clip

LEAST = 0.07
"""What is less than this [m] over the lowest level is on it: recordings are off by so much."""
SAME = 0.05
"""Heights that are nearer than this [m] to the median of others are one level's."""
_FEWEST = 3
"""A ramp has at least as many footfalls in a row,"""
_RISES = 0.1
"""rises at least so much [m] over them,"""
_EVEN = 0.025
"""and none of them is further off it than this [m];"""
_SLOPES = (0.05, 0.7)
"""it is so steep [1],"""
_TILTED = 0.5
"""and feet are tilted on it by at least this share: on steps they are level."""
_RISE = 0.36
"""The ankle is higher than the toe by this share of the foot, where no level footfall tells."""


@dataclass(frozen=True, eq=False)
class Surface:
    """A plane that carries the person somewhere."""

    plane: Array
    """``(3,)``: height at x = y = 0 [m], and slopes along x and y."""
    holds: tuple[Hold, ...]
    """What bears on it."""

    @property
    def level(self) -> bool:
        """Whether it does not slope."""
        return not np.any(self.plane[1:])

    def height(self, places: Array) -> Array:
        """At ``places`` ``(..., 2)`` [m]: ``(...)`` [m]."""
        return np.asarray(self.plane[0] + places @ self.plane[1:])


@dataclass(frozen=True, eq=False)
class Surfaces:
    """What carries a person: the ground, and what is higher."""

    ground: Surface | None
    """The lowest level on which feet stand; None where a ramp, or nothing, is lower."""
    floor: float
    """The height of toe joints that stand on the ground [m]."""
    raised: tuple[Surface, ...]
    """Levels and ramps over it, in the order of their heights; of feet as high as toe joints."""


def surfaces(clip: Clip, floor: float | None = None) -> Surfaces | None:
    """The surfaces that ``clip`` shows; None if nobody stands anywhere.

    Args:
        clip: the recording; what it says of floor and terrain is not looked at.
        floor: the height of the ground, where it is known [m]: what is lower sank into it. The
            lowest level if left out.
    """
    feet = sorted(standing(clip), key=lambda hold: (hold.first, hold.part))
    ramps = _ramps(feet)
    sloped = {id(hold) for ramp in ramps for hold in ramp.holds}
    levels = _levels([hold for hold in feet if id(hold) not in sloped])
    lows = [float(surface.plane[0]) for surface in levels]
    lows += [min(hold.height for hold in ramp.holds) for ramp in ramps]
    if not lows:
        return None
    if floor is None:
        floor = min(lows)
    else:  # where toes ride over it, they say by how much
        floor = min((low for low in lows if abs(low - floor) < LEAST), default=floor)
    others = [hold for hold in leaning(clip, feet) if hold.height > floor + LEAST]
    high = [level for level in levels if level.plane[0] > floor + LEAST]
    raised = [_joined(level, others) for level in high]
    taken = {id(hold) for level in raised for hold in level.holds}
    raised += _levels([hold for hold in others if id(hold) not in taken])
    raised.sort(key=lambda surface: float(surface.plane[0]))
    low = [hold for level in levels if level.plane[0] <= floor + LEAST for hold in level.holds]
    ground = Surface(np.array([floor, 0.0, 0.0]), tuple(low)) if low else None
    return Surfaces(ground, floor, (*ramps, *raised))


def _levels(holds: Sequence[Hold]) -> list[Surface]:
    """The heights at which ``holds`` gather, from the lowest."""
    groups: list[list[Hold]] = []
    for hold in sorted(holds, key=lambda hold: hold.height):
        if groups and hold.height < _middle(groups[-1]) + SAME:
            groups[-1].append(hold)
        else:
            groups.append([hold])
    return [Surface(np.array([_middle(group), 0.0, 0.0]), tuple(group)) for group in groups]


def _middle(holds: Sequence[Hold]) -> float:
    """The median height [m], each hold as often as it has frames."""
    return float(np.median(np.repeat([h.height for h in holds], [h.frames for h in holds])))


def _joined(level: Surface, others: Sequence[Hold]) -> Surface:
    """A level with the hands and knees that bear on it, which say nothing of its height."""
    near = [hold for hold in others if abs(hold.height - level.plane[0]) < 2.0 * SAME]
    own = [hold for hold in near if hold.part != "seat"]
    return Surface(level.plane, (*level.holds, *own))


def _ramps(feet: Sequence[Hold]) -> list[Surface]:
    """Slopes of at least three footfalls in a row, the longest first found."""
    found: list[Surface] = []
    start = 0
    while start + _FEWEST <= len(feet):
        best = None
        for end in range(start + _FEWEST, len(feet) + 1):
            fitted = _ramp(feet[start:end], [*feet[:start], *feet[end:]])
            if fitted is not None:
                best = fitted, end
            elif best is not None:
                break
        if best is None:
            start += 1
        else:
            found.append(best[0])
            start = best[1]
    return found


def _ramp(feet: Sequence[Hold], rest: Sequence[Hold]) -> Surface | None:
    """The ramp on which ``feet`` stand; None if they do not. ``rest`` are the other footfalls."""
    heights = np.array([hold.height for hold in feet])
    if np.ptp(heights) < _RISES:
        return None
    places = np.array([hold.places[1] for hold in feet])
    middle = places.mean(axis=0)
    way = np.linalg.svd(places - middle)[2][0]
    along = (places - middle) @ way
    slope, height = np.polyfit(along, heights, 1)
    off = np.abs(height + slope * along - heights).max()
    if off > _EVEN or not _SLOPES[0] < abs(slope) < _SLOPES[1]:
        return None
    feet_along = np.array([(hold.places[0] - hold.places[1]) @ way for hold in feet])
    tilts = np.array([hold.rise - _level_rise(hold, rest) for hold in feet])
    wanted = slope * feet_along
    if wanted @ tilts < _TILTED * (wanted @ wanted):
        return None
    gradient = slope * way
    return Surface(np.array([height - gradient @ middle, *gradient]), tuple(feet))


def _level_rise(foot: Hold, rest: Sequence[Hold]) -> float:
    """The ankle of a foot over its toe where it is level [m]."""
    own = [hold.rise for hold in rest if hold.part == foot.part]
    if len(own) > 1:
        return float(np.median(own))
    return _RISE * float(np.linalg.norm(foot.places[0] - foot.places[1]))
