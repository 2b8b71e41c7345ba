"""Where a person's palm is: from the wrist along the hand, as far as asked."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.motion.clip import Clip

_FINGERS = ("index", "middle", "ring", "pinky")
_FINGER = (*_FINGERS, "thumb")
"""What the names of a hand's own joints hold, in small letters."""


def hand_points(clip: Clip, hand: str) -> tuple[Array, bool]:
    """Joints of a hand ``(T, N, 3)`` [m], and whether they are fingers.

    Without fingers: the palm, carried on from the forearm by a third of its length.
    """
    side = hand.removesuffix("_hand")
    fingers = [joint for joint in clip.skeleton.joints if _is_finger(joint, side, _FINGER)]
    if fingers:
        return np.stack([clip.joint(name) for name in fingers], axis=1), True
    wrist, elbow = clip.landmark(hand), clip.landmark(f"{side}_elbow")
    return (wrist + (wrist - elbow) / 3.0)[:, None], False


def along_hand(clip: Clip, hand: str) -> Array:
    """Unit directions ``(T, 3)`` from the wrist to the knuckles, of fingerless hands the forearm's.

    The middle knuckle counts in each coordinate: files exist in which one finger of four is half
    a metre away.
    """
    side, wrist = hand.removesuffix("_hand"), clip.landmark(hand)
    knuckles = []
    for finger in _FINGERS:
        own = [joint for joint in clip.skeleton.joints if _is_finger(joint, side, (finger,))]
        if own:
            knuckles.append(clip.joint(own[0]))
    ahead = wrist - clip.landmark(f"{side}_elbow")
    if knuckles:
        ahead = np.median(knuckles, axis=0) - wrist
    length = np.linalg.norm(ahead, axis=-1, keepdims=True)
    return np.asarray(ahead / np.maximum(length, 1e-9))


def _is_finger(joint: str, side: str, fingers: tuple[str, ...]) -> bool:
    """Whether ``LeftHandIndex1``, ``L_Thumb2``, ``lMiddle3``, ... is one of a side's fingers."""
    small = joint.lower()
    short = small[:1] == side[0] and not joint[1:2].islower()
    return (small.startswith(side) or short) and any(word in small for word in fingers)
