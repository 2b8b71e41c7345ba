"""Where on a thing the robot's palm is, and where the person's is: like with like."""

from __future__ import annotations

import re

import numpy as np

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.surface import Surface
from kinemesh.motion import Clip

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
    robot: Array, person: Array, target: tuple[Surface, Array], source: tuple[Surface, Array]
) -> Array:
    """Distances ``(N,)`` [m] between the places of a thing that two palms are at.

    The place of a palm is the nearest one of the surface, in the thing's own frame: how far a
    palm is above it is the gap's to say, not the place's.

    Args:
        robot: the robot's palm ``(N, 3)`` [m].
        person: the person's ``(N, 3)`` [m].
        target: the thing's surface in the robot's scene and its poses ``(N, 7)`` or ``(1, 7)``.
        source: in the person's. A place is the same on both if it is in the same share of the
            bounds.
    """
    if not len(robot):
        return np.zeros(0)
    here, there = _place(robot, *target), _place(person, *source)
    low, high = source[0].shape.bounds
    to_low, to_high = target[0].shape.bounds
    wanted = to_low + (there - low) / np.maximum(high - low, 1e-12) * (to_high - to_low)
    return np.asarray(np.linalg.norm(here - wanted, axis=-1))


def _place(points: Array, surface: Surface, track: Array) -> Array:
    track = np.broadcast_to(track, (len(points), 7))
    local = poses.apply(poses.inverse(track), points[:, None])[:, 0]
    return surface.nearest(local)[0]
