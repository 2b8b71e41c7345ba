"""Where props are, horizontally, against where the recording has them.

Places are scaled and props are not. What rests on another prop is therefore to be where it is on
that one; what rests on the ground, on terrain or on nothing where its scaled place is; and what
comes from another prop, or goes to it, between the two. What is held may be where a hand of the
robot's proportions has it, too, or between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.resting import above, middles, over
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.measures.rests import Bearers
from kinemesh.metrics.person.human import Flags
from kinemesh.metrics.score import runs
from kinemesh.motion import Prop, Scene

_MAY_REST = 0.04
"""No further than this [m] from a surface it may be said that a prop rests on it."""
_PASSES = 1.5
"""What was over another prop may be on its way to its scaled place for so long [s]."""
_ENDS = 0.2
"""And so long [s] before the end of a rest it may be on its way already."""
_ANGLES = 64
"""Directions in which a place is held against those that are allowed."""


@dataclass(frozen=True, eq=False)
class _Beside:
    """One prop beside another that may bear it."""

    missing: Array
    """What its scaled place lacks of its place on the other ``(T, 2)`` [m]; in the frames in which
    it is not over it, and has not been for long, NaN."""
    near: Flags
    """When it may rest on it ``(T,)``."""
    rests: Flags
    """When it does ``(T,)``."""


def apart(
    scene: Scene,
    source: Scene,
    scale: float,
    fps: float,
    resting: Bearers,
    held: Mapping[str, Sequence[Array]],
    surfaces: Surfaces,
    parts: frozenset[tuple[str, str]] = frozenset(),
) -> dict[str, Array]:
    """How far props are, horizontally, from where they are to be ``(T,)`` [m], by name.

    Args:
        scene: the robot's.
        source: that which it was made of, at human scale.
        scale: robot height / human height.
        fps: frames a second.
        resting: what rests on what in ``source``.
        held: by name, how far ``(3,)`` [m], in their own frames, hands have props elsewhere.
        surfaces: the true surfaces of shapes.
        parts: pairs of names that are parts of one thing: they may be where they are on another.
    """
    there = {prop.name: prop for prop in source.props}
    here = {prop.name: prop for prop in scene.props if prop.name in there}
    found = {}
    for name, prop in here.items():
        off = (middles(prop) - scale * middles(there[name]))[:, :2]
        stands = np.zeros(len(off), dtype=np.bool_)
        for (one, _), flags in resting.items():
            if one == name:
                stands |= flags
        beside = [
            _beside(there[name], there[other], copy, scale, fps, resting, surfaces)
            for other, copy in here.items()
            if other != name and prop.limb_of is None and copy.limb_of is None
        ]
        beside += [
            _part(there[name], there[other], copy, scale)
            for other, copy in here.items()
            if (name, other) in parts
        ]
        turns = poses.matrix(there[name].track)
        both = held.get(name, ())
        # Hands that disagree meet half-way.
        hands = [(turns @ (one + np.mean(both, axis=0)))[:, :2] / 2.0 for one in both]
        found[name] = _from_allowed(off, stands, [b for b in beside if b is not None], hands, fps)
    return found


def _part(prop: Prop, other: Prop, copy: Prop, scale: float) -> _Beside:
    """``prop`` as a part of a thing of which ``other`` is one, too."""
    none = np.zeros(len(prop.track), dtype=np.bool_)
    missing = _on(prop, other, copy) - scale * middles(prop)[:, :2]
    return _Beside(missing, ~none, none)


def _on(prop: Prop, other: Prop, copy: Prop) -> Array:
    """Where the middle of ``prop`` is on the robot's ``copy`` of ``other`` ``(T, 2)`` [m]."""
    # Of another size where the sides of its bounds are: on the average, for it may be cut.
    sizes = np.ptp(copy.shape.bounds, axis=0) / np.ptp(other.shape.bounds, axis=0)
    away = (middles(prop) - middles(other))[:, :2]
    return np.asarray(middles(copy)[:, :2] + float(sizes.mean()) * away)


def _beside(
    prop: Prop,
    other: Prop,
    copy: Prop,
    scale: float,
    fps: float,
    resting: Bearers,
    surfaces: Surfaces,
) -> _Beside | None:
    """``prop`` beside ``other``, whose robot's copy is ``copy``; None: never on it."""
    gaps = above(prop, other.shape, other.track, surfaces, _MAY_REST)
    near = np.abs(gaps) <= _MAY_REST
    if not near.any():
        return None
    there = _on(prop, other, copy)
    missing = np.full_like(there, np.nan)
    frames = np.arange(len(there))
    for first, last in runs(over(prop, other.shape, other.track)):
        if near[first : last + 1].any():
            nearest = np.clip(frames, first, last)
            reached = np.abs(frames - nearest) <= _PASSES * fps
            held = (there - scale * middles(prop)[:, :2])[nearest]
            missing = np.where((reached & np.isnan(missing[:, 0]))[:, None], held, missing)
    none = np.zeros(len(near), dtype=np.bool_)
    return _Beside(missing, near, resting.get((prop.name, other.name), none))


def _from_allowed(
    off: Array, stands: Flags, beside: list[_Beside], hands: list[Array], fps: float
) -> Array:
    """How far ``off`` ``(T, 2)`` [m] is from the hull of what is allowed ``(T,)``.

    Nothing is allowed, and as far as ``hands`` ``(T, 2)`` [m] have a prop elsewhere, and what it
    may lack because it comes from another; while it rests on that, this alone.
    """
    stands = _inner(stands, fps)
    angles = np.linspace(0.0, 2.0 * np.pi, _ANGLES, endpoint=False)
    ways = np.array([np.cos(angles), np.sin(angles)])
    borne = [_inner(b.rests, fps) for b in beside]
    nothing = ~np.any([*borne, np.zeros_like(stands)], axis=0)
    free = np.max([np.zeros((len(off), _ANGLES)), *(away @ ways for away in hands)], axis=0)
    support = np.where(nothing[:, None], free, -np.inf)
    for b, rests in zip(beside, borne, strict=True):
        allowed = rests | b.near | ~stands
        reach = np.where(allowed[:, None], b.missing @ ways, -np.inf)
        support = np.fmax(support, reach)
    return np.asarray(np.maximum((off @ ways - support).max(axis=1), 0.0))


def _inner(flags: Flags, fps: float) -> Flags:
    """``flags`` without what is near the ends of its runs, unless the recording ends there."""
    result = np.zeros_like(flags)
    for first, last in runs(flags):
        start = first if first == 0 else first + round(_ENDS * fps)
        end = last if last == len(flags) - 1 else last - round(_ENDS * fps)
        result[start : end + 1] = True
    return result
