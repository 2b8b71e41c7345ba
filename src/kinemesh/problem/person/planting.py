"""A proportioned person's weight: who bears it is at the right height, and planted feet stay.

With other lengths a foot that stood slides, and rises or sinks, by a few centimetres while the
trunk goes its scaled way. So the trunk gives way, smoothly, as far as those who bear agree; what
is left the legs take up, with places that are chosen once a stance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from kinemesh.arrays import Array, runs
from kinemesh.detection.stance import Flags, Footing
from kinemesh.detection.support import Land
from kinemesh.geometry.easing import smooth_step
from kinemesh.motion import LANDMARKS, Scene
from kinemesh.problem.person.bearers import Bearer
from kinemesh.problem.person.limbs import bent
from kinemesh.problem.person.proportions import SIDES, Body
from kinemesh.problem.person.swinging import lifts

_BEARS = 0.03
"""A landmark so high [m] over where it rests bears a third of what one does that rests."""
_MINOR = 0.3
"""Who bears less than this share of what the first does has no say in that."""
_PREFERS = 0.01
"""Of two who bear, one that is lower by this [m] counts three times as much."""
_STEADY = 0.05
"""Width [s] of the Gaussian that steadies the trunk's correction."""
_ENDS = [k for k, name in enumerate(LANDMARKS) if name.endswith(("_hand", "_toe", "_ankle"))]
_RIGID = 0.95
"""Where one of these bears, legs and arms have so much less to say."""
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
    bear: Sequence[Bearer] = (),
) -> Array:
    """Landmarks ``(T, K, 3)`` [m] of whom feet and heights are right.

    Args:
        body: the person in the robot's proportions ``(T, K, 3)`` [m].
        person: the person scaled as a whole ``(T, K, 3)`` [m], in the same world.
        robot: landmarks ``(K, 3)`` [m] at rest, the soles at height 0.
        footing: stance of both feet.
        scene: what bears, in the robot's world.
        fps: frames a second.
        bear: who bears besides feet.
    """
    land = Land(scene)
    support = np.stack([land.support(mark)[0] for mark in np.swapaxes(person, 0, 1)], axis=1)
    own, rests = _resting(person[..., 2] - support, robot, footing)
    moved = Body(np.array(body))
    moved.places[..., 2] += _steady(rise(body, person, support, own, rests, bear), fps)[:, None]
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
    offs = [stance.off(moved) for stance in stances]
    for stance, off, other in zip(stances, offs, offs[::-1], strict=True):
        stance.stand(moved, Body(robot[None]), forward, off, other)
    if scene.terrain is not None:
        edges = Land(replace(scene, ground=None))
        for stance in stances:
            stance.swing(moved, Body(robot[None]), forward, edges, fps)
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
            values = height[down & np.isfinite(height[:, k]), k]
            # Of who never stands, who lies with toes up, it is not known: the same for both.
            own[k] = np.quantile(values, 0.3) if len(values) else robot[k, 2]
            rests[k] = robot[k, 2]
    return own, rests


def rise(
    body: Array,
    person: Array,
    support: Array,
    own: Array,
    rests: Array,
    bear: Sequence[Bearer],
) -> Array:
    """How much higher ``(T,)`` [m] the body has to be for those who bear to be at their heights."""
    over = person[..., 2] - support - own
    over = np.where(np.isfinite(over), over, np.inf)
    wanted = person[..., 2] - own + rests - body[..., 2]
    nearest = np.full_like(over, np.inf)
    for one in bear:
        k, near = one.mark, np.abs(one.over) < nearest[:, one.mark]
        nearest[near, k] = np.abs(one.over)[near]
        over[near, k] = one.over[near]
        wanted[near, k] = (one.height - body[:, k, 2])[near]
    least = over.min(axis=1, keepdims=True)
    share = np.exp(-np.maximum(over - np.where(np.isfinite(least), least, 0.0), 0.0) / _BEARS)
    # Rather a bent leg than one that is too short: of those who bear the lower counts for more.
    # A knee, a seat or a back that bears has nothing to bend, and legs and arms give way to it.
    lowest = np.where(share > _MINOR, wanted, np.inf).min(axis=1, keepdims=True)
    bends = ~np.isfinite(nearest)
    bends[:, _ENDS] = True
    share = share * np.exp(-np.clip(wanted - lowest, 0.0, 1.0) / _PREFERS * bends)
    rigid = np.where(bends, 0.0, share).max(axis=1, keepdims=True)
    share = np.where(bends, (1.0 - _RIGID * rigid) * share, share)
    total = share.sum(axis=1)
    return np.asarray((share * wanted).sum(axis=1) / np.maximum(total, 1e-12))


def _steady(values: Array, fps: float) -> Array:
    return np.asarray(gaussian_filter1d(values, _STEADY * fps, axis=0, mode="nearest"))


def between(values: Array, known: Flags, like: Sequence[tuple[Array, Flags]] = ()) -> Array:
    """``values`` ``(T, N)`` where they are known, and eased from one to the next in between.

    Before the first and after the last they go on as they do in other gaps, so that a clip that
    begins in mid-stride is much the same there as the whole one; where there is nothing to go by
    they stay. Zero if none is known.

    Args:
        values: the values.
        known: where they are known.
        like: values of the like, and where they are known, to go by where these have no gaps.
    """
    filled = np.zeros_like(values)
    if not known.any():
        return filled
    leaves, comes, length = _gaps([(values, known)], like)
    there, at = np.flatnonzero(known), values[known]
    if leaves is not None:
        there, at = np.append(there[0] - length, there), np.vstack([leaves, at])
    if comes is not None:
        there, at = np.append(there, there[-1] + length), np.vstack([at, comes])
    frames = np.clip(np.arange(len(values)), there[0], there[-1])
    after = np.searchsorted(there, frames)
    before = np.maximum(np.searchsorted(there, frames, side="right") - 1, 0)
    a, b = there[before], there[after]
    share = smooth_step(np.clip((frames - a) / np.maximum(b - a, 1), 0.0, 1.0))[:, None]
    return np.asarray(at[before] + share * (at[after] - at[before]))


def _gaps(*sources: Sequence[tuple[Array, Flags]]) -> tuple[Array | None, Array | None, int]:
    """What values usually are before a gap and after it, and how long it lasts [frames].

    Of the first of the ``sources`` that has any.
    """
    leaves: Array | None = None
    comes: Array | None = None
    length: int | None = None
    for source in sources:
        gaps = [(v, a - 1, b + 1) for v, known in source for a, b in runs(~known)]
        begin = [v[a] for v, a, _ in gaps if a >= 0]
        end = [v[b] for v, _, b in gaps if b < len(v)]
        whole = [b - a for v, a, b in gaps if a >= 0 and b < len(v)]
        leaves = np.median(begin, axis=0) if leaves is None and begin else leaves
        comes = np.median(end, axis=0) if comes is None and end else comes
        length = round(float(np.median(whole))) if length is None and whole else length
    if length is None:  # at least as long as what is seen of it
        longest = (b - a + 1 for source in sources for _, k in source for a, b in runs(~k))
        length = max(longest, default=1)
    return leaves, comes, length


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

    def off(self, body: Body) -> tuple[Array, Flags]:
        """How far the toe is from its place ``(T, 3)`` [m], and in which frames it is down."""
        return self._places - body.at(f"{self._side}_toe"), self._down

    def stand(
        self,
        body: Body,
        rest: Body,
        usual: Array,
        own: tuple[Array, Flags],
        other: tuple[Array, Flags],
    ) -> None:
        """Have the leg of ``body`` end where the toe stands.

        Args:
            body: what is changed.
            rest: the robot at rest.
            usual: which way a knee bends ``(T, 3)``.
            own: how far this toe is from its place.
            other: how far the other one is.
        """
        ankle, toe = (body.at(f"{self._side}_{mark}") for mark in ("ankle", "toe"))
        heights = [(away[:, 2:], down) for away, down in (own, other)]
        over = between(own[0][:, :2], self._holds)
        off = np.column_stack([over, between(*heights[0], heights[1:])])
        self._end(body, rest, usual, ankle + off, toe - ankle)

    def swing(self, body: Body, rest: Body, usual: Array, land: Land, fps: float) -> None:
        """Have the foot of ``body`` go over the edges of ``land`` while it is in the air."""
        ankle, toe = (body.at(f"{self._side}_{mark}") for mark in ("ankle", "toe"))
        rests = [rest.at(f"{self._side}_{mark}")[:, 2:] for mark in ("ankle", "toe")]
        down = [p - np.pad(h, ((0, 0), (2, 0))) for p, h in zip((ankle, toe), rests, strict=True)]
        lift = lifts(down[0], down[1], self._holds, land, fps)
        if lift.any():
            off = np.pad(lift[:, None], ((0, 0), (2, 0)))
            self._end(body, rest, usual, ankle + off, toe - ankle)

    def _end(self, body: Body, rest: Body, usual: Array, end: Array, foot: Array) -> None:
        """Have the leg of ``body`` reach for ``end`` with its ankle, the foot turned as it is."""
        hip, knee = (body.at(f"{self._side}_{mark}") for mark in ("hip", "knee"))
        lengths = tuple(
            rest.length(f"{self._side}_{a}", f"{self._side}_{b}")
            for a, b in (("hip", "knee"), ("knee", "ankle"))
        )
        bend, end = bent(hip, knee, end, (lengths[0], lengths[1]), usual)
        for mark, there in (("knee", bend), ("ankle", end), ("toe", end + foot)):
            body.put(f"{self._side}_{mark}", there)


def stances(holds: Flags, begins: Flags) -> list[tuple[int, int]]:
    """First and last frame of every stance: a foot may be planted anew without being lifted."""
    found = []
    for first, last in runs(holds):
        starts = [first, *(k for k in range(first + 1, last + 1) if begins[k])]
        found += [(a, b - 1) for a, b in zip(starts, [*starts[1:], last + 1], strict=True)]
    return found
