"""When a hand touches a prop or the terrain, and where: from labels or from the true surface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from kinemesh.arguments import amounts
from kinemesh.arrays import Array, runs
from kinemesh.detection.lasting import Flags, hysteresis, steady, stopped, tidy
from kinemesh.detection.palm import along_hand, hand_points
from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.geometry.closest import Closest
from kinemesh.geometry.shape import Shape
from kinemesh.motion.clip import Clip
from kinemesh.motion.edits import TouchEdit, edited
from kinemesh.motion.parts import HANDS

_PALM = 0.06
"""From a person's wrist to the middle of the palm [m]."""


@dataclass(frozen=True)
class TouchRule:
    """Thresholds of touch detection at human scale, where a file has no labels.

    A hand touches from where one of its joints is nearer than ``enter`` to the surface until
    all are further than ``leave``. Joints lie inside the flesh, a finger's width from what
    the skin touches; a skeleton without fingers is judged at the palm.
    """

    enter: float = 0.03
    """[m]."""
    leave: float = 0.05
    """[m]."""
    palm: float = 0.03
    """Added to these distances for a skeleton without fingers [m]."""
    labelled: float = 0.15
    """Further away than this [m] no label makes a touch."""
    passing: float = 0.3
    """A hand that is never slower against the thing than this [m/s] passes it by."""
    shortest: float = 0.15
    """A touch shorter than this [s] is none, and a gap shorter than this is closed."""
    firm: float = 0.01
    """A grip that wanders by less than this [m] along an axis stays where it is."""
    steady: float = 0.15
    """Time constant over which the place is smoothed [s]: a grip does not wander."""

    def __post_init__(self) -> None:
        amounts(self, ClipError)
        if self.leave < self.enter:
            raise ClipError(
                f"leave = {self.leave} is less than enter = {self.enter}: a hand that touches "
                f"would not go on touching"
            )


@dataclass(frozen=True, eq=False)
class Touch:
    """The contact of one part of the body with one thing over a whole clip."""

    part: str
    """One of :data:`kinemesh.motion.PARTS`."""
    thing: str
    """Name of the prop or of the terrain, or ``ground``."""
    touching: Flags
    """``(T,)``."""
    places: Array
    """Where on the surface ``(T, 3)`` [m]: in the prop's frame, or in the world for terrain."""
    distance: Array
    """From the part's nearest joint to the surface ``(T,)`` [m]; 0 for one inside."""
    hand: HandPath | None = None
    """How the hand goes that touches, None for other parts."""


@dataclass(frozen=True, eq=False)
class HandPath:
    """A hand that touches a thing: in the prop's frame, or in the world for terrain."""

    wrist: Array
    """``(T, 3)`` [m]."""
    along: Array
    """Unit directions ``(T, 3)`` from the wrist to the knuckles."""
    surface: Closest
    """What is touched."""
    steadied: Callable[[Array], Array]
    """Steadies paths ``(T, N)`` over each touch, and holds them before and after."""

    @classmethod
    def of(
        cls,
        clip: Clip,
        hand: str,
        track: Array | None,
        surface: Closest,
        steadied: Callable[[Array], Array],
    ) -> HandPath:
        """The path of ``left_hand`` or ``right_hand`` on a prop that goes along ``track``."""
        wrist, along = clip.landmark(hand), along_hand(clip, hand)
        if track is not None:
            ahead = poses.apply(poses.inverse(track), np.stack([wrist, wrist + along], axis=1))
            wrist, along = ahead[:, 0], ahead[:, 1] - ahead[:, 0]
        return cls(wrist, along, surface, steadied)

    def grip(self, reach: float) -> Grip:
        """How the hand holds on, the palm taken as far from the wrist as ``reach`` [m]."""
        palm = self.wrist + reach * self.along
        away, places = self.surface.nearest(palm)
        inside = self.surface.inside(palm, away)
        towards = np.where(inside[:, None], palm - places, places - palm)
        steadied = self.steadied(np.hstack([places, self.wrist, palm, towards]))
        places, wrists, palms, towards = np.split(steadied, 4, axis=1)
        length = np.linalg.norm(towards, axis=1, keepdims=True)
        return Grip(places, wrists, palms, towards / np.maximum(length, 1e-9))


class Grip(NamedTuple):
    """Where a hand is that touches, steadied: in the prop's frame, or the world for terrain."""

    places: Array
    """The places of the surface nearest to the palm ``(T, 3)`` [m]."""
    wrists: Array
    """``(T, 3)`` [m]."""
    palms: Array
    """Points of the hand's axis in the middle of the palm ``(T, 3)`` [m]."""
    facing: Array
    """Unit directions ``(T, 3)`` from these into the surface."""


def detect_touches(clip: Clip, rule: TouchRule | None = None) -> tuple[Touch, ...]:
    """The contacts of both hands with every prop and the terrain; things never touched left out.

    Labels of the file count where there are any and there is one prop they can mean, and between
    them for as long as the hand stays near; the place comes from the surface in any case.
    """
    rule = rule or TouchRule()
    things: list[tuple[str, Shape, Array | None]] = [
        (prop.name, prop.shape, prop.track) for prop in clip.scene.props
    ]
    if clip.scene.terrain is not None:
        things.append((clip.scene.terrain.name, clip.scene.terrain.shape, None))
    found = []
    for name, shape, track in things:
        hands = [hand for hand in HANDS if not _far(clip, hand, name, shape, track, rule)]
        if not hands:  # what is made to be asked for the nearest places is dear
            continue
        surface = Closest(shape)
        for hand in hands:
            labelled = track is not None and [p.name for p in clip.scene.objects] == [name]
            labels = clip.contacts.get(hand) if labelled else None
            touch = _touch(clip, hand, name, surface, track, labels, rule)
            if touch.touching.any():
                found.append(touch)
    return tuple(found)


def _far(
    clip: Clip, hand: str, name: str, shape: Shape, track: Array | None, rule: TouchRule
) -> bool:
    """Whether a hand never comes near a thing's bounds, and nobody says that it touches it."""
    if any(isinstance(e, TouchEdit) and (e.part, e.thing) == (hand, name) for e in clip.edits):
        return False
    joints, has_fingers = hand_points(clip, hand)
    if track is not None:
        joints = poses.apply(poses.inverse(track), joints)
    low, high = shape.bounds
    beyond = np.maximum(np.maximum(low - joints, joints - high), 0.0)
    reach = max(rule.enter, rule.leave, rule.labelled) + (0.0 if has_fingers else rule.palm)
    return bool(np.linalg.norm(beyond, axis=-1).min() > reach)


def _touch(
    clip: Clip,
    hand: str,
    thing: str,
    surface: Closest,
    track: Array | None,
    labels: Flags | None,
    rule: TouchRule,
) -> Touch:
    joints, has_fingers = hand_points(clip, hand)
    if track is not None:
        joints = poses.apply(poses.inverse(track), joints)
    centre = joints.mean(axis=1)
    away = surface.nearest(centre)[0]
    closest = surface.nearest(joints)[0].min(axis=1)
    extra = 0.0 if has_fingers else rule.palm
    # No bone of a hand reaches through so much: all of it is on one side.
    clear = closest > rule.enter + extra
    closest = np.where(surface.inside(centre, away, clear), 0.0, closest)
    if labels is not None:
        labels = labels & (closest < rule.labelled + extra)
        touching = _bridged(labels, closest < rule.leave + extra)
    else:
        touching = hysteresis(closest, rule.enter + extra, rule.leave + extra)
    touching = tidy(touching, max(1, round(rule.shortest * clip.fps)))
    if labels is None:
        touching = stopped(touching, centre, clip.fps, rule.passing)
    touching = edited(clip.edits, touching, hand, thing)
    steadied = partial(steady, touching=touching, width=rule.steady * clip.fps, firm=rule.firm)
    path = HandPath.of(clip, hand, track, surface, steadied)
    return Touch(hand, thing, touching, path.grip(_PALM).places, closest, path)


def _bridged(labels: Flags, near: Flags) -> Flags:
    """``labels`` with every gap closed in which the hand is ``near`` throughout.

    Labels are made by a distance too, and flicker where a grip is loose: nobody lets go of a
    chair for three frames and stays where he is.
    """
    bridged = labels.copy()
    last = len(labels) - 1
    for first, end in runs(~labels):
        if first > 0 and end < last and near[first : end + 1].all():
            bridged[first : end + 1] = True
    return bridged
