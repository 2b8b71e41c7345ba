"""Down on one knee, then on both, and up again."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.demos.body import HALF_HIPS, HIP_HEIGHT, SHANK, THIGH, TOE
from kinemesh.demos.curves import grid, hold
from kinemesh.demos.floor import BALL_RISE, KNEE_RISE, Bearing, Leg, Trunk, clip_of, posed
from kinemesh.demos.timeline import Move, travel, turn, turned
from kinemesh.motion import Clip

DURATION = 7.4
"""[s]."""
DOWN, BOTH, ONE, UP = (0.3, 1.8), (2.1, 3.1), (4.1, 5.1), (5.4, 7.0)
"""When the right knee, then the left goes down, and when the left, then the right comes up [s]."""
BEARINGS = (
    Bearing("right_knee", "ground", DOWN[1], UP[0]),
    Bearing("left_knee", "ground", BOTH[1], ONE[0]),
)
"""What bears besides the feet."""
_ASIDE = HALF_HIPS
"""Feet and knees to the middle line [m]."""
_BALL = float(TOE[0])
"""Toe joint ahead of the ankle of a flat foot [m]."""
_CURLED = 1.40
"""Pitch of a foot that stands on its toes behind the knee [rad]."""
_FRONT = 0.30
"""The ankle of the standing foot ahead of the knee that kneels [m]."""
_AHEAD, _STAND = 0.03, HIP_HEIGHT - 0.008
"""Hips of who stands, ahead of the ankles and above the ground [m]."""


def kneel() -> Clip:
    """A person of 1.75 m steps ahead onto the right knee, kneels on both, and stands up.

    30 frames/s; the ground is at z = 0. What bears is in :data:`BEARINGS`.

    Examples:
        >>> kinemesh.demos.kneel()
        Clip('kneel', 223 frames at 30/s, kinemesh23, 1.75 m)
    """
    times = grid(DURATION)
    knee, height = _kneeling()
    front = knee + _FRONT
    hips = (knee, 0.0, height)
    root = travel(
        times,
        (_AHEAD, 0.0, _STAND),
        Move(*DOWN, hips),
        Move(*UP, (front + _AHEAD, 0.0, _STAND)),
    )
    bent = hold(times, DOWN, UP)
    upright = (0.0, 0.03, 0.0)
    leaning = Move(DOWN[0], DOWN[1] - 0.5, (0.0, 0.30, 0.0)), Move(DOWN[1] - 0.5, BOTH[0], upright)
    pushing = Move(UP[0] - 0.2, UP[0] + 0.7, (0.0, 0.40, 0.0)), Move(UP[0] + 0.7, UP[1], upright)
    trunk = Trunk(
        root,
        turn(times, (0.0, 0.0, 0.0)),
        turn(times, upright, *leaning, *pushing),
        turn(times, (0.0, 0.06, 0.0), Move(*DOWN, (0.0, 0.25, 0.0)), Move(*UP, (0.0, 0.06, 0.0))),
        turn(times, (0.0, 0.0, 0.0)),
    )
    swing = (hold(times, DOWN, BOTH) + hold(times, ONE, UP)) * 0.25
    arms = [0.15 * bent - 0.05 + sign * swing for sign in (-1.0, 1.0)]
    return clip_of("kneel", posed(trunk, [_left(times, front), _right(times, front)], arms))


def _kneeling() -> tuple[float, float]:
    """Where the knees come down ahead of the toes, and how high the hips then are [m]."""
    ankle = np.array([_BALL, 0.0, BALL_RISE]) - turned(0.0, _CURLED, 0.0) @ TOE
    knee = ankle[0] + np.sqrt(SHANK**2 - (ankle[2] - KNEE_RISE) ** 2)
    return float(knee), KNEE_RISE + THIGH


def _left(times: Array, front: float) -> Leg:
    """Ahead, back to kneel, ahead again."""
    back = (_BALL, _ASIDE, BALL_RISE)
    ahead = (front + _BALL, _ASIDE, BALL_RISE)
    step = (DOWN[0], DOWN[1] - 0.5)
    level, curled = (0.0, 0.0, 0.0), (0.0, _CURLED, 0.0)
    return Leg(
        travel(
            times,
            back,
            Move(*step, ahead, 0.10),
            Move(*BOTH, back, 0.06),
            Move(*ONE, ahead, 0.06),
        ),
        turn(times, level, Move(*BOTH, curled), Move(*ONE, level)),
        turn(times, level),
        travel(times, (1.0, 0.0, 0.0)),
    )


def _right(times: Array, front: float) -> Leg:
    """On its toes until it is up again, then beside the other."""
    start = (_BALL, -_ASIDE, BALL_RISE)
    beside = (front + _BALL, -_ASIDE, BALL_RISE)
    level, curled = (0.0, 0.0, 0.0), (0.0, _CURLED, 0.0)
    off = UP[0] + 0.55
    return Leg(
        travel(times, start, Move(off, UP[1], beside, 0.05)),
        turn(times, level, Move(DOWN[0] + 0.2, DOWN[1], curled), Move(off, UP[1], level)),
        turn(times, level),
        travel(times, (1.0, 0.0, 0.0)),
    )
