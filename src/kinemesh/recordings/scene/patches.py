"""Convex parts under what bears: between the footfalls of other heights, and in no limb."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.detection.holds import Hold
from kinemesh.detection.surfaces import SAME, Surface, Surfaces
from kinemesh.detection.swept import HEEL, STATURE, TIP, swept
from kinemesh.geometry.clearing import Rectangle
from kinemesh.motion import Clip, Shape

BEYOND, SEAT_BEYOND = 0.3, 0.1
"""Parts reach this far beyond the person's footfalls [m], and seats beyond who sits on them, where
nothing is in the way."""
TOGETHER = 0.8
"""Footfalls at one height no further apart than this [m] are on one part."""
UPPER = 0.8
"""An edge is this share of the way from the lower footfall to the upper: heels come down by it."""
LANES = 0.3
"""Footfalls less than this [m] apart across are one before the other, if they overlap along the
way by no more than ..."""
OVERLAPS = 0.1
"""... this [m]."""
SINKS = 0.03
"""Limbs may be so deep in a part [m]: recordings are off by so much."""
DEEP, DEEPER = 0.10, 0.06
"""What is deeper than this [m] in the place of one footfall, or in that of several, for a while,
says that nothing is there."""
AROUND = 0.25
"""What bears on a part may be deeper in it for this long [s] before and after."""
_PASSES = 0.05
"""What is in the place of a part for longer than this [s] says that it is not there."""
_SLABS = (0.10, 0.05)
"""Where limbs are below a part it is a slab of one of these thicknesses [m]."""
_WIDE = 0.05
"""Half the width of a foot, of a knee and of a hand [m];"""
_SEAT = (0.12, 0.10)
"""who sits takes so much behind the hips, and beside them [m]."""


@dataclass(frozen=True, eq=False)
class Patch:
    """Footfalls of one surface that are near together."""

    surface: Surface
    holds: tuple[Hold, ...]
    area: Rectangle
    """In the turned axes."""


@dataclass(frozen=True, eq=False)
class Part:
    """The solid under a patch."""

    patch: Patch
    shape: Shape
    area: Rectangle
    """What of the ground it covers, in the turned axes."""
    middle: Array
    """Of that, in the world ``(2,)`` [m]."""
    height: float
    """Under the patch, over the ground [m]."""
    slab: bool
    """Whether it does not go down to the ground."""


class Patches:
    """A clip in axes along which its footfalls lie, and what of it is in the way of parts."""

    def __init__(self, clip: Clip, shown: Surfaces) -> None:
        self._clip, self._shown = clip, shown
        self._size = clip.stature / STATURE
        ground = clip.scene.ground
        # Where a floor was put under the clip that toes stand on, they may ride over it.
        rides = ground is not None and abs(shown.floor - ground) < 0.06
        self.floor = float(ground) if rides and ground is not None else shown.floor
        self._ride = shown.floor - self.floor
        held = [hold for surface in shown.raised for hold in surface.holds]
        self._turn, self._ahead = _axes(clip, held)
        grounds = () if shown.ground is None else shown.ground.holds
        self._grounds = [self._area(hold) for hold in grounds]
        self._swept = swept(clip)
        self._below: dict[tuple[int, float], NDArray[np.intp]] = {}
        self._flat = self._swept.points[:, :2] @ self._turn.T

    def of(self, surface: Surface) -> list[Patch]:
        """As few rectangles of a surface as hold its footfalls with no limb in them."""
        alone = [Patch(surface, (hold,), self._area(hold)) for hold in surface.holds]
        found = [patch for patch in alone if self._bottom(patch) is not None]
        while True:
            for one, other in itertools.combinations(found, 2):
                if one.area.gaps(other.area).max() > TOGETHER:
                    continue
                area = one.area.joined(other.area)
                joined = Patch(surface, (*one.holds, *other.holds), area)
                if self._bottom(joined) is not None:
                    break
            else:
                return found
            found = [patch for patch in found if patch is not one and patch is not other]
            found.append(joined)

    def _bottom(self, patch: Patch) -> float | None:
        """How far down a patch may go [m]; None where limbs say that there is none."""
        slabs = () if any(hold.part.endswith("foot") for hold in patch.holds) else _SLABS
        top = float(self._top(patch, patch.area.corners).min())
        bottoms = (self.floor, *(top - thick for thick in slabs))
        deep = DEEP if len(patch.holds) == 1 else DEEPER
        return next((z for z in bottoms if self._in_way(patch, z, deep) <= self._most), None)

    def part(self, patch: Patch, patches: Sequence[Patch]) -> Part:
        """The solid of a patch, one of ``patches``."""
        bottom = self._bottom(patch)
        assert bottom is not None  # no other patches are made
        hits = self._hits(patch, bottom)
        grown = patch.area.grown(
            self._outer(patch, patches), self._flat[hits], self._swept.radii[hits]
        )
        flat = grown.corners
        tops = np.maximum(self._top(patch, flat), bottom + 0.005)
        world = flat @ self._turn
        middle = np.asarray(world.mean(axis=0))
        lower = np.column_stack([world, np.full(4, bottom)])
        shape = Shape.convex(np.concatenate([lower, np.column_stack([world, tops])]))
        height = float(self._top(patch, patch.area.corners).mean()) - self.floor
        return Part(patch, shape, grown, middle, height, bottom > self.floor)

    @property
    def _most(self) -> int:
        """In so many frames something may be in the way."""
        return max(1, round(_PASSES * self._clip.fps))

    def _top(self, patch: Patch, flat: Array) -> Array:
        """Height of a surface at places ``(N, 2)`` of the turned axes [m]."""
        ride = self._ride if any(h.part.endswith("foot") for h in patch.surface.holds) else 0.0
        return patch.surface.height(flat @ self._turn) - ride

    def _hits(self, patch: Patch, bottom: float) -> NDArray[np.intp]:
        """Balls between ``bottom`` [m] and the surface, but for what bears on it meanwhile."""
        balls, key = self._swept, (id(patch.surface), bottom)
        if key not in self._below:
            z, r = balls.points[:, 2], balls.radii
            some = np.flatnonzero(z + r > bottom + SINKS)
            under = z[some] - r[some] < self._top(patch, self._flat[some]) - SINKS
            self._below[key] = some[under]
        low = self._below[key]
        mine = np.zeros(len(low), dtype=bool)
        margin = round(AROUND * self._clip.fps)
        frames, limbs = balls.frames[low], balls.limbs[low]
        for hold in patch.holds:
            during = (frames >= hold.first - margin) & (frames <= hold.last + margin)
            seat = ("trunk", "left_thigh", "right_thigh")
            for name in seat if hold.part == "seat" else (hold.part,):
                mine |= during & (limbs == balls.names.index(name))
        return low[~mine]

    def _in_way(self, patch: Patch, bottom: float, deep: float) -> int:
        """In how many frames a limb is in the place of a patch, so ``deep`` [m]."""
        hits = self._hits(patch, bottom)
        points, radii = self._swept.points[hits, 2], self._swept.radii[hits]
        hits = hits[points - radii < self._top(patch, self._flat[hits]) - deep]
        inside = patch.area.meets(self._flat[hits], np.full(len(hits), -SINKS))
        return len(np.unique(self._swept.frames[hits[inside]]))

    def _outer(self, patch: Patch, patches: Sequence[Patch]) -> Rectangle:
        """How far a patch may reach: most of the way down, and little of it up to other heights."""
        area = patch.area
        beyond = SEAT_BEYOND if any(h.part == "seat" for h in patch.holds) else BEYOND
        low, high = np.array(area.low) - beyond, np.array(area.high) + beyond
        own = float(self._top(patch, area.corners).mean())
        others = [(one.area, self._top(one, one.area.corners).mean()) for one in patches]
        others += [(one, self.floor) for one in self._grounds]
        for other, height in others:
            gaps = area.gaps(other)
            axis = int(np.argmax(gaps))
            if gaps[self._ahead] > -OVERLAPS and gaps[1 - self._ahead] < LANES:
                axis = self._ahead
            elif gaps[axis] <= 0.0:
                continue
            if abs(height - own) < SAME:
                continue
            share = UPPER if height > own else 1.0 - UPPER
            if other.low[axis] + other.high[axis] >= area.low[axis] + area.high[axis]:
                edge = area.high[axis] + share * (other.low[axis] - area.high[axis])
                high[axis] = min(high[axis], edge)
            else:
                edge = area.low[axis] + share * (other.high[axis] - area.low[axis])
                low[axis] = max(low[axis], edge)
        return Rectangle((float(low[0]), float(low[1])), (float(high[0]), float(high[1])))

    def _area(self, hold: Hold) -> Rectangle:
        """What a part of the body covers, in the turned axes."""
        places = hold.places @ self._turn.T
        if hold.part == "seat":
            hips, thighs = places[:2], places[2:]
            back = hips.mean(axis=0) - thighs.mean(axis=0)
            back *= _SEAT[0] * self._size / max(float(np.linalg.norm(back)), 1e-6)
            return _around(np.concatenate([places, hips + back]), _SEAT[1] * self._size)
        if hold.part.endswith("foot"):
            ankle, toe = places
            way = (toe - ankle) / max(float(np.linalg.norm(toe - ankle)), 1e-6)
            places = np.array([ankle - HEEL * self._size * way, toe + TIP * self._size * way])
            across = np.array([-way[1], way[0]]) * _WIDE * self._size
            return _around(np.concatenate([places + across, places - across]), 0.0)
        return _around(places, _WIDE * self._size)


def _around(points: Array, margin: float) -> Rectangle:
    low, high = points.min(axis=0) - margin, points.max(axis=0) + margin
    return Rectangle.around(np.array([low, high]))


def _axes(clip: Clip, holds: Sequence[Hold]) -> tuple[Array, int]:
    """Turned axes ``(2, 2)`` as rows, along or across the hips in the mean of all holds.

    And the number of the one along which the person looks most of the time. Feet are turned out.
    """
    across = (clip.landmark("left_hip") - clip.landmark("right_hip"))[:, :2]
    looks = np.array([across[h.first : h.last + 1].mean(axis=0)[::-1] * (1, -1) for h in holds])
    angle = float(np.angle(np.sum(np.exp(4j * np.arctan2(looks[:, 1], looks[:, 0]))))) / 4.0
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    along = np.abs(looks @ turn.T).sum(axis=0)
    return turn, int(along[1] > along[0])
