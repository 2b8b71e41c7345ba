"""Where feet stand, told by the motion alone: neither floor nor terrain is asked.

A foot is planted while it is still and the person does not fall, if some time meanwhile the leg is
stretched over it and the other foot is elsewhere: a foot that is held up in the air is none of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from kinemesh.arrays import Array, runs
from kinemesh.detection.lasting import Flags, tidy
from kinemesh.detection.plausible import GRAVITY, centre
from kinemesh.motion.clip import Clip

SIDES = ("left", "right")
ENTER, LEAVE = 0.30, 0.45
"""A foot is still while it is slower than the second [m/s] along the ground, if it is slower than
the first some time ..."""
CLIMBS = 1.2
"""... and up or down so many times as fast, at most."""
SHORTEST = 0.1
"""It is planted for at least this time [s]."""
STEADY = 0.04
"""Width of the Gaussian over which speeds are taken [s]."""
FALLS = 0.5
"""Who falls by more than this share of gravity, over ..."""
FALL_WIDTH = 0.04
"""... a Gaussian of this width [s], stands on nothing."""
UPRIGHT = 0.5
"""Where the leg is less of its length upright, from hip to ankle, the person sits, kneels or lies,
and the foot may lie, too."""
STRETCHED = 0.8
"""Some time it is at least so much of its length upright over a planted foot,"""
ALONE = 0.1
"""and for so long [s] the other foot is elsewhere: not still, or no lower than ..."""
LOWER = 0.06
"""... this [m]."""
LOW = 0.3
"""It stands as high as it is in this share of the time: toes rise before they leave."""
_TIPS = ("bigtoe", "smalltoe")
"""Names of places at the tips of the toes, after the side's."""
SPOT = 0.12
"""A foot that is still, and still again no further than this [m] along the ground from there, but
higher or lower by ..."""
RISEN = 0.03
"""... this [m], stands where it is lower: no one climbs on the spot."""


@dataclass(frozen=True, eq=False)
class Hold:
    """A part of the body bears on something that stands still."""

    part: str
    """``left_foot``, ``right_hand``, ``left_knee``, ..., or ``seat``."""
    first: int
    last: int
    """Frames, both included."""
    height: float
    """Of the surface [m]: of a foot its toe joint's, while the foot stands."""
    places: Array
    """What of it is down ``(K, 2)`` [m]: of a foot ankle and toe, of the seat the hips and the
    middles of the thighs, else one place; medians over the frames."""
    rise: float = np.nan
    """Of a foot the height of the ankle over the toe while it is down as a whole [m]."""

    @property
    def frames(self) -> int:
        """How many."""
        return self.last - self.first + 1


def standing(clip: Clip) -> tuple[Hold, ...]:
    """All stances of both feet, by side and time; clips have at least two frames."""
    still = {side: planted(clip, side) for side in SIDES}
    lows = _bearing(clip, still)
    return tuple(hold for side in SIDES for hold in _lowest(_stances(clip, side, still, lows)))


def _bearing(clip: Clip, still: Mapping[str, Flags]) -> dict[str, Array]:
    """How high a toe joint would be ``(T,)`` [m] if feet were as level as they usually are.

    Feet of a film are tilted for long: where the recording has the tips of the toes, what is down
    is told by them.
    """
    toes = {side: clip.landmark(f"{side}_toe")[:, 2] for side in SIDES}
    tips = {side: _tips(clip, side) for side in SIDES}
    over = {side: toes[side] - tip for side, tip in tips.items() if tip is not None}
    rests = [values[still[side]] for side, values in over.items()]
    if len(over) < len(SIDES) or not sum(map(len, rests)):
        return toes
    usual = float(np.median(np.concatenate(rests)))
    return {side: toes[side] - over[side] + usual for side in SIDES}


def _tips(clip: Clip, side: str) -> Array | None:
    """Height of the tips of the toes, in the middle between big and small ``(T,)`` [m]."""
    words = [name.lower().replace("_", "") for name in clip.skeleton.joints]
    found = []
    for toe in _TIPS:
        names = (f"{side}{toe}", f"{side[0]}{toe}")
        found += [k for k, word in enumerate(words) if word in names][:1]
    return clip.positions[:, found, 2].mean(axis=1) if len(found) == len(_TIPS) else None


def velocity(points: Array, fps: float) -> Array:
    """Of a path ``(T, 3)`` [m], over a Gaussian of :data:`STEADY`."""
    smooth = gaussian_filter1d(points, max(STEADY * fps, 1e-3), axis=0, mode="nearest")
    return np.asarray(np.gradient(smooth, axis=0) * fps)


def lasting(speed: Array, enter: float, leave: float, shortest: int) -> Flags:
    """Where ``speed`` ``(T,)`` is below ``leave`` for a while, and some time below ``enter``."""
    flags = speed < leave
    for first, last in runs(flags):
        if speed[first : last + 1].min() >= enter:
            flags[first : last + 1] = False
    return tidy(flags, max(2, shortest))


def planted(clip: Clip, side: str) -> Flags:
    """When a foot is still and the person does not fall ``(T,)``."""
    way = velocity(clip.landmark(f"{side}_toe"), clip.fps)
    speed = np.maximum(np.linalg.norm(way[:, :2], axis=1), np.abs(way[:, 2]) / CLIMBS)
    speed[_falls(clip)] = np.inf
    return lasting(speed, ENTER, LEAVE, round(SHORTEST * clip.fps))


def _falls(clip: Clip) -> Flags:
    """When the body's centre falls freely, or nearly so."""
    path = gaussian_filter1d(centre(clip)[:, 2], FALL_WIDTH * clip.fps, mode="nearest")
    return np.asarray(np.gradient(np.gradient(path)) * clip.fps**2 < -FALLS * GRAVITY)


def _lowest(holds: Iterable[Hold]) -> list[Hold]:
    """The stances of a foot without those in which it is over the place where it stands."""
    found: list[Hold] = []
    for hold in holds:
        if found and np.linalg.norm(hold.places[1] - found[-1].places[1]) < SPOT:
            if hold.height > found[-1].height + RISEN:
                continue
            if hold.height < found[-1].height - RISEN:
                found.pop()
        found.append(hold)
    return found


def _stances(
    clip: Clip, side: str, still: Mapping[str, Flags], lows: Mapping[str, Array]
) -> Iterator[Hold]:
    hip, knee, ankle, toe = (clip.landmark(f"{side}_{p}") for p in ("hip", "knee", "ankle", "toe"))
    bones = np.linalg.norm(hip - knee, axis=1) + np.linalg.norm(knee - ankle, axis=1)
    upright = (hip[:, 2] - ankle[:, 2]) / float(np.median(bones))
    (other,) = (one for one in SIDES if one != side)
    low, beside = lows[side], lows[other]
    for first, last in runs(still[side]):
        own = slice(first, last + 1)
        stands = upright[own] > UPRIGHT
        if not (upright[own] > STRETCHED).any():
            continue
        height = float(np.quantile(low[own][stands], LOW))
        alone = ~still[other][own] | (beside[own] > height - LOWER)
        if alone.sum() < min(round(ALONE * clip.fps), last - first + 1):
            continue
        rise = (ankle[own, 2] - toe[own, 2])[stands]
        places = np.median(np.stack([ankle[own, :2], toe[own, :2]], axis=1)[stands], axis=0)
        flat = float(np.median(rise[rise <= np.median(rise)]))
        yield Hold(f"{side}_foot", first, last, height, places, flat)
