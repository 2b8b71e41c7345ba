"""Where on a thing the robot's palm is, and where the person's is: like with like."""

from __future__ import annotations

import re

import numpy as np

from kinemesh.motion import Clip, Shape, poses
from kinemesh.motion.arrays import Array

_KNUCKLE = re.compile(r"(index|middle|ring|pinky|little)_?(1|proximal)$", re.IGNORECASE)
_SIDE = {"left": re.compile(r"^l", re.IGNORECASE), "right": re.compile(r"^r", re.IGNORECASE)}
_CARRIED = 1.0 / 3.0
"""How far beyond the wrist the knuckles are, as a share of the forearm."""


def palm(clip: Clip, side: str) -> Array:
    """The person's palm ``(T, 3)`` [m]: the middle of the knuckles.

    A skeleton without fingers: the wrist, carried on along the forearm by a third of its length.
    """
    knuckles = [
        k
        for k, name in enumerate(clip.skeleton.joints)
        if _SIDE[side].match(name) and _KNUCKLE.search(name)
    ]
    if knuckles:
        return np.asarray(clip.positions[:, knuckles].mean(axis=1))
    wrist, elbow = clip.landmark(f"{side}_hand"), clip.landmark(f"{side}_elbow")
    return np.asarray(wrist + _CARRIED * (wrist - elbow))


def shift(
    robot: Array, person: Array, target: tuple[Shape, Array], source: tuple[Shape, Array]
) -> Array:
    """Distances ``(T,)`` [m] between two palms on a thing, in the thing's own frame.

    Args:
        robot: the robot's palm ``(T, 3)`` [m].
        person: the person's ``(T, 3)`` [m].
        target: the thing's shape in the robot's scene and its poses ``(T, 7)`` or ``(1, 7)``.
        source: in the person's. A place is the same on both if it is in the same share of the
            bounds; how far it is outside of them is kept in metres.
    """
    here, there = _local(robot, target[1]), _local(person, source[1])
    low, high = source[0].bounds
    to_low, to_high = target[0].bounds
    within = np.clip(there, low, high)
    share = (within - low) / np.maximum(high - low, 1e-12)
    wanted = to_low + share * (to_high - to_low) + (there - within)
    return np.asarray(np.linalg.norm(here - wanted, axis=-1))


def _local(points: Array, track: Array) -> Array:
    track = np.broadcast_to(track, (len(points), 7))
    return poses.apply(poses.inverse(track), points[:, None])[:, 0]
