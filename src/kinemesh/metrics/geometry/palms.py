"""Where on a thing the robot's palm is, and where the person's is: like with like."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.directions import between, unit
from kinemesh.metrics.geometry.kinematics import pose_robot
from kinemesh.metrics.geometry.surface import Surface
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.motion import LANDMARKS, Clip

_KNUCKLE = re.compile(r"(index|middle|ring|pinky|little)_?(1|proximal)$", re.IGNORECASE)
_NO_WAY = 2e-3
"""From a palm that is nearer to a surface than this [m] there is no way to it."""
_SIDE = {"left": re.compile(r"^l", re.IGNORECASE), "right": re.compile(r"^r", re.IGNORECASE)}


@dataclass(frozen=True, eq=False)
class RobotPalm:
    """The palm of a hand of the robot, over a trajectory."""

    places: Array
    """``(T, 3)`` [m]: the point of the hand's axis, which goes from the hand landmark along the
    fingers, that is level with the palm of ``[hands]``: in the flesh, where the person's is taken
    too, and not on the skin. Of a robot without a palm it is the landmark."""
    beyond: float
    """How far beyond the landmark that is [m]."""
    normals: Array
    """Unit normals out of the palm ``(T, 3)``; NaN without a palm."""


def robot_palm(posed: KinematicTrajectory, side: str) -> RobotPalm:
    """Where the robot has a palm."""
    robot, k = posed.robot, LANDMARKS.index(f"{side}_hand")
    marks = posed.landmarks[:, k]
    hand = next((h for h in robot.hands if h.name == side), None)
    if hand is None:
        return RobotPalm(marks, 0.0, np.full_like(marks, np.nan))
    (rest,) = pose_robot(robot, robot.rest[None])
    turn = rest.rotations[hand.joint]
    away = turn @ hand.point + rest.translations[hand.joint] - rest.landmarks()[k]
    beyond = max(0.0, float(away @ turn @ hand.fingers))
    turns = posed.rotations[:, hand.joint]
    return RobotPalm(marks + beyond * turns @ hand.fingers, beyond, turns @ hand.normal)


def knuckles(clip: Clip, side: str) -> list[int]:
    """Which joints of the clip are the knuckles of a hand; none of a skeleton without fingers."""
    return [
        k
        for k, name in enumerate(clip.skeleton.joints)
        if _SIDE[side].match(name) and _KNUCKLE.search(name)
    ]


def palm(clip: Clip, side: str, beyond: float) -> Array:
    """The person's palm ``(T, 3)`` [m]: ``beyond`` [m] from the wrist towards her knuckles.

    Of a skeleton without fingers as far from the wrist along the forearm.
    """
    wrist, joints = clip.landmark(f"{side}_hand"), knuckles(clip, side)
    ahead = wrist - clip.landmark(f"{side}_elbow")
    if joints:  # the median: one finger of a recording may be lost
        ahead = np.median(clip.positions[:, joints], axis=1) - wrist
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
    turned: Array
    """Angle ``(N,)`` [deg] between the robot's palm and the way to the surface; NaN without a palm,
    and for a palm whose place is on the surface, from where there is no way."""


def palms_on(
    robot: RobotPalm,
    person: Array,
    frames: NDArray[np.int64],
    target: tuple[Surface, Array],
    source: tuple[Surface, Array],
) -> Palms:
    """Palms of robot and person on a thing in some frames ``(N,)``.

    Args:
        robot: the robot's palm.
        person: the person's ``(T, 3)`` [m].
        frames: which.
        target: the thing's surface in the robot's scene and its poses ``(N, 7)`` or ``(1, 7)``.
        source: in the person's. A place is the same on both if it is in the same share of the
            bounds.
    """
    low, high = source[0].shape.bounds
    to_low, to_high = target[0].shape.bounds

    def moved(points: Array) -> Array:
        share = (points - low) / np.maximum(high - low, 1e-12)
        return np.asarray(to_low + share * (to_high - to_low))

    track = np.broadcast_to(target[1], (len(frames), 7))
    its, hers = _local(robot.places[frames], track), _local(person[frames], source[1])
    place = target[0].nearest(its)[0]
    # Of a thing of another shape the same share of the bounds may be off its surface.
    off = place - target[0].nearest(moved(source[0].nearest(hers)[0]))[0]
    normals = np.einsum("nji,nj->ni", poses.matrix(track), robot.normals[frames])
    out = np.where(target[0].inside(its), -1.0, 1.0)[:, None]
    way = np.where(np.linalg.norm(place - its, axis=1)[:, None] > _NO_WAY, place - its, np.nan)
    turned = between(normals, out * unit(way))
    return Palms(its, moved(hers), np.asarray(np.linalg.norm(off, axis=-1)), turned)


def _local(points: Array, track: Array) -> Array:
    track = np.broadcast_to(track, (len(points), 7))
    return np.asarray(poses.apply(poses.inverse(track), points[:, None])[:, 0])
