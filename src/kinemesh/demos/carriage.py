"""The body above the feet: where the pelvis goes, how trunk and arms answer.

Amplitudes are round figures of free walking: pelvis rotation about 4 degrees to each side in
the transverse plane and 4 degrees of drop on the swing side (Perry and Burnfield 2010, "Gait
Analysis"), arms in counterphase to the legs (Murray, Sepic and Barnard 1967).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.demos import body
from kinemesh.demos.body import OUTWARD, Posture, hanging, rotation
from kinemesh.demos.curves import below, smooth
from kinemesh.demos.gait import FootTrack

_STRAIGHTEST = np.radians(7.0)
"""Least flexion of a knee [rad]."""
_ANKLE_TO_HIP = 0.03
"""The hips of a standing person are this far ahead of the ankles [m]."""
_LOOSE_ARM, _LOOSE_ELBOW = -0.05, 0.30
"""Flexion of shoulder and elbow of an arm at rest [rad]."""


@dataclass(frozen=True, eq=False)
class Manner:
    """How the body is carried. Arrays are ``(T,)``."""

    height: float | Array = body.HIP_HEIGHT - 0.005
    """Hips over the world's zero where the legs allow it [m]."""
    back: float | Array = 0.0
    """Shift of the hips backwards [m]."""
    pelvis_pitch: float | Array = 0.0
    """[rad], forwards."""
    trunk_pitch: float | Array = 0.04
    """From the vertical [rad], forwards."""
    head_pitch: float | Array = 0.06
    """From the vertical [rad], forwards."""
    lead: float = 0.55
    """The pelvis moves on the mean of the feet over this time to each side [s]."""
    settle: float = 0.15
    """The pelvis follows the reach of the legs over this time to each side [s]."""
    veer: float = 0.30
    """The body turns with the feet over this time to each side [s]."""
    sway: float = 0.028
    """Of the pelvis over the standing foot [m]."""
    turn: float = 0.10
    """Rotation of the pelvis per distance between the feet [rad/m]."""
    drop: float = 0.06
    """Of the pelvis on the swing side [rad]."""
    arm_swing: float = 0.36
    """Flexion of the shoulders per distance between the feet [rad/m]."""


def carry(feet: list[FootTrack], manner: Manner) -> Posture:
    """A posture over two foot tracks, arms hanging."""
    left, right = feet
    level = smooth((left.ankle + right.ankle) / 2.0, manner.lead)
    onto_left = smooth(right.swing.astype(float) - left.swing.astype(float), 0.22)
    course = smooth((left.yaw + right.yaw) / 2.0, manner.veer)
    facing = rotation("z", course)
    apart = _turned(facing.transpose(0, 2, 1), right.ankle - left.ankle)
    stride = smooth(apart[:, 0], 0.10)
    pelvis = (
        rotation("z", course + manner.turn * stride)
        @ rotation("y", manner.pelvis_pitch + 0.0 * stride)
        @ rotation("x", manner.drop * onto_left)
    )
    aside = np.stack([_ANKLE_TO_HIP - manner.back + 0.0 * stride, manner.sway * onto_left], axis=1)
    root = level + _turned(facing[:, :, :2], aside)
    root[:, 2] = below(np.minimum(_reach(root, pelvis, feet), manner.height), manner.settle)
    heading = rotation("z", course - 0.6 * manner.turn * stride)
    trunk = heading @ rotation("y", manner.trunk_pitch + 0.0 * stride)
    wrists, hands = [], []
    for shoulder, out in zip(body.shoulders(root, pelvis, trunk), OUTWARD, strict=True):
        swing = out * smooth(stride, 0.10)
        offset, forearm = hanging(
            _LOOSE_ARM + manner.arm_swing * swing,
            _LOOSE_ELBOW + 0.6 * manner.arm_swing * swing,
            out,
        )
        wrists.append(shoulder + _turned(heading, offset))
        hands.append(_turned(heading, forearm))
    return Posture(
        root=root,
        pelvis=pelvis,
        trunk=trunk,
        head=facing @ rotation("y", manner.head_pitch + 0.0 * stride),
        ankles=[foot.ankle for foot in feet],
        feet=[foot.rotation for foot in feet],
        toes=[foot.toes for foot in feet],
        knees=[rotation("z", foot.yaw) @ (1.0, 0.0, 0.0) for foot in feet],
        wrists=wrists,
        elbows=[heading @ (-1.0, out * 0.25, 0.0) for out in OUTWARD],
        hands=hands,
    )


def _turned(rotations: Array, vectors: Array) -> Array:
    return np.asarray(np.einsum("tij,tj->ti", rotations, vectors))


def _reach(root: Array, pelvis: Array, feet: list[FootTrack]) -> Array:
    """Highest hips ``(T,)`` [m] at which neither knee is straighter than allowed."""
    longest = (
        body.THIGH**2 + body.SHANK**2 + 2.0 * body.THIGH * body.SHANK * float(np.cos(_STRAIGHTEST))
    )
    highest = []
    for foot, out in zip(feet, OUTWARD, strict=True):
        hip = pelvis @ (0.0, out * body.HALF_HIPS, 0.0)
        away = root[:, :2] + hip[:, :2] - foot.ankle[:, :2]
        room = longest - np.sum(away**2, axis=1)
        if np.any(room <= 0.0):
            raise ValueError("a step is longer than the legs")
        highest.append(foot.ankle[:, 2] + np.sqrt(room) - hip[:, 2])
    return np.asarray(np.minimum(*highest))
