"""On hands and knees, four cycles ahead: a hand and the knee of the other side at a time."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.demos.body import (
    HALF_HIPS,
    HALF_SHOULDERS,
    OUTWARD,
    SHANK,
    THIGH,
    TOE,
    rotation,
)
from kinemesh.demos.curves import bump, grid
from kinemesh.demos.floor import (
    BALL_RISE,
    FLAT_FINGERS,
    KNEE_RISE,
    WRIST_RISE,
    Bearing,
    Leg,
    Reach,
    Trunk,
    clip_of,
    over_knees,
    posed,
    reaching,
)
from kinemesh.demos.timeline import Move, travel, turn, turned
from kinemesh.motion import Clip

CYCLES = 4
"""How often every limb moves."""
STRIDE = 0.26
"""How far a limb moves at a time [m]."""
_STILL, _SWING = 0.4, 0.68
"""At rest at both ends, and from one change of limbs to the next [s]."""
DURATION = 2 * _STILL + 2 * CYCLES * _SWING
"""[s]."""
_PITCH, _HEAD = 1.33, 0.80
"""Of pelvis and trunk, and of the head, forwards from the vertical [rad]."""
_ROLL, _LIFT = 0.14, 0.035
"""The hip of the swinging knee rises by this [rad], and its foot [m]."""
_FLAT, _TOES = 2.45, 2.85
"""Pitch of the feet and of the toes, their upper sides down [rad]."""
_HANDS = 0.50
"""Wrists ahead of the hips [m]."""


def steps(side: int, *, hand: bool) -> list[tuple[float, float]]:
    """When the limb of a side, 0 or 1, swings: start and end [s]."""
    first = side if hand else 1 - side
    starts = [_STILL + (2 * k + first) * _SWING for k in range(CYCLES)]
    return [(start, start + _SWING) for start in starts]


def _bearings() -> tuple[Bearing, ...]:
    found = []
    for side, name in enumerate(("left", "right")):
        for part, hand in (("hand", True), ("knee", False)):
            times = [0.0, *(t for step in steps(side, hand=hand) for t in step), DURATION]
            for start, end in zip(times[::2], times[1::2], strict=True):
                found.append(Bearing(f"{name}_{part}", "ground", start, end))
    return tuple(found)


BEARINGS = _bearings()
"""What bears besides the feet."""


def crawl() -> Clip:
    """A person of 1.75 m crawls ahead on hands and knees, about a metre.

    30 frames/s; the ground is at z = 0. What bears is in :data:`BEARINGS`. A limb that bears does
    not move at all; between two swings everything is at rest for an instant.

    Examples:
        >>> kinemesh.demos.crawl()
        Clip('crawl', 188 frames at 30/s, kinemesh23, 1.75 m)
    """
    times = grid(DURATION)
    hump = np.zeros((2, len(times)))
    for side in (0, 1):
        for start, end in steps(side, hand=False):
            hump[side] += bump(times, start, end)
    pelvis = rotation("x", _ROLL * (hump[0] - hump[1])) @ turned(0.0, _PITCH, 0.0)
    knees = [
        _advancing(times, side, (0.0, out * HALF_HIPS, KNEE_RISE), False)
        for side, out in enumerate(OUTWARD)
    ]
    changes = [_STILL + k * _SWING for k in range(2 * CYCLES)]
    level = KNEE_RISE + float(np.sqrt(THIGH**2 - (STRIDE / 4.0) ** 2))
    root = travel(
        times,
        (0.0, 0.0, level),
        *(
            Move(change, change + _SWING, ((k + 1) * STRIDE / 2.0, 0.0, level))
            for k, change in enumerate(changes)
        ),
    )
    borne = [np.where(hump[side][:, None] > 0.0, np.nan, knee) for side, knee in enumerate(knees)]
    still = turn(times, (0.0, 0.0, 0.0))
    trunk = Trunk(
        over_knees(root, pelvis, borne),
        pelvis,
        turn(times, (0.0, _PITCH, 0.0)),
        turn(times, (0.0, _HEAD, 0.0)),
        still,
    )
    legs = [_leg(times, side, knee) for side, knee in enumerate(knees)]
    posture = posed(trunk, legs, [0.0 * times, 0.0 * times])
    return clip_of("crawl", reaching(posture, [_hand(times, side) for side in (0, 1)]))


def _advancing(times: Array, side: int, where: tuple[float, float, float], hand: bool) -> Array:
    """A point of a limb, below the hips or ahead of them by ``where``, over all its steps."""
    swings = steps(side, hand=hand)
    # Whoever swings first starts behind.
    behind = -1.0 if swings[0][0] == _STILL else 1.0
    x, y, z = where
    x += behind * STRIDE / 4.0
    moves = (
        Move(start, end, (x + (k + 1) * STRIDE, y, z), _LIFT)
        for k, (start, end) in enumerate(swings)
    )
    return travel(times, (x, y, z), *moves)


def _leg(times: Array, side: int, knee: Array) -> Leg:
    """The foot lies flat behind the knee and goes with it."""
    foot = turned(0.0, _FLAT, 0.0)
    rise = BALL_RISE - float((foot @ TOE)[2]) - KNEE_RISE
    shank = np.array([-np.sqrt(SHANK**2 - rise**2), 0.0, rise])
    return Leg(
        knee + shank + foot @ TOE,
        turn(times, (0.0, _FLAT, 0.0)),
        turn(times, (0.0, _TOES, 0.0)),
        0.0 * knee - shank,
    )


def _hand(times: Array, side: int) -> Reach:
    out = OUTWARD[side]
    return Reach(
        1.0 + 0.0 * times,
        _advancing(times, side, (_HANDS, out * HALF_SHOULDERS, WRIST_RISE), True),
        travel(times, (-1.0, 0.35 * out, 0.0)),
        travel(times, FLAT_FINGERS),
    )
