"""A proportioned person's weight: who bears it is at the right height, and planted feet stay.

With other lengths a foot that stood slides, and rises or sinks, by a few centimetres while the
trunk goes its scaled way. So the trunk gives way, smoothly, as far as those who bear agree; what
is left the legs take up, with places that are chosen once a stance.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.ndimage import gaussian_filter1d

from kinemesh.arrays import Array, runs
from kinemesh.detection.stance import Flags, Footing
from kinemesh.detection.support import Land
from kinemesh.geometry.easing import smooth_step
from kinemesh.motion import LANDMARKS, Scene
from kinemesh.problem.person.limbs import bent
from kinemesh.problem.person.proportions import SIDES, Body

_BEARS = 0.03
"""A landmark so high [m] over where it rests bears a third of what one does that rests."""
_MINOR = 0.3
"""Who bears less than this share of what the first does has no say in that."""
_PREFERS = 0.01
"""Of two who bear, one that is lower by this [m] counts three times as much."""
_STEADY = 0.05
"""Width [s] of the Gaussian that steadies the trunk's correction."""
_LEVEL = 1e-3
"""Feet within this [m] of the ground stand on it; else on terrain, whose edges stay where they
are."""


def planted(
    body: Array,
    person: Array,
    robot: Array,
    footing: Mapping[str, Footing],
    scene: Scene,
    fps: float,
) -> Array:
    """Landmarks ``(T, K, 3)`` [m] of whom feet and heights are right.

    Args:
        body: the person in the robot's proportions ``(T, K, 3)`` [m].
        person: the person scaled as a whole ``(T, K, 3)`` [m], in the same world.
        robot: landmarks ``(K, 3)`` [m] at rest, the soles at height 0.
        footing: stance of both feet.
        scene: what bears, in the robot's world.
        fps: frames a second.
    """
    land = Land(scene)
    support = np.stack([land.support(mark)[0] for mark in np.swapaxes(person, 0, 1)], axis=1)
    own, rests = _resting(person[..., 2] - support, robot, footing)
    moved = Body(np.array(body))
    moved.places[..., 2] += _steady(_rise(body, person, support, own, rests), fps)[:, None]
    stances = [
        _Stance(moved, person, support, rests, side, footing[side], scene.ground) for side in SIDES
    ]
    shifts = np.array([stance.shift(moved) for stance in stances])
    known = np.isfinite(shifts[..., 0])
    total = np.where(known[..., None], shifts, 0.0).sum(axis=0)
    bears = known.sum(axis=0)
    shift = total / np.maximum(bears, 1)[:, None]
    moved.places[..., :2] += _steady(between(shift, bears > 0), fps)[:, None]
    forward = moved.axes()[..., 0]
    for stance in stances:
        stance.stand(moved, Body(robot[None]), forward)
    return moved.places


def _resting(height: Array, robot: Array, footing: Mapping[str, Footing]) -> tuple[Array, Array]:
    """How high ``(K,)`` [m] landmarks are where they rest, the person's and the robot's.

    Of toes and ankles; of all others it is the same for both.
    """
    own, rests = np.zeros(len(LANDMARKS)), np.zeros(len(LANDMARKS))
    for side in SIDES:
        foot = footing[side]
        for mark, down in (("toe", foot.toe), ("ankle", foot.toe & foot.heel)):
            k = LANDMARKS.index(f"{side}_{mark}")
            values = height[:, k]
            values = values[(down if down.any() else np.ones_like(down)) & np.isfinite(values)]
            own[k] = np.quantile(values, 0.3) if len(values) else robot[k, 2]
            rests[k] = robot[k, 2]
    return own, rests


def _rise(body: Array, person: Array, support: Array, own: Array, rests: Array) -> Array:
    """How much higher ``(T,)`` [m] the body has to be for those who bear to be at their heights."""
    over = person[..., 2] - support - own
    over = np.where(np.isfinite(over), over, np.inf)
    least = over.min(axis=1, keepdims=True)
    share = np.exp(-np.maximum(over - np.where(np.isfinite(least), least, 0.0), 0.0) / _BEARS)
    wanted = person[..., 2] - own + rests - body[..., 2]
    # Rather a bent leg than one that is too short: of those who bear the lower counts for more.
    lowest = np.where(share > _MINOR, wanted, np.inf).min(axis=1, keepdims=True)
    share = share * np.exp(-np.clip(wanted - lowest, 0.0, 1.0) / _PREFERS)
    total = share.sum(axis=1)
    return np.asarray((share * wanted).sum(axis=1) / np.maximum(total, 1e-12))


def _steady(values: Array, fps: float) -> Array:
    return np.asarray(gaussian_filter1d(values, _STEADY * fps, axis=0, mode="nearest"))


def between(values: Array, known: Flags) -> Array:
    """``values`` ``(T, N)`` where they are known, and eased from one to the next in between.

    Before the first and after the last they stay; zero if none is known.
    """
    filled = np.zeros_like(values)
    if not known.any():
        return filled
    there = np.flatnonzero(known)
    frames = np.arange(len(values))
    after = np.minimum(np.searchsorted(there, frames), len(there) - 1)
    before = np.maximum(np.searchsorted(there, frames, side="right") - 1, 0)
    a, b = there[before], there[after]
    share = smooth_step(np.clip((frames - a) / np.maximum(b - a, 1), 0.0, 1.0))[:, None]
    return np.asarray(values[a] + share * (values[b] - values[a]))


class _Stance:
    """Where the toe of one foot stands."""

    def __init__(
        self,
        body: Body,
        person: Array,
        support: Array,
        rests: Array,
        side: str,
        foot: Footing,
        ground: float | None,
    ) -> None:
        self._side = side
        k = LANDMARKS.index(f"{side}_toe")
        toe, scaled, under = body.at(f"{side}_toe"), person[:, k], support[:, k]
        self._down = foot.toe & np.isfinite(under)
        self._holds = foot.toe | foot.landing
        self._places = np.full(toe.shape, np.nan)
        self._places[self._down, 2] = under[self._down] + rests[k]
        for first, last in stances(self._holds, foot.touchdown):
            here = slice(first, last + 1)
            flat = ground is not None and np.abs(under[here] - ground).max() < _LEVEL
            # On terrain a foot keeps its place between the edges.
            source = toe if flat else scaled
            self._places[here, :2] = source[here, :2].mean(axis=0)

    def shift(self, body: Body) -> Array:
        """How far ``(T, 2)`` [m] the toe is from its place; NaN where it has none."""
        return self._places[:, :2] - body.at(f"{self._side}_toe")[:, :2]

    def stand(self, body: Body, rest: Body, usual: Array) -> None:
        """Have the leg of ``body`` end where the toe stands; ``usual``: which way a knee bends."""
        hip, knee, ankle, toe = (
            body.at(f"{self._side}_{mark}") for mark in ("hip", "knee", "ankle", "toe")
        )
        off = self._places - toe
        off = np.column_stack([between(off[:, :2], self._holds), between(off[:, 2:], self._down)])
        lengths = tuple(
            rest.length(f"{self._side}_{a}", f"{self._side}_{b}")
            for a, b in (("hip", "knee"), ("knee", "ankle"))
        )
        bend, end = bent(hip, knee, ankle + off, (lengths[0], lengths[1]), usual)
        tip = end + (toe - ankle)
        for mark, there in (("knee", bend), ("ankle", end), ("toe", tip)):
            body.put(f"{self._side}_{mark}", there)


def stances(holds: Flags, begins: Flags) -> list[tuple[int, int]]:
    """First and last frame of every stance: a foot may be planted anew without being lifted."""
    found = []
    for first, last in runs(holds):
        starts = [first, *(k for k in range(first + 1, last + 1) if begins[k])]
        found += [(a, b - 1) for a, b in zip(starts, [*starts[1:], last + 1], strict=True)]
    return found
