"""What rests on what: props on the ground, on terrain and on one another.

A prop rests on what it is hardly above, or hardly in, for a while, and neither rises from it nor
sinks; it may be drawn along it, and both may be carried.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array, runs
from kinemesh.geometry import poses
from kinemesh.geometry.drops import drops
from kinemesh.motion import Prop, Scene

Flags = NDArray[np.bool_]

GROUND, TERRAIN = -1, -2
"""What bears a prop and is none itself."""

REACH = (-0.03, 0.03)
"""Deeper in something, or higher above it [m], a prop does not rest on it ..."""
_BEGINS = 0.02
"""... and comes to rest only if it is no further than this [m] from its surface ..."""
_PACE = 0.05
"""... and while it is slower than this [m/s] up or down from it ..."""
_WINDOW = 0.1
"""... over this time [s] before and after, or ..."""
_STILL = 0.01
"""... slower than this [m/s] over one of them, as in its first and last moment ..."""
_LASTS = 0.2
"""... for at least this time [s]; but what begins or ends with the recording may have lasted."""
_BRIDGED = 0.15
"""A shorter break [s] is none."""
_SUNK = 0.1
"""A prop whose lowest point comes this close to the ground [m] rests on it."""


@dataclass(frozen=True, eq=False)
class Rest:
    """When one prop rests on one thing."""

    flags: Flags
    """``(T,)``."""
    gaps: Array
    """How far it is above it then ``(T,)`` [m]; infinite where it is nowhere near."""


@dataclass(frozen=True, eq=False)
class Resting:
    """Who bears whom in a scene; at no time anybody himself, by however many between."""

    on: Mapping[tuple[int, int], Rest]
    """By the number of a prop, and that of what bears it: a prop, :data:`GROUND`,
    :data:`TERRAIN`."""
    sunk: tuple[float, ...]
    """How far above the ground [m] each prop is that ought to rest on it, or on what does; 0 where
    that is not known."""

    @classmethod
    def in_scene(cls, scene: Scene, fps: float) -> Resting:
        """What rests on what in ``scene``, at ``fps`` frames a second."""
        lowest = [prop.lowest() for prop in scene.props]
        on = _acyclic(
            {
                (k, j): rest
                for k, prop in enumerate(scene.props)
                if prop.limb_of is None
                for j, other in _others(scene, k)
                if (rest := _rest(_gaps(prop, lowest[k], other), fps)).flags.any()
            }
        )
        sunk = _sunk([low - (scene.ground or 0.0) for low in lowest], on, scene)
        if scene.ground is not None:
            for k, low in enumerate(lowest):
                rest = _rest(low - scene.ground - sunk[k], fps)
                if rest.flags.any() and scene.props[k].limb_of is None:
                    on[k, GROUND] = rest
        return cls(on, sunk)

    def bearers(self, prop: int) -> dict[int, Rest]:
        """What bears a prop, by number."""
        return {other: rest for (k, other), rest in self.on.items() if k == prop}

    def rests(self, prop: int) -> Flags:
        """When anything bears a prop ``(T,)``."""
        found = [rest.flags for rest in self.bearers(prop).values()]
        return np.any(found, axis=0) if found else np.zeros(1, dtype=np.bool_)


def over(prop: Prop, other: Prop) -> Flags:
    """When the bounds of two props, in the world, are over one another ``(T,)``."""
    (low, high), (start, end) = _bounds(prop), _bounds(other)
    return np.asarray(np.all((low <= end)[:, :2] & (high >= start)[:, :2], axis=1))


def middles(prop: Prop) -> Array:
    """The middle of a prop's bounds in the world ``(T, 3)`` [m]."""
    return np.asarray(poses.apply(prop.track, prop.shape.bounds.mean(axis=0)[None])[:, 0])


def still(scene: Scene, frames: int) -> Prop:
    """The terrain, as a prop that stands still for so many ``frames``."""
    assert scene.terrain is not None  # the caller looked
    return Prop(scene.terrain.name, scene.terrain.shape, np.tile(poses.IDENTITY, (frames, 1)))


def _others(scene: Scene, prop: int) -> list[tuple[int, Prop]]:
    """All that may bear a prop, but the ground, by number."""
    props = [
        (j, other) for j, other in enumerate(scene.props) if j != prop and other.limb_of is None
    ]
    if scene.terrain is None:
        return props
    return [*props, (TERRAIN, still(scene, len(scene.props[prop].track)))]


def _bounds(prop: Prop) -> tuple[Array, Array]:
    """Boxes ``(T, 3)`` [m] around a prop in the world's axes: lowest and highest corners."""
    middle = middles(prop)
    half = np.abs(poses.matrix(prop.track)) @ np.ptp(prop.shape.bounds, axis=0) / 2.0
    return middle - half, middle + half


def _gaps(prop: Prop, lowest: Array, other: Prop) -> Array:
    """How far a prop is above another ``(T,)`` [m]; infinite where it is out of reach."""
    result = np.full(len(lowest), np.inf)
    _, top = _bounds(other)
    near = over(prop, other) & (lowest <= top[:, 2] + REACH[1])
    if near.any():
        result[near] = drops(prop.shape, prop.track[near], other.shape, other.track[near], REACH)
    return result


def _rest(gaps: Array, fps: float) -> Rest:
    """When a prop rests that is so far ``(T,)`` [m] above something."""
    frames = len(gaps)
    near = (gaps >= REACH[0]) & (gaps <= REACH[1])
    window = max(1, round(_WINDOW * fps))
    calm = np.zeros(frames, dtype=np.bool_)
    for first, last in runs(near):
        k = np.arange(first, last + 1)
        # Who knows what was before the recording: nothing moved.
        early, late = np.maximum(k - window, first), np.minimum(k + window, last)
        before = np.full(len(k), window) if first == 0 else k - early
        after = np.full(len(k), window) if last == frames - 1 else late - k
        pairs = ((early, k, before), (k, late, after), (early, late, before + after))
        earlier, later, both = (
            np.where(steps > 0, np.abs(gaps[j] - gaps[i]) * fps / np.maximum(steps, 1), np.inf)
            for i, j, steps in pairs
        )
        calm[k] = (both <= _PACE) | (np.minimum(earlier, later) <= _STILL)
    for first, last in runs(calm):
        calm[first : last + 1] = gaps[first : last + 1].min() <= _BEGINS
    for first, last in runs(~calm):
        short = last - first + 1 < _BRIDGED * fps
        if short and first > 0 and last < frames - 1 and near[first : last + 1].all():
            calm[first : last + 1] = True
    for first, last in runs(calm):
        cut = first == 0 or last == frames - 1
        least = min(2, frames) if cut else round(_LASTS * fps)
        if last - first + 1 < least:
            calm[first : last + 1] = False
    return Rest(calm, np.where(near, gaps, np.inf))


def _acyclic(found: Mapping[tuple[int, int], Rest]) -> dict[tuple[int, int], Rest]:
    """What was found, without what would make somebody bear himself: the nearest stay.

    Thin things on one another are each within reach of the other's top.
    """
    between = [pair for pair in found if min(pair) >= 0]
    kept = {pair: rest for pair, rest in found.items() if min(pair) < 0}
    between.sort(key=lambda pair: float(np.abs(found[pair].gaps[found[pair].flags]).mean()))
    props = 1 + max((max(pair) for pair in between), default=0)
    frames = len(found[between[0]].flags) if between else 0
    # borne[t, i, j]: i rests on j, or on what rests on it, ...; everybody is with himself.
    borne = np.tile(np.eye(props, dtype=np.bool_), (frames, 1, 1))
    for i, j in between:
        rest = found[i, j]
        flags = rest.flags & ~borne[:, j, i]
        if not flags.any():
            continue
        kept[i, j] = Rest(flags, rest.gaps)
        borne[flags] |= borne[flags][:, :, i, None] & borne[flags][:, j, None, :]
    return kept


def _sunk(
    lowest: Sequence[Array], on: Mapping[tuple[int, int], Rest], scene: Scene
) -> tuple[float, ...]:
    """How far above the ground each prop is that ought to rest on it [m].

    What something else bears tells nothing of the ground, nor what is over it; what is always on
    another is as far above the ground as that one.
    """
    own: list[float | None] = []
    bearer: list[int | None] = []
    for k, low in enumerate(lowest):
        free = np.full(len(low), scene.props[k].limb_of is None)
        if scene.terrain is not None:
            free &= ~_on_a_step(scene, k, low)
        under = {j: rest for (i, j), rest in on.items() if i == k and j >= 0}
        for j in under:
            free &= ~over(scene.props[k], scene.props[j])
        least = float(low[free].min()) if free.any() else np.inf
        own.append(least if abs(least) < _SUNK else None)
        bearer.append(max(under, key=lambda j: int(under[j].flags.sum()), default=None))
    return tuple(_inherited(k, own, bearer) for k in range(len(lowest)))


def _on_a_step(scene: Scene, prop: int, low: Array) -> Flags:
    """When a prop near the ground is over terrain that is higher ``(T,)``."""
    result = np.zeros(len(low), dtype=np.bool_)
    near = np.abs(low) < _SUNK
    if near.any():
        own, land = scene.props[prop], still(scene, int(near.sum()))
        reach = REACH[0], 2.0 * _SUNK
        fall = drops(own.shape, own.track[near], land.shape, land.track, reach)
        result[near] = low[near] - fall > _BEGINS
    return result


def _inherited(prop: int, own: Sequence[float | None], bearer: Sequence[int | None]) -> float:
    """A prop's value, or that of the nearest below it which has one; 0 if none has."""
    at, seen = prop, set[int]()
    while own[at] is None:
        under = bearer[at]
        if under is None or at in seen:
            return 0.0
        seen.add(at)
        at = under
    return own[at] or 0.0
