"""Where on a thing the robot's palm is, and where the person's is: like with like."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.directions import unit
from kinemesh.metrics.geometry.kinematics import pose_robot
from kinemesh.metrics.geometry.surface import Surface
from kinemesh.motion import LANDMARKS, Clip
from kinemesh.robot.model import RobotModel

_KNUCKLE = re.compile(r"(index|middle|ring|pinky|little)_?(1|proximal)$", re.IGNORECASE)
_SIDE = {"left": re.compile(r"^l", re.IGNORECASE), "right": re.compile(r"^r", re.IGNORECASE)}


def reach(robot: RobotModel, side: str) -> float:
    """How far beyond its hand landmark, along the fingers, the robot's palm is [m].

    0 for a robot without a palm, which is taken by its hand landmark.
    """
    hand = next((h for h in robot.hands if h.name == side), None)
    if hand is None:
        return 0.0
    (posed,) = pose_robot(robot, robot.rest[None])
    palm = posed.rotations[hand.joint] @ hand.point + posed.translations[hand.joint]
    away = palm - posed.landmarks()[LANDMARKS.index(f"{side}_hand")]
    return max(0.0, float(away @ posed.rotations[hand.joint] @ hand.fingers))


def knuckles(clip: Clip, side: str) -> list[int]:
    """Which joints of the clip are the knuckles of a hand; none of a skeleton without fingers."""
    return [
        k
        for k, name in enumerate(clip.skeleton.joints)
        if _SIDE[side].match(name) and _KNUCKLE.search(name)
    ]


def palm(clip: Clip, side: str, beyond: float) -> Array:
    """The person's palm ``(T, 3)`` [m]: ``beyond`` [m] from the wrist towards the knuckles.

    Of a skeleton without fingers as far from the wrist along the forearm.
    """
    wrist, joints = clip.landmark(f"{side}_hand"), knuckles(clip, side)
    ahead = (
        clip.positions[:, joints].mean(axis=1) - wrist
        if joints
        else wrist - clip.landmark(f"{side}_elbow")
    )
    return np.asarray(wrist + beyond * np.nan_to_num(unit(ahead)))


@dataclass(frozen=True, eq=False)
class Palms:
    """The palms of robot and person in a thing's own frame, while the person's hand touches it."""

    robot: Array
    """``(N, 3)`` [m]."""
    person: Array
    """``(N, 3)`` [m], moved to the same share of the bounds of the robot's thing."""
    apart: Array
    """Distance ``(N,)`` [m] between the places of the thing that they are at.

    The place of a palm is the nearest one of the surface: how far a palm is above it is the
    gap's to say, not the place's.
    """


def palms_on(
    robot: Array, person: Array, target: tuple[Surface, Array], source: tuple[Surface, Array]
) -> Palms:
    """Palms of robot and person on a thing.

    Args:
        robot: the robot's palm ``(N, 3)`` [m].
        person: the person's ``(N, 3)`` [m].
        target: the thing's surface in the robot's scene and its poses ``(N, 7)`` or ``(1, 7)``.
        source: in the person's. A place is the same on both if it is in the same share of the
            bounds.
    """
    low, high = source[0].shape.bounds
    to_low, to_high = target[0].shape.bounds

    def moved(points: Array) -> Array:
        share = (points - low) / np.maximum(high - low, 1e-12)
        return np.asarray(to_low + share * (to_high - to_low))

    its, hers = _local(robot, target[1]), _local(person, source[1])
    off = target[0].nearest(its)[0] - moved(source[0].nearest(hers)[0])
    return Palms(its, moved(hers), np.asarray(np.linalg.norm(off, axis=-1)))


def _local(points: Array, track: Array) -> Array:
    track = np.broadcast_to(track, (len(points), 7))
    return np.asarray(poses.apply(poses.inverse(track), points[:, None])[:, 0])
