"""On the ground: what bears, how high its joints are over it, and limbs that keep their place.

Everything is at rest, without velocity or acceleration, wherever a contact begins or ends, so
that what bears can be put exactly in its place while it bears, and nothing jumps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from kinemesh.arrays import Array
from kinemesh.demos.body import (
    FOREARM,
    HALF_HIPS,
    OUTWARD,
    SKELETON,
    STATURE,
    THIGH,
    TOE,
    UPPER_ARM,
    Posture,
    hanging,
    joints,
    shoulders,
)
from kinemesh.demos.curves import FPS, SUBSTEPS
from kinemesh.motion import Clip, Scene

BALL_RISE = 0.025
"""Of the toe joint over what the foot stands on [m]."""
KNEE_RISE = 0.05
"""Of a knee joint over what it kneels on [m]."""
SEAT_RISE = 0.10
"""Of the hip joints over what is sat or lain on [m]."""
BACK_RISE = 0.10
"""Of pelvis, shoulders and head over what is lain on [m]."""
ELBOW_RISE = 0.04
"""[m]."""
WRIST_RISE = 0.045
"""Of a wrist over what its palm lies flat on [m]."""
_LOOSE_ELBOW = 0.30
"""Bend of the elbow of an arm that hangs [rad]."""
FLAT_FINGERS = (1.0, 0.0, -0.2)
"""Direction of the fingers of a flat palm that points along x: the tips are 8 mm up."""


@dataclass(frozen=True)
class Bearing:
    """A part of the body rests on a thing: what is true of a clip."""

    part: str
    """One of :data:`kinemesh.motion.PARTS`."""
    thing: str
    """``ground``, or the name of a prop or of the terrain."""
    start: float
    """[s]."""
    end: float
    """[s]."""

    def frames(self, fps: float) -> slice:
        """The frames in which it bears."""
        return slice(int(np.ceil(self.start * fps - 1e-9)), int(self.end * fps + 1e-9) + 1)


@dataclass(frozen=True, eq=False)
class Reach:
    """Where a hand goes, over time."""

    share: Array
    """0 where the arm hangs, 1 where the wrist is at its place ``(T,)``."""
    wrist: Array
    """The place ``(T, 3)`` [m]."""
    elbow: Array
    """Direction in which the elbow points there ``(T, 3)``."""
    fingers: Array
    """Direction from wrist to fingertips there ``(T, 3)``."""


@dataclass(frozen=True, eq=False)
class Leg:
    """One leg over time."""

    ball: Array
    """Joint of the big toe ``(T, 3)`` [m]."""
    foot: Array
    """Rotations ``(T, 3, 3)``."""
    toes: Array
    """Rotations of the toes ``(T, 3, 3)``."""
    knee: Array
    """Direction in which the knee points ``(T, 3)``."""

    @property
    def ankle(self) -> Array:
        """``(T, 3)`` [m]."""
        return np.asarray(self.ball - self.foot @ TOE)


@dataclass(frozen=True, eq=False)
class Trunk:
    """Hips and what they carry, over time."""

    root: Array
    """Middle between the hips ``(T, 3)`` [m]."""
    pelvis: Array
    """Rotations ``(T, 3, 3)``."""
    trunk: Array
    """Rotations ``(T, 3, 3)``."""
    head: Array
    """Rotations ``(T, 3, 3)``."""
    heading: Array
    """Rotations ``(T, 3, 3)`` about z: ahead of hanging arms."""


def posed(trunk: Trunk, legs: Sequence[Leg], flexions: Sequence[Array]) -> Posture:
    """The posture of a trunk and legs; arms hang, flexed forwards by ``(T,)`` [rad]."""
    wrists, hands = [], []
    upper = shoulders(trunk.root, trunk.pelvis, trunk.trunk)
    for shoulder, flexion, out in zip(upper, flexions, OUTWARD, strict=True):
        offset, forearm = hanging(flexion, 0.0 * flexion + _LOOSE_ELBOW, out)
        wrists.append(shoulder + _turned(trunk.heading, offset))
        hands.append(_turned(trunk.heading, forearm))
    return Posture(
        root=trunk.root,
        pelvis=trunk.pelvis,
        trunk=trunk.trunk,
        head=trunk.head,
        ankles=[leg.ankle for leg in legs],
        feet=[leg.foot for leg in legs],
        toes=[leg.toes for leg in legs],
        knees=[leg.knee for leg in legs],
        wrists=wrists,
        elbows=[trunk.heading @ (-1.0, 0.25 * out, 0.0) for out in OUTWARD],
        hands=hands,
    )


def reaching(posture: Posture, reaches: Sequence[Reach]) -> Posture:
    """The posture with its left and right hand where they go."""
    wrists, elbows, hands = [], [], []
    for side, to in enumerate(reaches):
        share, hand = to.share[:, None], posture.hands[side]
        hand = hand / np.linalg.norm(hand, axis=1, keepdims=True)
        wrists.append(posture.wrists[side] + share * (to.wrist - posture.wrists[side]))
        elbows.append(posture.elbows[side] + share * (to.elbow - posture.elbows[side]))
        hands.append(hand + share * (to.fingers - hand))
    return replace(posture, wrists=wrists, elbows=elbows, hands=hands)


def resting_elbow(shoulder: Array, wrist: Array, out: float) -> Array:
    """Direction ``(3,)`` in which the elbow of an arm points that lies on the ground, outwards."""
    span = wrist - shoulder
    distance = float(np.linalg.norm(span))
    along = span / distance
    share = (UPPER_ARM**2 - FOREARM**2 + distance**2) / (2.0 * distance)
    drop = (ELBOW_RISE - shoulder[2] - share * along[2]) / float(np.sqrt(UPPER_ARM**2 - share**2))
    down = np.array([0.0, 0.0, 1.0]) - along[2] * along
    steep = float(np.linalg.norm(down))
    level = np.cross(down / steep, along)
    level *= np.sign(level[1] * out)
    return np.asarray(drop / steep * (down / steep) + np.sqrt(1.0 - (drop / steep) ** 2) * level)


def clip_of(name: str, posture: Posture, scene: Scene | None = None) -> Clip:
    """The clip of a posture on the fine grid."""
    positions = joints(posture)[::SUBSTEPS]
    return Clip(positions, SKELETON, FPS, scene or Scene(), STATURE, name=name)


def _turned(rotations: Array, vectors: Array) -> Array:
    return np.asarray(np.einsum("tij,tj->ti", rotations, vectors))


def over_knees(root: Array, pelvis: Array, knees: Sequence[Array | None]) -> Array:
    """The hips ``(T, 3)`` [m] nearest to ``root`` that keep their thighs' length.

    Args:
        root: middle between the hips ``(T, 3)`` [m].
        pelvis: its rotations ``(T, 3, 3)``.
        knees: where the left and the right knee bear ``(T, 3)`` [m], NaN where it does not.
    """
    centres = [
        None if knee is None else knee - pelvis @ (0.0, out * HALF_HIPS, 0.0)
        for knee, out in zip(knees, OUTWARD, strict=True)
    ]
    found = root.copy()
    bearing = [
        np.zeros(len(root), dtype=bool) if at is None else np.isfinite(at[:, 0]) for at in centres
    ]
    both = bearing[0] & bearing[1]
    for at, bears in zip(centres, bearing, strict=True):
        if at is not None:
            one = bears & ~both
            away = found[one] - at[one]
            length = np.linalg.norm(away, axis=1, keepdims=True)
            found[one] = at[one] + away / length * THIGH
    if both.any() and centres[0] is not None and centres[1] is not None:
        # Two spheres meet in a circle, unless they are one.
        first, second = centres[0][both], centres[1][both]
        middle, axis = (first + second) / 2.0, second - first
        apart = np.linalg.norm(axis, axis=1, keepdims=True)
        axis = np.where(apart > 1e-9, axis / np.maximum(apart, 1e-9), 0.0)
        away = found[both] - middle
        away -= np.sum(away * axis, axis=1, keepdims=True) * axis
        radius = np.sqrt(THIGH**2 - (apart / 2.0) ** 2)
        found[both] = middle + away / np.linalg.norm(away, axis=1, keepdims=True) * radius
    return np.asarray(found)
