"""Where a person's palm is: from the wrist along the hand, as far as asked."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

import numpy as np

from kinemesh.arrays import Array
from kinemesh.motion.skeleton import Skeleton

_FINGERS = ("index", "middle", "ring", "pinky")
_FINGER = (*_FINGERS, "thumb")
"""What the names of a hand's own joints hold, in small letters."""


class Places(Protocol):
    """Where joints are: a clip, or an instant."""

    @property
    def skeleton(self) -> Skeleton:
        """Whose joints."""

    def joint(self, name: str) -> Array:
        """Of one joint ``(T, 3)`` [m]."""

    def landmark(self, name: str) -> Array:
        """Of one landmark ``(T, 3)`` [m]."""


def hand_points(clip: Places, hand: str) -> tuple[Array, bool]:
    """Joints of a hand ``(T, N, 3)`` [m], and whether they are fingers.

    Without fingers: the palm, carried on from the forearm by a third of its length.
    """
    side = hand.removesuffix("_hand")
    fingers = _joints_of(clip.skeleton.joints, side, _FINGER)
    if fingers:
        return np.stack([clip.joint(name) for name in fingers], axis=1), True
    wrist, elbow = clip.landmark(hand), clip.landmark(f"{side}_elbow")
    return (wrist + (wrist - elbow) / 3.0)[:, None], False


def along_hand(clip: Places, hand: str) -> Array:
    """Unit directions ``(T, 3)`` from the wrist to the knuckles, of fingerless hands the forearm's.

    The middle knuckle counts in each coordinate: files exist in which one finger of four is half
    a metre away.
    """
    side, wrist = hand.removesuffix("_hand"), clip.landmark(hand)
    knuckles = []
    for finger in _FINGERS:
        own = _joints_of(clip.skeleton.joints, side, (finger,))
        if own:
            knuckles.append(clip.joint(own[0]))
    ahead = wrist - clip.landmark(f"{side}_elbow")
    if knuckles:
        ahead = np.median(knuckles, axis=0) - wrist
    length = np.linalg.norm(ahead, axis=-1, keepdims=True)
    return np.asarray(ahead / np.maximum(length, 1e-9))


@lru_cache(maxsize=64)
def _joints_of(joints: tuple[str, ...], side: str, fingers: tuple[str, ...]) -> tuple[str, ...]:
    """Those of a skeleton that are of these fingers of a side: asked in every frame of a stream."""
    return tuple(joint for joint in joints if _is_finger(joint, side, fingers))


def _is_finger(joint: str, side: str, fingers: tuple[str, ...]) -> bool:
    """Whether ``LeftHandIndex1``, ``L_Thumb2``, ``lMiddle3``, ... is one of a side's fingers."""
    small = joint.lower()
    short = small[:1] == side[0] and not joint[1:2].islower()
    return (small.startswith(side) or short) and any(word in small for word in fingers)
