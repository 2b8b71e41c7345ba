"""Doubts about what carries the person: surfaces, feet that stand, a root that travels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.geometry.trajectory import SIDES
from kinemesh.metrics.person.bearing import REACH, Bearing, Bearings
from kinemesh.metrics.person.human import LOW, SHORTEST, STILL, Flags, lasting, speed, standing
from kinemesh.metrics.person.support import support_height
from kinemesh.metrics.score import Doubt, runs
from kinemesh.motion import LANDMARKS, Clip

_UNDER = 0.10
"""A place of the body further than this [m] under the ground is not on it."""
_SUNK = 0.05
"""Nor does a foot stand on a surface that its toe joint is further than this [m] under."""
_MOMENT = 0.15
"""What lasts shorter than this [s] is no reason."""
_SLIDES = 0.1
"""A foot at a surface that is faster than this [m/s] does not carry ..."""
_LONG = 0.6
"""... and somebody whose feet all slide for this long [s] is not carried by them."""
_MOSTLY = 0.5
"""Or for this share of the time that the feet are down."""
_FEW = 0.1
"""Where a foot stands in less than this share of the time that feet carry, nothing that is said
of feet, or of the floor under them, is known."""
_CONSTANT = 1e-5
"""A root that moves less than this [m] through a whole clip was never recorded."""
_ROOT = 0.3
"""Joints within this [m] of the middle of the hips may be the root."""
_IN_PLACE = 0.3
"""Feet that slide while the pelvis keeps within this [m] belong to a motion in place."""


def carried(what: Bearings) -> tuple[Doubt, ...]:
    """Why it is not known what carries the person; empty where feet, hands or a seat do."""
    clip, scene = what.clip, what.clip.scene
    if scene.ground is None and scene.terrain is None and not scene.props:
        why = "the scene has no ground, no terrain and no prop: there is nothing to stand on"
        return (Doubt("doubt.no_surface", why),)
    under = _under(clip)
    if under is not None:
        return (under,)
    stands = {side: standing(clip, side, what.surfaces).toe for side in SIDES}
    # Shapes are looked at only where the ground does not suffice: they cost more.
    found = tuple(_reasons(what, what.on_ground, stands))
    return tuple(_reasons(what, what.on_all, stands)) if found and scene.things else found


def _under(clip: Clip) -> Doubt | None:
    """Somebody under the ground."""
    if clip.scene.ground is None:
        return None
    depth = clip.scene.ground - clip.landmarks()[..., 2]
    flags = lasting(depth.max(axis=1) > _UNDER, clip.fps, _MOMENT)
    if not flags.any():
        return None
    place = _word(int(depth.max(axis=0).argmax()))
    why = f"the person is under the ground, the {place} by up to {depth.max():.2f} m"
    return Doubt("doubt.under_ground", why, runs(flags))


def _reasons(of: Bearings, what: Bearing, stands: dict[str, Flags]) -> Iterator[Doubt]:
    clip = of.clip
    stand = np.any(list(stands.values()), axis=0)
    nothing = what.nothing
    if nothing.any():
        yield _nothing(clip, what, nothing)
    alone = what.feet & ~what.others
    yield from _sunk(clip, stands, of.surfaces)
    hovers = alone & ~stand & _stopped(clip, what)
    if hovers.any():
        why = (
            f"a toe stops between {LOW:g} and {REACH['toe']:g} m over its surface while no foot "
            f"stands: the floor is elsewhere, or the person leaves it"
        )
        yield Doubt("doubt.hovering", why, runs(hovers))
    slides = _sliding(clip, what, alone & ~stand)
    if slides is not None:
        yield slides
    constant = _constant(clip)
    if constant is not None and lasting(~stand & ~what.others, clip.fps, _MOMENT).any():
        why = (
            f"joint {constant} stays where it is to {1e3 * _CONSTANT:g} mm all through while no "
            f"foot stands: the recording seems to lack the root's position"
        )
        yield Doubt("doubt.no_root", why)
    yield from _no_stance(clip, what, stands)


def _sunk(clip: Clip, stands: dict[str, Flags], surfaces: Surfaces) -> Iterator[Doubt]:
    """Feet that stand in what they ought to stand on."""
    for side, flags in stands.items():
        toe = clip.landmark(f"{side}_toe")
        depth = support_height(clip.scene, toe, surfaces) - toe[:, 2]
        sunk = lasting(flags & (depth > _SUNK), clip.fps, _MOMENT)
        if sunk.any():
            why = (
                f"the {side} foot stands with its toe joint up to {depth[sunk].max():.2f} m under "
                f"the surface: the floor is elsewhere, or sinks, rises or tilts"
            )
            yield Doubt("doubt.under_ground", why, runs(sunk))


def _nothing(clip: Clip, what: Bearing, flags: Flags) -> Doubt:
    """Feet in the air, and no flight."""
    falls = what.falls[flags]
    away = falls[np.argmax(np.abs(falls - 9.81))]
    first, last = max(runs(flags), key=lambda run: run[1] - run[0])
    toes = [clip.landmark(f"{side}_toe")[first : last + 1, 2] for side in SIDES]
    lowest = float(np.min(toes, axis=0).max()) - (clip.scene.ground or 0.0)
    why = (
        f"nothing carries the person, for up to {(last - first + 1) / clip.fps:.2f} s: both toes "
        f"are up to {lowest:.2f} m over the ground, no other part is at a surface, and the body "
        f"falls by {away:.1f} m/s^2 where a jump falls by 9.8"
    )
    return Doubt("doubt.nothing_bears", why, runs(flags))


def _stopped(clip: Clip, what: Bearing) -> Flags:
    """When a toe at a surface keeps still as long as a stance takes ``(T,)``."""
    still = np.zeros(len(clip), dtype=bool)
    for side in SIDES:
        slow = speed(clip.landmark(f"{side}_toe"), clip.fps) < STILL
        still |= lasting(slow, clip.fps, SHORTEST) & what.near[:, LANDMARKS.index(f"{side}_toe")]
    return still


def _sliding(clip: Clip, what: Bearing, alone: Flags) -> Doubt | None:
    """Feet that carry alone and slide."""
    flags = alone & (what.pace > _SLIDES)
    down = int(what.feet.sum())
    if flags.sum() < _MOSTLY * down or flags.sum() < _LONG * clip.fps:
        flags = lasting(flags, clip.fps, _LONG)
    if not flags.any():
        return None
    pace = float(np.median(what.pace[flags]))
    said = f"the feet slide over the ground at {pace:.2f} m/s"
    way = float(np.ptp(clip.landmark("pelvis")[flags, :2], axis=0).max())
    if way < min(_IN_PLACE, 0.5 * pace * flags.sum() / clip.fps):
        why = f"{said} under a pelvis that keeps within {way:.2f} m: the root does not travel"
        return Doubt("doubt.root_still", why, runs(flags))
    return Doubt("doubt.sliding", f"{said}, and nothing else carries the person", runs(flags))


def _no_stance(clip: Clip, what: Bearing, stands: dict[str, Flags]) -> Iterator[Doubt]:
    """Feet that carry and are hardly ever found to stand."""
    carry = ~what.others & ~what.flies
    stand = np.any(list(stands.values()), axis=0)
    count, whole = int((stand & carry).sum()), int(carry.sum())
    if whole >= max(2.0, _LONG * clip.fps) and count < _FEW * whole:
        why = (
            f"a foot stands in {count} of the {whole} frames in which feet carry the person: "
            f"neither they nor the height of the floor can be judged"
        )
        yield Doubt("doubt.no_stance", why)
        return
    for side, flags in stands.items():
        toe = what.near[:, LANDMARKS.index(f"{side}_toe")] & carry
        if not flags.any() and stand.any() and toe.sum() > max(_MOSTLY * whole, clip.fps):
            why = (
                f"the {side} toe is at the ground in {int(toe.sum())} of {whole} frames and never "
                f"stands still on it"
            )
            yield Doubt("doubt.no_stance", why)


def _constant(clip: Clip) -> str | None:
    """A joint about the hips that does not move at all."""
    hips = 0.5 * (clip.landmark("left_hip") + clip.landmark("right_hip"))
    near = np.linalg.norm(clip.positions - hips[:, None], axis=-1).max(axis=0) < _ROOT
    still = np.ptp(clip.positions, axis=0).max(axis=1) < _CONSTANT
    found = np.flatnonzero(near & still)
    return clip.skeleton.joints[int(found[0])] if len(found) else None


def _word(landmark: int) -> str:
    return LANDMARKS[landmark].replace("_", " ")
