"""Two short exercises on the spot: a squat, and both arms raised."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinemesh.arrays import Array
from kinemesh.demos.body import (
    HIP_HEIGHT,
    OUTWARD,
    SKELETON,
    STATURE,
    Posture,
    hanging,
    joints,
    rotation,
    shoulders,
)
from kinemesh.demos.carriage import Manner, carry
from kinemesh.demos.curves import FPS, SUBSTEPS, grid, hold
from kinemesh.demos.gait import Place, foot_track
from kinemesh.motion import Clip

DURATION = 2.8
"""[s]."""
_DOWN, _UP = (0.15, 1.2), (1.6, 2.65)
"""When it begins and when it ends [s]."""
_HALF_WIDTH, _TOE_OUT = 0.11, 0.12
"""Ankles to the middle line [m]; heading of the feet [rad]."""
_SQUAT = {"height": 0.32, "back": 0.20, "pelvis": 0.35, "trunk": 0.55}
"""In the squat: hips lower and behind [m], pitches of pelvis and trunk [rad]."""
_REACH, _RAISE = 1.2, 2.5
"""Flexion of the shoulders, in the squat and raised [rad]."""
_LOOSE_ARM, _LOOSE_ELBOW = -0.05, 0.30
"""Flexion of shoulder and elbow of an arm at rest [rad]."""


def squat() -> Clip:
    """A person of 1.75 m bends the knees to a half squat, arms ahead, and stands up again.

    Examples:
        >>> kinemesh.demos.squat()
        Clip('squat', 85 frames at 30/s, kinemesh23, 1.75 m)
    """
    times = grid(DURATION)
    down = hold(times, _DOWN, _UP)
    bent = 1.0 - (1.0 - down) ** 2
    manner = Manner(
        height=HIP_HEIGHT - 0.006 - _SQUAT["height"] * down,
        back=_SQUAT["back"] * bent,
        pelvis_pitch=_SQUAT["pelvis"] * bent,
        trunk_pitch=0.04 + _SQUAT["trunk"] * bent,
        settle=0.12,
    )
    return _clip("squat", times, manner, _REACH * down)


def arm_raise() -> Clip:
    """A person of 1.75 m raises both arms ahead and overhead, and lowers them again.

    Examples:
        >>> kinemesh.demos.arm_raise()
        Clip('arm_raise', 85 frames at 30/s, kinemesh23, 1.75 m)
    """
    times = grid(DURATION)
    return _clip("arm_raise", times, Manner(), _RAISE * hold(times, _DOWN, _UP))


def _clip(name: str, times: Array, manner: Manner, flexion: Array) -> Clip:
    starts = [Place(0.0, out * _HALF_WIDTH, 0.0, out * _TOE_OUT) for out in OUTWARD]
    body = carry([foot_track(times, start, []) for start in starts], manner)
    posed = joints(_armed(body, _LOOSE_ARM + flexion))[::SUBSTEPS]
    return Clip(posed, SKELETON, FPS, height=STATURE, name=name)


def _armed(body: Posture, flexion: Array) -> Posture:
    """The posture with both arms at ``flexion`` ``(T,)`` [rad] from the vertical."""
    wrists, hands, elbows = [], [], []
    raised = rotation("y", -flexion)
    for shoulder, out in zip(shoulders(body.root, body.pelvis, body.trunk), OUTWARD, strict=True):
        offset, forearm = hanging(flexion, 0.0 * flexion + _LOOSE_ELBOW, out)
        wrists.append(shoulder + offset)
        hands.append(forearm)
        elbows.append(raised @ np.array([-1.0, 0.25 * out, 0.0]))
    return replace(body, wrists=wrists, hands=hands, elbows=elbows)
