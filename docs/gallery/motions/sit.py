"""Down on a box behind and up again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinemesh.arrays import Array
from kinemesh.demos import SKELETON
from kinemesh.demos.body import FOREARM, HIP_HEIGHT, OUTWARD, SIDES, STATURE, THIGH, Posture, joints
from kinemesh.demos.carriage import Manner, carry
from kinemesh.demos.curves import FPS, SUBSTEPS, grid, hold
from kinemesh.demos.gait import Place, foot_track
from kinemesh.motion import Clip, Scene, Shape, Terrain

DURATION = 7.0
"""[s]."""
SEAT = (0.42, 0.60, 0.45)
"""Depth, width and height of what is sat on [m]."""
SEATED = 0.09
"""Hips over the seat [m]."""
DOWN, UP = (0.6, 2.2), (4.4, 6.0)
"""When the hips go down and when they come up [s]."""
_BACK, _EDGE = 0.44, 0.24
"""The hips go back by this; the seat begins so far ahead of them [m]."""
_HALF_WIDTH, _TOE_OUT = 0.11, 0.12
"""Ankles to the middle line [m]; heading of the feet [rad]."""


def sit() -> Clip:
    """A person sits down on a box behind, rests the hands on the thighs, and stands up again."""
    times = grid(DURATION)
    down = hold(times, DOWN, UP)
    bent = 1.0 - (1.0 - down) ** 2
    leaning = 4.0 * down * (1.0 - down)
    standing = HIP_HEIGHT - 0.006
    manner = Manner(
        height=standing - (standing - SEAT[2] - SEATED) * down,
        back=_BACK * (0.75 * bent + 0.25 * down),
        pelvis_pitch=0.35 * leaning - 0.10 * down,
        trunk_pitch=0.04 + 0.60 * leaning,
        head_pitch=0.06 + 0.15 * leaning,
        settle=0.10,
    )
    starts = [Place(0.0, out * _HALF_WIDTH, 0.0, out * _TOE_OUT) for out in OUTWARD]
    posture = carry([foot_track(times, start, []) for start in starts], manner)
    posture = _hands_on_thighs(posture, hold(times, (0.9, 2.6), (4.2, 5.4)))
    seat = Shape.box(SEAT, (_EDGE - _BACK - SEAT[0] / 2.0, 0.0, SEAT[2] / 2.0))
    scene = Scene(terrain=Terrain(seat, "seat"))
    return Clip(joints(posture)[::SUBSTEPS], SKELETON, FPS, scene, STATURE, name="sit")


def _hands_on_thighs(posture: Posture, share: Array) -> Posture:
    """The posture with its wrists over the thighs, by a share ``(T,)``."""
    at = dict(zip(SKELETON.joints, np.moveaxis(joints(posture), 1, 0), strict=True))
    on = share[:, None]
    wrists, elbows, hands = [], [], []
    for side, out in enumerate(OUTWARD):
        hip, knee = at[f"{SIDES[side]}_hip"], at[f"{SIDES[side]}_knee"]
        thigh = (knee - hip) / THIGH
        upwards = np.cross(np.cross(thigh, (0.0, 0.0, 1.0)), thigh)
        rest = hip + 0.60 * THIGH * thigh + 0.12 * upwards + np.array([0.0, 0.02 * out, 0.0])
        arc = 4.0 * on * (1.0 - on) * np.array([0.0, 0.04 * out, 0.07])  # round the thighs
        forearm = posture.hands[side] / FOREARM
        wrists.append(posture.wrists[side] + on * (rest - posture.wrists[side]) + arc)
        elbows.append(posture.elbows[side] + on * np.array([0.0, 0.35 * out, 0.0]))
        hands.append(forearm + on * (thigh + np.array([0.0, 0.0, 0.05]) - forearm))
    return replace(posture, wrists=wrists, elbows=elbows, hands=hands)
