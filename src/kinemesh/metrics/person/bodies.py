"""When other parts of the person than feet rest on the ground, the terrain or a prop.

Hands on props and on the terrain are :mod:`kinemesh.metrics.person.touches`'; here hands rest on
the ground, and knees, shins, elbows, forearms, seat, back and head on whatever keeps still. Only
what surely touches counts: a joint nearer than its flesh is thick, about as near as it ever rests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.directions import leftward, middle, unit
from kinemesh.metrics.geometry.surface import Surface
from kinemesh.metrics.geometry.trajectory import SIDES
from kinemesh.metrics.person import human, touches
from kinemesh.metrics.person.human import Flags, Hands, lasting, speed
from kinemesh.metrics.score import runs
from kinemesh.motion import GROUND, PARTS, Clip
from kinemesh.motion.edits import TouchEdit, edited

FLESH: Mapping[str, float] = {
    **{"knee": 0.075, "shin": 0.055, "elbow": 0.05, "forearm": 0.045},
    **{"seat": 0.115, "back": 0.13, "head": 0.12},
}
"""A part touches for sure where its joints are within this [m] of a surface, for a person of
1.75 m ..."""
_HAND, _WRIST = (0.025, 0.05), 0.06
"""... and a hand where a finger joint is, or its palm and its wrist, of whatever person ..."""
_STATURE = 1.75
_DEEPEST = 0.15
"""... but not further than this [m] below it: there the floor is elsewhere."""
_RESTS = 0.1
"""How deep joints are in the flesh differs from file to file: a part rests as near as it is in
this share of the frames in which it is near and slow ..."""
_MORE = 0.02
"""... and touches within so much more [m]."""
SLOW = 0.10
"""What is faster than this [m/s] passes by ..."""
_CARRIED = 0.04
"""... and a prop that is faster than this is carried."""
_FLICKER = 0.1
"""A gap in a contact shorter than this [s] is none."""
_BELOW = 0.5
"""A surface bears what is above it where its normal rises by at least so much [1]."""
_FACES = 0.3
"""The back touches what it faces: the normal there is at least so far along the person's front."""


@dataclass(frozen=True, eq=False)
class BodyTouch:
    """One part of the person on one thing."""

    part: str
    """One of :data:`kinemesh.motion.PARTS`."""
    thing: str
    """``ground``, or the name of the terrain or of a prop."""
    flags: Flags
    """When it touches ``(T,)``, somewhere."""


def on_bodies(hands: Hands) -> tuple[BodyTouch, ...]:
    """What the parts of the person's body rest on; as the user says, where the user has."""
    clip = hands.clip
    busy = {side: _holds(hands, side) for side in SIDES}
    found = []
    for thing in _things(hands):
        for part in PARTS:
            side, _, what = part.rpartition("_")
            if what == "hand":
                if thing.name != GROUND:
                    continue
                flags = _hand(clip, side, thing) & ~busy[side]
            else:
                flags = _rests(clip, part, thing)
            flags = edited(clip.edits, flags, part, thing.name)
            if flags.any():
                found.append(BodyTouch(part, thing.name, flags))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class _Thing:
    """What can be rested on."""

    name: str
    surface: Surface | None
    """None: the ground plane."""
    track: Array
    """Poses ``(T, 7)`` or ``(1, 7)``; the ground's has its height."""
    still: Flags
    """When it keeps still ``(T,)``."""

    def near(self, points: Array, within: Array | float) -> tuple[Array, Array]:
        """Signed distances ``(T,)`` [m] of ``points`` ``(T, 3)``, and normals there ``(T, 3)``.

        What is further than ``within`` [m], or beside what moves, is infinitely far.
        """
        if self.surface is None:
            up = np.broadcast_to([0.0, 0.0, 1.0], points.shape)
            return points[:, 2] - self.track[0, 2], np.asarray(up)
        track = np.broadcast_to(self.track, (len(points), 7))
        local = poses.apply(poses.inverse(track), points[:, None])[:, 0]
        low, high = self.surface.shape.bounds
        close = self.still & np.all((local > low - within) & (local < high + within), axis=1)
        distance, normals = np.full(len(points), np.inf), np.zeros_like(points)
        if close.any():
            place, away = self.surface.nearest(local[close])
            sign = np.where(self.surface.inside(local[close]), -1.0, 1.0)
            out = sign[:, None] * (local[close] - place)
            normals[close] = np.einsum("tij,tj->ti", poses.matrix(track[close]), out)
            normals[close] = np.nan_to_num(unit(normals[close]))
            distance[close] = sign * away
        return distance, normals


def _things(hands: Hands) -> Iterator[_Thing]:
    """The ground, the terrain, and the props that keep still for some time."""
    clip, surfaces = hands.clip, hands.surfaces
    always = np.ones(len(clip), dtype=bool)
    if clip.scene.ground is not None:
        yield _Thing(GROUND, None, np.array([[0, 0, clip.scene.ground, 0, 0, 0, 1.0]]), always)
    if clip.scene.terrain is not None:
        terrain = clip.scene.terrain
        yield _Thing(terrain.name, surfaces[terrain.shape], poses.IDENTITY[None], always)
    for prop in clip.scene.objects:
        corners = poses.apply(prop.track, np.array(prop.shape.bounds))
        fast = np.max([speed(corners[:, k], clip.fps) for k in range(2)], axis=0)
        still = lasting(fast < _CARRIED, clip.fps)
        asked = any(isinstance(e, TouchEdit) and e.thing == prop.name for e in clip.edits)
        if still.any() or asked:
            yield _Thing(prop.name, surfaces[prop.shape], prop.track, still)


def _rests(clip: Clip, part: str, thing: _Thing) -> Flags:
    """When a part rests on a thing, by its joints ``(T,)``."""
    points = _point(clip, part)
    if points is None:
        return np.zeros(len(clip), dtype=bool)
    most = FLESH[part.rpartition("_")[2]] * clip.stature / _STATURE
    distance, normals = thing.near(points, most)
    near = (distance < most) & (distance > -_DEEPEST)
    if part == "back":
        near &= np.sum(_front(clip) * normals, axis=1) > _FACES
    else:
        near &= normals[:, 2] > _BELOW
    slow = speed(points, clip.fps) < SLOW
    rests = near & slow
    if not rests.any():
        return rests
    rest = float(np.quantile(distance[rests], _RESTS))
    return lasting(_closed(rests & (distance < rest + _MORE), clip.fps), clip.fps)


def _hand(clip: Clip, side: str, ground: _Thing) -> Flags:
    """When a hand rests on the ground ``(T,)``."""
    points, fingers = human.hand_points(clip, side)
    height = points[..., 2].min(axis=1) - ground.track[0, 2]
    near = (height < _HAND[0 if fingers else 1]) & (height > -_DEEPEST)
    if not fingers:  # where the palm is, is but guessed: a forearm that points down has it low
        near &= clip.landmark(f"{side}_hand")[:, 2] - ground.track[0, 2] < _WRIST
    slow = speed(clip.landmark(f"{side}_hand"), clip.fps) < SLOW
    return lasting(_closed(near & slow, clip.fps), clip.fps)


def _holds(hands: Hands, side: str) -> Flags:
    """When a hand touches a prop or the terrain ``(T,)``: meanwhile it rests nowhere else."""
    found = [touch.flags for touch in touches.on_props(hands, side).values()]
    if hands.clip.scene.terrain is not None:
        found.append(touches.on_terrain(hands, side).flags)
    return np.any(found, axis=0) if found else np.zeros(len(hands.clip), dtype=bool)


def _point(clip: Clip, part: str) -> Array | None:
    """What stands for a part ``(T, 3)`` [m]; None where the skeleton has nothing there."""
    at = clip.landmark
    side, _, what = part.rpartition("_")
    if what in ("knee", "elbow"):
        return at(part)
    if what in ("shin", "forearm"):
        ends = ("knee", "ankle") if what == "shin" else ("elbow", "hand")
        return np.asarray((at(f"{side}_{ends[0]}") + at(f"{side}_{ends[1]}")) / 2.0)
    if part == "head":
        heads = [j for j in clip.skeleton.joints if j.lower().split(":")[-1] == "head"]
        return clip.joint(heads[0]) if heads else None
    return middle(clip.landmarks(), "hip" if part == "seat" else "shoulder")


def _front(clip: Clip) -> Array:
    """Where the person's chest faces ``(T, 3)``, of length 1; 0 where that is not known."""
    marks = clip.landmarks()
    up = middle(marks, "shoulder") - middle(marks, "hip")
    return np.nan_to_num(unit(np.cross(leftward(marks), up)))


def _closed(flags: Flags, fps: float) -> Flags:
    """``flags`` without gaps of a moment."""
    result = np.array(flags)
    for first, last in runs(~flags):
        if first > 0 and last < len(flags) - 1 and last - first + 1 < _FLICKER * fps:
            result[first : last + 1] = True
    return result
