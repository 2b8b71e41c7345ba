"""When a hand touches a prop or the terrain, and where: from labels or from the true surface."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arguments import amounts
from kinemesh.arrays import Array, runs
from kinemesh.detection.lasting import Flags, hysteresis, steady, stopped, tidy
from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.geometry.closest import Closest
from kinemesh.geometry.shape import Shape
from kinemesh.motion.clip import Clip
from kinemesh.motion.edits import edited

_FINGER = ("index", "middle", "ring", "pinky", "thumb")
"""What the names of a hand's own joints hold, in small letters."""


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
    steady: float = 0.5
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
        surface = Closest(shape)
        for hand in ("left_hand", "right_hand"):
            labelled = track is not None and len(clip.scene.props) == 1
            labels = clip.contacts.get(hand) if labelled else None
            touch = _touch(clip, hand, name, surface, track, labels, rule)
            if touch.touching.any():
                found.append(touch)
    return tuple(found)


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
    # The middle of the hand says where it holds; a single finger joint jumps about.
    centre = joints.mean(axis=1)
    away, places = surface.nearest(centre)
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
    return Touch(hand, thing, touching, steady(places, touching, rule.steady * clip.fps), closest)


def hand_points(clip: Clip, hand: str) -> tuple[Array, bool]:
    """Joints of a hand ``(T, N, 3)`` [m], and whether they are fingers.

    Without fingers: the palm, carried on from the forearm by a third of its length.
    """
    side = hand.removesuffix("_hand")
    fingers = [joint for joint in clip.skeleton.joints if _is_finger(joint, side)]
    if fingers:
        return np.stack([clip.joint(name) for name in fingers], axis=1), True
    wrist, elbow = clip.landmark(hand), clip.landmark(f"{side}_elbow")
    return (wrist + (wrist - elbow) / 3.0)[:, None], False


def _is_finger(joint: str, side: str) -> bool:
    """Whether ``LeftHandIndex1``, ``L_Thumb2``, ``lMiddle3``, ... is on a side."""
    small = joint.lower()
    short = small[:1] == side[0] and not joint[1:2].islower()
    return (small.startswith(side) or short) and any(word in small for word in _FINGER)


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
