"""A backflip: feet and hips are laid down on the ground, in the air gravity has the word.

The centre of mass flies on the parabola of the take-off while the body turns over in a tuck.
Masses of the segments after Winter 2009, table 4.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.demos import SKELETON
from kinemesh.demos.body import (
    ANKLE_HEIGHT,
    HIP_HEIGHT,
    OUTWARD,
    SIDES,
    STATURE,
    TOE,
    Posture,
    hanging,
    joints,
    rotation,
    shoulders,
)
from kinemesh.demos.curves import DT, FPS, SUBSTEPS, grid, quintic
from kinemesh.motion import Clip

DURATION = 4.2
"""[s]."""
OFF, LAND = 1.40, 2.06
"""When the toes leave the ground and when they are back [s]."""
GRAVITY = 9.81
"""[m/s^2]."""
_TUCK = (OFF + LAND) / 2.0
_HALF_WIDTH = 0.10
"""Ankles to the middle plane [m]."""
_ON_TOES, _LANDING = 0.70, 0.35
"""Pitch of the feet where they leave the ground and where they come back [rad]."""
_STANDING = HIP_HEIGHT - 0.006
_LIMBS = (
    *(("hip", "knee", 0.100, 0.433), ("knee", "ankle", 0.0465, 0.433)),
    *(("heel", "toe", 0.0145, 0.5), ("shoulder", "elbow", 0.028, 0.436)),
    *(("elbow", "hand", 0.016, 0.430), ("hand", "fingertip", 0.006, 0.506)),
)
"""Segments of each side: their ends, their share of the mass, and where its middle is."""


@dataclass(frozen=True, eq=False)
class _Manner:
    """How the body is bent, over time ``(T,)`` [rad]; it turns over backwards."""

    pelvis: Array
    """Pitch in the world, forwards."""
    foot: Array
    """Pitch in the world, toes down."""
    toes: Array
    """The same of the toes, which lie flat while they are planted."""
    trunk: Array
    """Pitch against the pelvis, forwards."""
    arm: Array
    """Flexion of the shoulders."""
    elbow: Array
    """Bend of the elbows."""

    def of(self, instants: slice) -> _Manner:
        """The same at some instants."""
        return _Manner(**{name: part[instants] for name, part in vars(self).items()})


def backflip() -> Clip:
    """A person of 1.75 m crouches, jumps, turns over backwards in a tuck, and stands again."""
    times = grid(DURATION)
    manner = _manner(times)
    up, down = (int(times.searchsorted(t - 1e-9)) for t in (OFF, LAND))
    hip = np.zeros((len(times), 3))
    hip[:, 0] = quintic(times, [(0.3, 0.03, 0), (1.1, -0.17, 0), (OFF, -0.03, 0.9)])
    hip[:, 2] = quintic(
        times, [(0.3, _STANDING, 0), (1.0, 0.58, 0), (1.18, 0.58, 0), (OFF, 0.88, 3.65)]
    )
    ankle = _planted(0.0, manner.foot)
    jump = slice(up - 1, up + 1)
    middle = _centre_of_mass(_drawn(manner.of(jump), hip[jump], ankle[jump]))
    speed = (middle[1] - middle[0]) / DT
    air = slice(up, down + 1)
    since = (times[air] - OFF)[:, None]
    flight = middle[1] + speed * since - (0.0, 0.0, GRAVITY / 2.0) * since**2
    there = _planted(float(flight[-1, 0]) - TOE[0] + 0.05, manner.foot)
    _fly(times, manner, flight, hip, ankle, there[down], air)
    fall = (hip[down] - hip[down - 1]) / DT
    x = float(there[-1, 0])
    after = times > LAND
    for axis, low, end in ((0, x - 0.15, x + 0.03), (2, 0.50, _STANDING)):
        knots = [(LAND, hip[down, axis], fall[axis]), (LAND + 0.24, low, 0.0)]
        stand = quintic(times, [*knots, (LAND + 0.5, low, 0.0), (LAND + 1.6, end, 0.0)])
        hip[after, axis] = stand[after]
    ankle[after] = there[after]
    positions = joints(_drawn(manner, hip, ankle))[::SUBSTEPS]
    return Clip(positions, SKELETON, FPS, height=STATURE, name="backflip")


def _centre_of_mass(posture: Posture) -> Array:
    """``(T, 3)`` [m]."""
    at = dict(zip(SKELETON.joints, np.moveaxis(joints(posture), 1, 0), strict=True))
    total = 0.081 * at["head"]
    for side in SIDES:
        total = total + 0.497 / 4.0 * (at[f"{side}_hip"] + at[f"{side}_shoulder"])
        for near, far, mass, share in _LIMBS:
            ends = at[f"{side}_{near}"], at[f"{side}_{far}"]
            total = total + mass * ((1.0 - share) * ends[0] + share * ends[1])
    return np.asarray(total)


def _manner(times: Array) -> _Manner:
    over = -2.0 * np.pi
    pelvis = [(0.3, 0.0, 0), (1.05, 0.40, 0), (OFF, -0.20, -5.0), (_TUCK, -2.8, -10.0)]
    pelvis += [(LAND, over + 0.60, -2.5), (LAND + 0.3, over + 0.40, 0.0), (LAND + 1.7, over, 0.0)]
    trunk = [(0.3, 0.04, 0), (1.05, 0.55, 0), (OFF, -0.10, 0), (_TUCK, 0.45, 0)]
    trunk += [(LAND, 0.30, 0), (LAND + 0.3, 0.45, 0), (LAND + 1.7, 0.04, 0)]
    arm = [(0.3, -0.05, 0), (0.95, -0.90, 0), (OFF, 2.5, 2.0), (_TUCK, 1.0, 0), (LAND, 0.9, 0)]
    arm += [(LAND + 0.4, 0.9, 0), (LAND + 1.6, -0.05, 0)]
    elbow = [(0.3, 0.3, 0), (0.95, 0.2, 0), (OFF, 0.3, 0), (_TUCK, 1.0, 0), (LAND, 0.5, 0)]
    elbow += [(LAND + 0.4, 0.5, 0), (LAND + 1.6, 0.3, 0)]
    turned = quintic(times, pelvis)
    foot = quintic(times, [(OFF - 0.16, 0.0, 0), (OFF, _ON_TOES, 9.0)])
    # in the air it goes with the pelvis, toes pointed
    away = [(OFF, _ON_TOES + 0.20, 9.0 + 5.0), (_TUCK, 0.6, 0.0), (LAND, _LANDING - 0.60, 2.5)]
    foot = np.where(times > OFF, turned + quintic(times, away), foot)
    flat = quintic(times, [(LAND, over + _LANDING, 0.0), (LAND + 0.1, over, 0.0)])
    foot = np.where(times >= LAND, flat, foot)
    bend = [(OFF, _ON_TOES, 0.0), (OFF + 0.15, 0.0, 0.0), (LAND - 0.15, 0.0, 0.0)]
    bent = quintic(times, [*bend, (LAND, _LANDING, 0.0)])
    air = (times > OFF) & (times < LAND)
    toes = np.where(air, foot - bent, np.where(times < LAND, 0.0, over))
    return _Manner(
        turned, foot, toes, quintic(times, trunk), quintic(times, arm), quintic(times, elbow)
    )


def _planted(x: float, pitch: Array) -> Array:
    """Ankles ``(T, 3)`` [m] in the middle plane, over toes that stay where they are."""
    return np.asarray(np.array([x, 0.0, ANKLE_HEIGHT]) + TOE - rotation("y", pitch) @ TOE)


def _fly(
    times: Array,
    manner: _Manner,
    flight: Array,
    hip: Array,
    ankle: Array,
    there: Array,
    air: slice,
) -> None:
    """Write hips and ankles of the instants in the ``air``, the centre of mass on ``flight``."""
    before, manner, now = manner.of(slice(0, air.start + 1)), manner.of(air), times[air]
    length, aim = _polar(before, (ankle - hip)[: air.start + 1])
    start = [(OFF, part[-1], (part[-1] - part[-2]) / DT) for part in (length, aim)]
    tuck = [(OFF + 0.24, 0.48, 0.0), (_TUCK + 0.06, 0.48, 0.0)]
    landed = (0.75, 0.5)
    for _ in range(40):  # the legs' last stretch moves the hips, which it is to fit: it settles
        legs = quintic(now, [start[0], (OFF + 0.06, 0.83, 0.0), *tuck, (LAND, landed[0], 0.0)])
        turn = quintic(now, [start[1], (_TUCK, 0.80, 0.0), (LAND, landed[1], 0.0)])
        offset = legs[:, None] * (rotation("y", manner.pelvis - turn) @ (0.0, 0.0, -1.0))
        hip[air] = flight - _centre_of_mass(_drawn(manner, 0.0 * offset, offset))
        reach = _polar(manner, there - hip[air])
        landed = (float(reach[0][-1]), float(reach[1][-1]))
    ankle[air] = hip[air] + offset


def _polar(manner: _Manner, offset: Array) -> tuple[Array, Array]:
    """Length [m] and direction ahead of the pelvis's down [rad] of ``(T, 3)`` from the hips."""
    local = np.einsum("tji,tj->ti", rotation("y", manner.pelvis), offset)
    return np.linalg.norm(local, axis=1), np.arctan2(local[:, 0], -local[:, 2])


def _drawn(manner: _Manner, hip: Array, ankle: Array) -> Posture:
    pelvis = rotation("y", manner.pelvis)
    trunk = rotation("y", manner.pelvis + manner.trunk)
    foot = rotation("y", manner.foot)
    raised = trunk @ rotation("y", -manner.arm)
    wrists, hands = [], []
    for shoulder, out in zip(shoulders(hip, pelvis, trunk), OUTWARD, strict=True):
        offset, forearm = hanging(manner.arm, manner.elbow, out)
        wrists.append(shoulder + np.einsum("tij,tj->ti", trunk, offset))
        hands.append(np.einsum("tij,tj->ti", trunk, forearm))
    return Posture(
        root=hip,
        pelvis=pelvis,
        trunk=trunk,
        head=trunk,
        ankles=[ankle + np.array([0.0, out * _HALF_WIDTH, 0.0]) for out in OUTWARD],
        feet=[foot, foot],
        toes=[rotation("y", manner.toes)] * 2,
        knees=[pelvis @ (1.0, 0.0, 0.0)] * 2,
        wrists=wrists,
        elbows=[raised @ (-1.0, 0.25 * out, 0.0) for out in OUTWARD],
        hands=hands,
    )
