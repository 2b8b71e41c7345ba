"""When parts of the body other than feet touch the ground, the terrain or a prop, and where.

Hands that touch terrain and props are :mod:`kinemesh.detection.touch`'s; here hands touch the
ground, and knees, shins, elbows, forearms, seat, back and head anything that does not move. What
is carried leans on bellies and forearms all the time, a finger's width from them: that is told by
the user, who knows, and not from the joints.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from kinemesh.arrays import Array
from kinemesh.detection.lasting import Flags, hysteresis, steady, stopped, tidy
from kinemesh.detection.palm import Places, hand_points
from kinemesh.detection.touch import Touch, TouchRule, detect_touches
from kinemesh.geometry import poses
from kinemesh.geometry.closest import Closest
from kinemesh.geometry.shape import Shape
from kinemesh.motion import GROUND, PARTS
from kinemesh.motion.clip import Clip
from kinemesh.motion.edits import TouchEdit, edited

MOST = {
    **{"hand": 0.08, "knee": 0.085, "shin": 0.06, "elbow": 0.06, "forearm": 0.05},
    **{"seat": 0.13, "back": 0.15, "head": 0.14},
}
"""Further from a surface than this [m] no part of a person of 1.75 m touches it."""
HAND = 0.065
"""A hand need be no nearer than this [m]: it bears by its fingers, its palm and its heel."""
STATURE = 1.75
_FLESH = 0.2
"""How deep the joints of a part are in the flesh differs from file to file, and by where the floor
was put: it rests as near as it is in this share of the frames in which it is near and slow."""
ENTER, LEAVE = 0.02, 0.035
"""A part touches from where it is so much further [m] than where it rests, until it is this much
further."""
PASSING = 0.25
"""A part that is never slower than this [m/s] passes by,"""
MOVES = 0.4
"""and while it is faster than this it does not bear."""
STILL = 0.05
"""A prop that is faster than this [m/s] is carried."""
_SHORTEST = 0.15
"""A contact shorter than this [s] is none, and a gap shorter than this is closed."""
STEADY = 0.5
"""Time constant over which the place is smoothed [s]."""
LEVEL = 0.5
"""A surface is below what is beyond it where its normal is at least so steep [1]."""
LEANS = ("back", "head", "left_forearm", "right_forearm", "left_elbow", "right_elbow")
"""What leans on walls and furniture too, if that never moves; all else passes by them."""
_AWAY = 10.0
"""As far [m] as matters."""


def detect_contacts(clip: Clip, rule: TouchRule | None = None) -> tuple[Touch, ...]:
    """All that hands and other parts of the body touch; feet are the stance's."""
    touches = detect_touches(clip, rule)
    return (*touches, *detect_bearing(clip, touches))


def detect_bearing(clip: Clip, touches: Sequence[Touch] = ()) -> tuple[Touch, ...]:
    """The contacts of all parts of the body with what does not move.

    Args:
        clip: the recording.
        touches: what its hands touch: meanwhile they bear nowhere else.
    """
    busy = {
        hand: np.any([t.touching for t in touches if t.part == hand], axis=0)
        for hand in {t.part for t in touches}
    }
    places = {part: points for part in PARTS if len(points := points_of(clip, part))}
    found = []
    for thing, surface in _surfaces(clip):
        for part, points in places.items():
            if part.endswith("hand") and thing != GROUND:
                continue
            asked = any(
                isinstance(edit, TouchEdit) and (edit.part, edit.thing) == (part, thing)
                for edit in clip.edits
            )
            touch = _contact(clip, part, thing, points, surface, asked)
            if touch is not None:
                free = touch.touching & ~busy.get(part, np.zeros(len(clip), dtype=bool))
                free = edited(clip.edits, free, part, thing)
                if free.any():
                    found.append(replace(touch, touching=free))
    return tuple(found)


def points_of(clip: Places, part: str) -> Array:
    """What of a part can be nearest ``(N, T, 3)`` [m]."""
    at = clip.landmark
    side, _, what = part.rpartition("_")
    if what == "hand":
        joints, fingers = hand_points(clip, part)
        if not fingers:  # a hand that bears is bent at the wrist, and does not go on as the forearm
            joints[..., 2] = at(part)[:, None, 2]
        return np.moveaxis(joints, 1, 0)
    if what in ("knee", "elbow"):
        return at(part)[None]
    if what == "shin":
        return (at(f"{side}_knee")[None] + at(f"{side}_ankle")) / 2.0
    if what == "forearm":
        return (at(f"{side}_elbow")[None] + at(f"{side}_hand")) / 2.0
    if part == "head":
        heads = [j for j in clip.skeleton.joints if j.lower().split(":")[-1] == "head"]
        return np.stack([clip.joint(name) for name in heads[:1]]) if heads else np.zeros((0, 0, 3))
    pair = "hip" if part == "seat" else "shoulder"
    both = np.stack([at(f"left_{pair}"), at(f"right_{pair}")])
    return np.concatenate([both, both.mean(axis=0, keepdims=True)])


class _Surface:
    """One thing, and when it stands still."""

    def __init__(
        self, height: float, shape: Shape | None, track: Array | None, still: Flags
    ) -> None:
        self.still = still
        self._height, self._shape, self._track = height, shape, track
        self._closest: Closest | None = None

    def near(self, points: Array, within: float) -> tuple[Array, Array, Array]:
        """Signed distances, places in the thing's frame, and the rise of the normals.

        Of ``points`` ``(T, 3)`` [m]; what is further than ``within`` [m] is not looked at.
        """
        if self._shape is None:
            places = np.array(points)
            places[:, 2] = self._height
            return points[:, 2] - self._height, places, np.ones(len(points))
        local = points
        if self._track is not None:
            local = poses.apply(poses.inverse(self._track), points[:, None])[:, 0]
        away = np.full(len(points), _AWAY)
        places, rise = np.array(local), np.zeros(len(points))
        low, high = self._shape.bounds
        close = np.all((local > low - within) & (local < high + within), axis=1) & self.still
        if close.any():
            if self._closest is None:
                self._closest = Closest(self._shape)
            distance, place = self._closest.nearest(local[close])
            far = np.full(len(points), within)
            far[close] = distance
            inside = self._closest.inside(local, far, close)[close]
            normal = np.where(inside[:, None], -1.0, 1.0) * (local[close] - place)
            if self._track is not None:
                normal = np.einsum("tij,tj->ti", poses.matrix(self._track[close]), normal)
            size = np.maximum(np.linalg.norm(normal, axis=1), 1e-9)
            away[close] = np.where(inside, -distance, distance)
            places[close], rise[close] = place, normal[:, 2] / size
        return away, places, rise


def _surfaces(clip: Clip) -> Iterator[tuple[str, _Surface]]:
    """Ground, terrain and the props that stand still some time."""
    scene, always = clip.scene, np.ones(len(clip), dtype=bool)
    if scene.ground is not None:
        yield GROUND, _Surface(scene.ground, None, None, always)
    if scene.terrain is not None:
        yield scene.terrain.name, _Surface(0.0, scene.terrain.shape, None, always)
    for prop in scene.objects:
        still = always
        if len(clip) > 1:
            still = np.linalg.norm(np.gradient(prop.track[:, :3], axis=0), axis=1) < (
                STILL / clip.fps
            )
        if still.any():
            yield prop.name, _Surface(0.0, prop.shape, prop.track, tidy(still, round(clip.fps / 3)))


def _contact(
    clip: Clip,
    part: str,
    thing: str,
    points: Array,
    surface: _Surface,
    asked: bool,
) -> Touch | None:
    """What one part does with one thing; None if it is never near, and nobody asks."""
    what = part.rpartition("_")[2]
    most = MOST[what] * clip.stature / STATURE
    leans = part in LEANS and surface.still.all()
    # What bears is below: asked from a place half-way down it is nearer than a chair's back.
    down = 0.0 if leans else most / 2.0
    within = _AWAY if asked else 2.0 * most
    each = [surface.near(place - np.array([0.0, 0.0, down]), within) for place in points]
    away, where, rise = (np.stack(one) for one in zip(*each, strict=True))
    nearest = away.argmin(axis=0), np.arange(len(clip))
    distance = away[nearest] + down
    middle = points.mean(axis=0)
    speed = np.zeros(len(clip))
    if len(clip) > 1:
        speed = np.linalg.norm(np.gradient(middle, axis=0), axis=1) * clip.fps
    near = (distance < most) & surface.still
    if not leans:
        near &= rise[nearest] > LEVEL
    rests = near & (speed < PASSING)
    touching = np.zeros(len(clip), dtype=bool)
    if rests.any():
        rest = float(np.quantile(distance[rests], _FLESH))
        if what == "hand":
            rest = max(rest, HAND * clip.stature / STATURE - ENTER)
        enter, leave = (min(rest + more, most) for more in (ENTER, LEAVE))
        touching = hysteresis(np.where(near & (speed < MOVES), distance, _AWAY), enter, leave)
        touching = tidy(touching, max(1, round(_SHORTEST * clip.fps)))
        touching = stopped(touching, middle, clip.fps, PASSING)
    if not touching.any() and not asked:
        return None
    places = steady(where[nearest], touching, STEADY * clip.fps)
    return Touch(part, thing, touching, places, np.maximum(distance, 0.0))
