"""From the back over the left side to hands and knees, onto one foot, and up."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.demos.body import HALF_HIPS, HALF_SHOULDERS, HIP_HEIGHT, SHANK, THIGH, TOE, rotation
from kinemesh.demos.curves import ease, grid, hold
from kinemesh.demos.floor import (
    BALL_RISE,
    FLAT_FINGERS,
    KNEE_RISE,
    SEAT_RISE,
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
from kinemesh.demos.lie import FLAT, SEAT, supine_arm, supine_ball
from kinemesh.demos.timeline import Move, travel, turned
from kinemesh.motion import Clip

DURATION = 8.0
"""[s]."""
HEAD, ARM = (0.9, 1.9), (0.4, 1.3)
"""When the head rises and when the left hand goes to where it props up [s]."""
LEGS = ((0.3, 1.3), (0.5, 1.5))
"""When the left and the right leg are drawn up [s]."""
ROLL, CROSS, OVER, STEP, UP = (1.5, 2.6), (1.4, 2.5), (2.7, 4.1), (4.5, 5.8), (5.9, 7.5)
"""Onto the side, the right hand across, over to hands and knees, onto a foot, and up [s]."""
SHIFT = (2.95, 4.1)
"""When the right hand goes to where it props up on hands and knees [s]."""
BEARINGS = (
    Bearing("seat", "ground", 0.0, ROLL[0]),
    Bearing("back", "ground", 0.0, CROSS[0]),
    Bearing("head", "ground", 0.0, HEAD[0]),
    Bearing("left_elbow", "ground", 0.0, ARM[0]),
    Bearing("right_elbow", "ground", 0.0, CROSS[0]),
    Bearing("left_hand", "ground", 0.0, ARM[0]),
    Bearing("left_hand", "ground", ARM[1], STEP[0]),
    Bearing("right_hand", "ground", 0.0, CROSS[0]),
    Bearing("right_hand", "ground", CROSS[1], SHIFT[0]),
    Bearing("right_hand", "ground", SHIFT[1], STEP[0]),
    Bearing("left_knee", "ground", ROLL[1], UP[0]),
    Bearing("right_knee", "ground", OVER[1], STEP[0]),
)
"""What bears besides the feet."""
_CURLED, _FRONT = 1.40, 0.30
"""Pitch of a foot that stands on its toes behind the knee [rad]; ankle ahead of it [m]."""
_BEHIND = np.pi
"""Pitch of a foot that was rolled over with the leg and then stands flat [rad]."""
_ROLLED = 0.20
"""The hips roll this far to the left until they lie on their side [m]."""
_KNEE_BACK = 0.18
"""The knee of who lies on the side is this far towards the feet from the hips [m]."""
_SIDE_RISE = 0.02
"""The ankle of a leg on its side is so much higher than its knee [m]."""
_PRONE = 0.24
"""The spine of who is on hands and knees rises by this towards the head [rad]."""


def _knees() -> tuple[Array, Array]:
    """Where the left and the right knee kneel ``(3,)`` [m]."""
    ahead = np.sqrt(THIGH**2 - _KNEE_BACK**2 - (SEAT_RISE - KNEE_RISE) ** 2)
    left = np.array([SEAT + _KNEE_BACK, _ROLLED + ahead, KNEE_RISE])
    return left, np.array([left[0], left[1] + 2.0 * HALF_HIPS, KNEE_RISE])


def _lying(roll: Array, rise: Array) -> Array:
    """Rotations ``(T, 3, 3)`` of who lay on the back and rolled to the left, then rose [rad]."""
    return rotation("y", rise) @ rotation("x", -roll) @ turned(0.0, FLAT, 0.0)


def get_up() -> Clip:
    """A person of 1.75 m lies on the back, turns onto hands and knees, kneels and stands up.

    30 frames/s; the ground is at z = 0. What bears is in :data:`BEARINGS`.

    Examples:
        >>> kinemesh.demos.get_up()
        Clip('get_up', 241 frames at 30/s, kinemesh23, 1.75 m)
    """
    times = grid(DURATION)
    left, right = _knees()
    half = np.pi / 2.0
    roll = half * (ease(times, *ROLL) + ease(times, *OVER))
    twist = half * (ease(times, ROLL[0] - 0.1, ROLL[1]) + ease(times, *OVER))
    upright = ease(times, STEP[0] + 0.3, STEP[1])
    pelvis = _lying(roll, _PRONE * ease(times, *OVER) + (half - _PRONE) * upright)
    propped = 0.30 * ease(times, ROLL[0] - 0.1, ROLL[1] - 0.2) + (_PRONE - 0.30) * ease(
        times, *OVER
    )
    leaning = 0.40 * hold(times, (UP[0] - 0.2, UP[0] + 0.7), (UP[0] + 0.7, UP[1]))
    trunk = _lying(twist, propped + (half - 0.03 - _PRONE) * upright - leaning)
    lifted = 0.5 * ease(times, *HEAD) + 0.3 * ease(times, *OVER)
    head = _lying(twist, lifted + (half - 0.06 - 0.8) * upright)
    on_side = travel(times, (SEAT, 0.0, SEAT_RISE), Move(*ROLL, (SEAT, _ROLLED, SEAT_RISE)))
    on_side[:, 2] += HALF_HIPS * np.sin(np.minimum(roll, half))
    over = np.array([left[0], left[1] + HALF_HIPS, KNEE_RISE + THIGH])
    front = left[0] - _FRONT
    stand = np.array([front - 0.03, over[1], HIP_HEIGHT - 0.008])
    root = on_side + ease(times, *OVER)[:, None] * (over - (SEAT, _ROLLED, SEAT_RISE + HALF_HIPS))
    root += ease(times, *UP)[:, None] * (stand - over)
    borne = [
        np.where(((times >= start) & (times <= end))[:, None], knee, np.nan)
        for knee, start, end in ((left, ROLL[1], UP[0]), (right, OVER[1], STEP[0]))
    ]
    body = Trunk(
        over_knees(root, pelvis, borne),
        pelvis,
        trunk,
        head,
        np.tile(turned(np.pi, 0, 0), (len(times), 1, 1)),
    )
    swing = 0.25 * hold(times, STEP, UP)
    # Hands leave the ground ahead, so that fingers do not go into it.
    ahead = 1.2 * (1.0 - ease(times, STEP[0] + 0.3, STEP[1])) - 0.05
    posture = posed(
        body, [_left_leg(times, front), _right_leg(times, front)], [ahead + swing, ahead - swing]
    )
    return clip_of("get_up", reaching(posture, [_left_hand(times), _right_hand(times)]))


def _kneeling(knee: Array) -> tuple[Array, Array]:
    """Ball of a foot on its toes behind a knee, and from ankle to knee, each ``(3,)`` [m]."""
    ball = turned(np.pi, _CURLED, 0.0) @ TOE
    rise = BALL_RISE - ball[2] - KNEE_RISE
    shank = np.array([np.sqrt(SHANK**2 - rise**2), 0.0, rise])
    return knee + shank + ball, -shank


def _foot(roll: Array, pitch: Array) -> Array:
    return rotation("x", -roll) @ rotation("y", pitch)


def _left_leg(times: Array, front: float) -> Leg:
    """Drawn up, onto its outer side, then onto its toes until it stands beside the right."""
    knee, _ = _knees()
    ball, shin = _kneeling(knee)
    off = UP[0] + 0.55
    first = supine_ball(0)
    beside = (front - TOE[0], knee[1], BALL_RISE)
    drawn, up = ease(times, *LEGS[0]), ease(times, off, UP[1])
    # The foot lies on its outer side while the body does, and goes over with it.
    over = ease(times, *OVER)
    turn = 0.5 * (ease(times, *ROLL) + over)
    roll = np.pi * turn
    pitch = -1.10 * (1.0 - drawn) + (_CURLED - _BEHIND) * turn - _CURLED * up
    toes = -1.10 * (1.0 - drawn) - _BEHIND * turn
    # The shank from the ground to where it kneels, about the knee, toes over the ground.
    rise = _SIDE_RISE + (-shin[2] - _SIDE_RISE) * over + 0.07 * np.sin(np.pi * over)
    shank = np.stack([np.sqrt(SHANK**2 - rise**2), 0.0 * rise, rise], axis=-1)
    lying = knee + shank + _foot(roll, pitch) @ TOE
    side = lying[np.searchsorted(times, ROLL[1])]
    path = travel(
        times,
        first,
        Move(*LEGS[0], (float(TOE[0]), first[1], BALL_RISE), 0.05),
        Move(*ROLL, tuple(side), 0.10),
        Move(*OVER, tuple(ball)),
        Move(off, UP[1], beside, 0.05),
    )
    down = (times >= ROLL[1]) & (times < off)
    path[down] = lying[down]
    thigh = knee - (SEAT, _ROLLED, SEAT_RISE)
    pole = travel(times, (1.0, 0.0, 1.0), Move(*ROLL, tuple(thigh)))
    pole[times >= ROLL[1]] = -shank[times >= ROLL[1]]
    return Leg(path, _foot(roll, pitch), _foot(roll, toes), pole)


def _right_leg(times: Array, front: float) -> Leg:
    """Drawn up, over the left, down behind the knee, then ahead to stand."""
    _, knee = _knees()
    ball, shin = _kneeling(knee)
    first = supine_ball(1)
    path = travel(
        times,
        first,
        Move(*LEGS[1], (float(TOE[0]), first[1], BALL_RISE), 0.05),
        Move(*ROLL, (float(ball[0]), float(ball[1]) - 0.34, 0.30), 0.28),
        Move(*OVER, tuple(ball), 0.30),  # over the left foot
        Move(STEP[0], STEP[1] - 0.2, (front - TOE[0], knee[1], BALL_RISE), 0.06),
    )
    drawn, rolled, over = ease(times, *LEGS[1]), ease(times, *ROLL), ease(times, *OVER)
    step = ease(times, STEP[0], STEP[1] - 0.2)
    turn = 0.5 * (rolled + over)
    pitch = -1.10 * (1.0 - drawn) + (_CURLED - _BEHIND) * turn - _CURLED * step
    toes = -1.10 * (1.0 - drawn) - _BEHIND * turn
    down = 2.0 * shin - (0.0, 0.0, 0.5)
    pole = travel(times, (1.0, 0.0, 1.0), Move(*ROLL, (-0.3, 0.6, 0.3)), Move(*OVER, tuple(down)))
    return Leg(path, _foot(np.pi * turn, pitch), _foot(np.pi * turn, toes), pole)


def _hands_down(times: Array) -> Array:
    return 1.0 - ease(times, STEP[0], STEP[0] + 0.7)


def _left_hand(times: Array) -> Reach:
    """From beside the body to below the shoulder that it will prop up."""
    wrist, elbow = supine_arm(0)
    knee, _ = _knees()
    place = (knee[0] - 0.50, knee[1] + HALF_HIPS - HALF_SHOULDERS, WRIST_RISE)
    middle = (ARM[0] + ARM[1]) / 2.0
    return Reach(
        _hands_down(times),
        travel(times, tuple(wrist), Move(*ARM, place, 0.06)),
        # Up, lest it goes through the ground, and to the feet.
        travel(
            times,
            tuple(elbow),
            Move(ARM[0], middle, (0.0, 0.3, 1.0)),
            Move(middle, ARM[1] + 0.2, (1.0, -0.2, 0.3)),
            Move(*OVER, (1.0, -0.35, 0.0)),
        ),
        travel(
            times,
            FLAT_FINGERS,
            Move(ARM[0], middle + 0.1, (0.3, 1.0, -0.2)),
            Move(middle - 0.1, ARM[1], (-0.8, 0.6, -0.2)),
        ),
    )


def _right_hand(times: Array) -> Reach:
    """Across to the left, then below its shoulder."""
    wrist, elbow = supine_arm(1)
    _, knee = _knees()
    place = (knee[0] - 0.50, knee[1] - HALF_HIPS + HALF_SHOULDERS, WRIST_RISE)
    return Reach(
        _hands_down(times),
        travel(
            times,
            tuple(wrist),
            Move(*CROSS, (SEAT - 0.48, _ROLLED + 0.32, WRIST_RISE), 0.38),
            Move(*SHIFT, place, 0.08),
        ),
        travel(times, tuple(elbow), Move(*CROSS, (1.0, 0.0, 0.3)), Move(*OVER, (1.0, 0.35, 0.0))),
        travel(
            times,
            FLAT_FINGERS,
            Move(*CROSS, (-0.6, 0.8, -0.2)),
            Move(*SHIFT, (-1.0, 0.0, -0.2)),
        ),
    )
