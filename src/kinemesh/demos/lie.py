"""Down to sit on the ground, and onto the back."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.demos.body import (
    HALF_HIPS,
    HALF_SHOULDERS,
    HEEL,
    HIP_HEIGHT,
    LEG,
    OUTWARD,
    PELVIS_RISE,
    SHOULDER_RISE,
    TOE,
)
from kinemesh.demos.curves import ease, grid, hold
from kinemesh.demos.floor import (
    BACK_RISE,
    BALL_RISE,
    FLAT_FINGERS,
    SEAT_RISE,
    WRIST_RISE,
    Bearing,
    Leg,
    Reach,
    Trunk,
    clip_of,
    posed,
    reaching,
    resting_elbow,
)
from kinemesh.demos.timeline import Move, travel, turn, turned
from kinemesh.motion import Clip

DURATION = 6.6
"""[s]."""
DOWN, PROP, BACK, HEAD = (0.3, 1.9), (1.2, 2.1), (2.3, 3.9), (2.3, 4.2)
"""When the hips, the hands, the back and the head go to the ground [s]."""
ARMS, LEGS = (3.7, 4.4), ((4.2, 5.3), (4.9, 6.0))
"""When the arms go beside the body, and when the left and the right leg stretch out [s]."""
BEARINGS = (
    Bearing("seat", "ground", DOWN[1], DURATION),
    Bearing("back", "ground", BACK[1], DURATION),
    Bearing("head", "ground", HEAD[1], DURATION),
    *(
        Bearing(f"{side}_{part}", "ground", start, end)
        for side in ("left", "right")
        for part, start, end in (
            ("hand", PROP[1], ARMS[0]),
            ("hand", ARMS[1], DURATION),
            ("elbow", ARMS[1], DURATION),
        )
    ),
)
"""What bears besides the feet."""
SEAT = -0.42
"""The hips of who sits and lies, from where the ankles stood [m]."""
FLAT = -np.pi / 2.0
"""Pitch of who lies on the back [rad]."""
_PROPPED, _BESIDE = -0.14, 0.05
"""Wrists ahead of the hips, where they prop up and beside the body [m]."""
_HAND_ASIDE = 0.29
"""Wrists to the middle line [m]."""
_TOES_UP = -1.10
"""Pitch of the feet of who lies with stretched legs [rad]."""
_STRETCHED = 0.995
"""Hip to ankle there, of a straight leg's length."""


def supine_ball(side: int) -> tuple[float, float, float]:
    """Joint of the big toe of who lies with stretched legs [m]; the heel is on the ground."""
    foot = turned(0.0, _TOES_UP, 0.0)
    rise = -float((foot @ HEEL)[2])
    ankle = SEAT + float(np.sqrt((_STRETCHED * LEG) ** 2 - (SEAT_RISE - rise) ** 2))
    x, y, z = np.array([ankle, OUTWARD[side] * HALF_HIPS, rise]) + foot @ TOE
    return float(x), float(y), float(z)


def supine_arm(side: int) -> tuple[Array, Array]:
    """Wrist [m] of an arm that lies beside the body, and direction of its elbow, each ``(3,)``."""
    out = OUTWARD[side]
    shoulder = np.array([SEAT - PELVIS_RISE - SHOULDER_RISE, out * HALF_SHOULDERS, BACK_RISE])
    wrist = np.array([SEAT + _BESIDE, out * _HAND_ASIDE, WRIST_RISE])
    return wrist, resting_elbow(shoulder, wrist, out)


def lie() -> Clip:
    """A person of 1.75 m sits down on the ground and lies down on the back, arms beside.

    30 frames/s; the ground is at z = 0. What bears is in :data:`BEARINGS`.

    Examples:
        >>> kinemesh.demos.lie()
        Clip('lie', 199 frames at 30/s, kinemesh23, 1.75 m)
    """
    times = grid(DURATION)
    stand = (0.03, 0.0, HIP_HEIGHT - 0.008)
    lain = (0.0, FLAT, 0.0)
    bent = DOWN[0] + 0.9
    trunk = Trunk(
        travel(times, stand, Move(*DOWN, (SEAT, 0.0, SEAT_RISE))),
        turn(
            times,
            (0.0, 0.0, 0.0),
            Move(DOWN[0], bent, (0.0, 0.45, 0.0)),
            Move(bent, PROP[1], (0.0, -0.25, 0.0)),
            Move(BACK[0], BACK[1] - 0.3, lain),
        ),
        turn(
            times,
            (0.0, 0.04, 0.0),
            Move(DOWN[0], bent, (0.0, 0.95, 0.0)),
            Move(bent, PROP[1], (0.0, -0.15, 0.0)),
            Move(*BACK, lain),
        ),
        turn(
            times,
            (0.0, 0.06, 0.0),
            Move(DOWN[0], bent, (0.0, 0.70, 0.0)),
            Move(bent, PROP[1], (0.0, 0.30, 0.0)),
            Move(*HEAD, lain),
        ),
        turn(times, (0.0, 0.0, 0.0)),
    )
    ahead = 1.1 * hold(times, (DOWN[0], bent), (bent, PROP[1]))
    posture = posed(trunk, [_leg(times, side) for side in (0, 1)], [ahead - 0.05, ahead - 0.05])
    return clip_of("lie", reaching(posture, [_hand(times, side) for side in (0, 1)]))


def _leg(times: Array, side: int) -> Leg:
    """Flat on the ground, then stretched out."""
    stretch = LEGS[side]
    foot = turn(times, (0.0, 0.0, 0.0), Move(*stretch, (0.0, _TOES_UP, 0.0)))
    ball = travel(
        times,
        (float(TOE[0]), OUTWARD[side] * HALF_HIPS, BALL_RISE),
        Move(*stretch, supine_ball(side), 0.05),
    )
    return Leg(ball, foot, foot, travel(times, (1.0, 0.0, 1.0)))


def _hand(times: Array, side: int) -> Reach:
    """Behind the hips on the ground, then beside the body."""
    out = OUTWARD[side]
    wrist, elbow = supine_arm(side)
    propped = (SEAT + _PROPPED, out * _HAND_ASIDE, WRIST_RISE)
    return Reach(
        ease(times, *PROP),
        # Fingers come from above: they point further down on the way.
        travel(
            times,
            (propped[0], propped[1], WRIST_RISE + 0.08),
            Move(PROP[0] + 0.2, PROP[1], propped),
            Move(*ARMS, (wrist[0], wrist[1], wrist[2]), 0.02),
        ),
        travel(
            times,
            (-1.0, 0.4 * out, 0.0),
            Move(*BACK, (-0.3, 1.0 * out, 0.1)),
            Move(ARMS[0] + 0.25, ARMS[1], (elbow[0], elbow[1], elbow[2])),
        ),
        travel(times, (0.8, 0.6 * out, -0.2), Move(*ARMS, FLAT_FINGERS)),
    )
