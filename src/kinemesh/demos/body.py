"""The person: proportions, and joint positions from where trunk, feet and wrists are.

Segment lengths are fractions of stature after Drillis and Contini, as drawn in Winter 2009,
"Biomechanics and Motor Control of Human Movement", figure 4.1. That figure gives breadths over
the outside of the body (shoulders 0.259, hips 0.191 of stature); the joint centres lie nearer
to the middle, and where they lie is this module's own choice, as are the points of the foot.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array, readonly
from kinemesh.motion import LANDMARKS, Skeleton

STATURE = 1.75
"""[m]."""
THIGH, SHANK = 0.245 * STATURE, 0.246 * STATURE
UPPER_ARM, FOREARM, HAND = 0.186 * STATURE, 0.146 * STATURE, 0.108 * STATURE
FOOT, ANKLE_HEIGHT = 0.152 * STATURE, 0.039 * STATURE
LEG = THIGH + SHANK
"""Hip to ankle of a straight leg [m]."""
HIP_HEIGHT = 0.530 * STATURE
PELVIS_RISE = 0.10
"""The pelvis landmark above the line through the hips [m], about where the spine bends."""
SHOULDER_RISE = 0.818 * STATURE - HIP_HEIGHT - PELVIS_RISE
NECK_RISE = 0.870 * STATURE - HIP_HEIGHT - PELVIS_RISE
HEAD_RISE = (0.936 - 0.870) * STATURE
"""From the chin's height to the eyes' [m]."""
HALF_HIPS, HALF_SHOULDERS = 0.050 * STATURE, 0.106 * STATURE
"""Joint centres to the middle plane [m]."""
_ARM_ASIDE = 0.14
"""Hanging arms lean outwards by this [rad]."""

HEEL = readonly([-0.22 * FOOT, 0.0, -ANKLE_HEIGHT])
"""Rear edge of the sole, seen from the ankle along a level foot [m]."""
TOE = readonly([0.50 * FOOT, 0.0, 0.025 - ANKLE_HEIGHT])
"""Joint of the big toe: the ball of the foot, 2.5 cm above the ground [m]."""
TIPTOE = readonly([0.28 * FOOT, 0.0, -0.025])
"""Front edge of the sole, seen from the toe joint [m]."""

SIDES = ("left", "right")
OUTWARD = (1.0, -1.0)
"""Sign of y to the outside of each side."""
_LIMB = (
    *("hip", "knee", "ankle", "heel", "toe", "tiptoe"),
    *("shoulder", "elbow", "hand", "fingertip"),
)
SKELETON = Skeleton(
    "kinemesh23",
    ("pelvis", "neck", "head", *(f"{side}_{part}" for side in SIDES for part in _LIMB)),
    {name: name for name in LANDMARKS},
)
"""Every landmark under its own name (``hand`` is the wrist), and the ends of the body."""
SEGMENTS: tuple[tuple[str, str], ...] = (
    *(("pelvis", "neck"), ("neck", "head")),
    *(("left_hip", "right_hip"), ("left_shoulder", "right_shoulder")),
    *(
        (f"{side}_{a}" if a in _LIMB else a, f"{side}_{b}")
        for side in SIDES
        for a, b in (
            *(("pelvis", "hip"), ("hip", "knee"), ("knee", "ankle"), ("ankle", "toe")),
            *(("ankle", "heel"), ("heel", "toe"), ("toe", "tiptoe"), ("pelvis", "shoulder")),
            *(("neck", "shoulder"), ("shoulder", "elbow"), ("elbow", "hand")),
            ("hand", "fingertip"),
        )
    ),
)
"""Pairs of joints at a constant distance."""


@dataclass(frozen=True, eq=False)
class Posture:
    """Where the ends of the body are, over time; the rest follows. Lists are left, right."""

    root: Array
    """Middle between the hips ``(T, 3)`` [m]."""
    pelvis: Array
    """Rotations of the pelvis ``(T, 3, 3)``."""
    trunk: Array
    """Rotations of the trunk about the pelvis landmark ``(T, 3, 3)``."""
    head: Array
    """Rotations of the head ``(T, 3, 3)``."""
    ankles: list[Array]
    """``(T, 3)`` [m]."""
    feet: list[Array]
    """Rotations ``(T, 3, 3)``."""
    toes: list[Array]
    """Rotations of the toes ``(T, 3, 3)``."""
    knees: list[Array]
    """Directions in which the knees point ``(T, 3)``."""
    wrists: list[Array]
    """``(T, 3)`` [m]."""
    elbows: list[Array]
    """Directions in which the elbows point ``(T, 3)``."""
    hands: list[Array]
    """Directions from wrist to fingertips ``(T, 3)``, of any length."""


def rotation(axis: str, angle: Array) -> Array:
    """Rotations ``(T, 3, 3)`` by ``angle`` ``(T,)`` [rad] about ``x``, ``y`` or ``z``."""
    first, second = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.zeros((*np.shape(angle), 3, 3))
    matrix[..., [0, 1, 2], [0, 1, 2]] = 1.0
    matrix[..., first, first] = matrix[..., second, second] = np.cos(angle)
    matrix[..., second, first] = np.sin(angle)
    matrix[..., first, second] = -np.sin(angle)
    return matrix


def shoulders(root: Array, pelvis: Array, trunk: Array) -> list[Array]:
    """Shoulder joints ``(T, 3)`` [m], left and right."""
    centre = root + pelvis @ (0.0, 0.0, PELVIS_RISE)
    return [centre + trunk @ (0.0, out * HALF_SHOULDERS, SHOULDER_RISE) for out in OUTWARD]


def hanging(flexion: Array, bend: Array, out: float) -> tuple[Array, Array]:
    """From shoulder to wrist and from elbow to wrist ``(T, 3)`` [m], of an arm that hangs.

    Args:
        flexion: of the upper arm forwards from the vertical ``(T,)`` [rad].
        bend: of the elbow ``(T,)`` [rad].
        out: sign of y to the outside of the body.
    """
    aside = rotation("x", np.asarray(out * _ARM_ASIDE)).T
    angle = flexion + bend
    upper = UPPER_ARM * np.stack([np.sin(flexion), 0 * flexion, -np.cos(flexion)], axis=-1)
    lower = FOREARM * np.stack([np.sin(angle), 0 * angle, -np.cos(angle)], axis=-1)
    return (upper + lower) @ aside, lower @ aside


def two_links(start: Array, end: Array, first: float, second: float, towards: Array) -> Array:
    """The middle joint of two links ``(T, 3)`` [m] that bends towards a direction ``(T, 3)``.

    Raises:
        ValueError: ``end`` is out of reach.
    """
    span = end - start
    distance = np.linalg.norm(span, axis=1, keepdims=True)
    if np.any(distance > first + second):
        frame = int(np.argmax(distance))
        raise ValueError(
            f"links of {first:.3f} and {second:.3f} m cannot span {float(distance.max()):.3f} m "
            f"(instant {frame})"
        )
    along = span / distance
    side = towards - np.sum(towards * along, axis=1, keepdims=True) * along
    side = side / np.linalg.norm(side, axis=1, keepdims=True)
    reach = (first**2 - second**2 + distance**2) / (2.0 * distance)
    return np.asarray(start + reach * along + np.sqrt(first**2 - reach**2) * side)


def joints(posture: Posture) -> Array:
    """Positions ``(T, 23, 3)`` [m] of the joints of :data:`SKELETON`."""
    centre = posture.root + posture.pelvis @ (0.0, 0.0, PELVIS_RISE)
    neck = centre + posture.trunk @ (0.0, 0.0, NECK_RISE)
    found = [centre, neck, neck + posture.head @ (0.0, 0.0, HEAD_RISE)]
    upper = shoulders(posture.root, posture.pelvis, posture.trunk)
    for side, out in enumerate(OUTWARD):
        hip = posture.root + posture.pelvis @ (0.0, out * HALF_HIPS, 0.0)
        ankle, foot = posture.ankles[side], posture.feet[side]
        knee = two_links(hip, ankle, THIGH, SHANK, posture.knees[side])
        toe = ankle + foot @ TOE
        tiptoe = toe + posture.toes[side] @ TIPTOE
        shoulder, wrist = upper[side], posture.wrists[side]
        elbow = two_links(shoulder, wrist, UPPER_ARM, FOREARM, posture.elbows[side])
        hand = posture.hands[side]
        tip = wrist + HAND * hand / np.linalg.norm(hand, axis=1, keepdims=True)
        found += [hip, knee, ankle, ankle + foot @ HEEL, toe, tiptoe, shoulder, elbow, wrist, tip]
    return np.stack(found, axis=1)
