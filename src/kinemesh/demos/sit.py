"""Up to a chair and round, down on it, against its back, and up again."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.demos.body import HIP_HEIGHT, OUTWARD, rotation
from kinemesh.demos.carriage import Manner, carry
from kinemesh.demos.curves import grid, hold
from kinemesh.demos.floor import SEAT_RISE, Bearing, Reach, clip_of, reaching
from kinemesh.demos.gait import FootTrack, Place, Step, foot_track
from kinemesh.demos.timeline import travel
from kinemesh.motion import Clip, Prop, Scene, Shape

DURATION = 8.0
"""[s]."""
DOWN, UP = (2.7, 4.1), (6.1, 7.5)
"""When the hips go down to the seat and when they leave it [s]."""
LEAN, STRAIGHTEN = (4.1, 4.9), (5.3, 6.0)
"""When the back goes to the back of the chair and when it leaves it [s]."""
BEARINGS = (
    Bearing("seat", "chair", DOWN[1], UP[0]),
    Bearing("back", "chair", LEAN[1], STRAIGHTEN[0]),
)
"""What bears besides the feet."""
SEAT = (0.44, 0.48, 0.45)
"""Depth, width and height of the chair's seat [m]."""
_FEET = 0.38
"""The ankles of who sits ahead of the hips [m]."""
_RECLINE = 0.20
"""Of the back of the chair, and of who leans on it, from the vertical [rad]."""
_MARGIN = 0.24
"""The seat's front edge ahead of the hips of who sits [m]."""
_BEHIND = 0.12
"""Of pelvis and shoulders ahead of the back of the chair [m]."""
_BACK = (0.06, 0.40, 0.62)
"""Thickness, width and length of the back of the chair [m]."""
_STAND = (1.05, -0.06, np.pi / 2.0)
"""Where who sits has the feet: x, y [m], heading [rad]."""
_ASIDE, _TOE_OUT = 0.10, 0.10
"""Ankles to the middle line [m]; heading of the feet [rad]."""
_ANKLE_TO_HIP = 0.03
"""The hips of who stands ahead of the ankles [m]."""


def feet(times: Array) -> list[FootTrack]:
    """The tracks of the left and right foot at ``times`` [s]."""
    x, y, facing = _STAND

    def step(place: Place, off: float, land: float) -> Step:
        return Step(place, off, off + 0.44, push_pitch=0.55, land_pitch=land, lift=0.04)

    left = [
        step(Place(0.42, _ASIDE, 0.0, _TOE_OUT), 0.40, -0.2),
        # Beside the way of the right foot, which passes it.
        step(Place(0.84, 0.14, 0.0, 0.80), 1.30, -0.1),
        step(Place(x - _ASIDE, y, 0.0, facing + _TOE_OUT), 2.20, -0.05),
    ]
    right = [
        step(Place(0.62, -_ASIDE, 0.0, 0.35), 0.85, -0.15),
        step(Place(x + _ASIDE, y, 0.0, facing - _TOE_OUT), 1.75, -0.05),
    ]
    starts = [Place(0.0, out * _ASIDE, 0.0, out * _TOE_OUT) for out in OUTWARD]
    return [
        foot_track(times, start, steps) for start, steps in zip(starts, (left, right), strict=True)
    ]


def chair() -> Shape:
    """A block to sit on with a slanted back, ahead along x, the hips of who sits above zero."""
    depth, _, height = SEAT
    seat = Shape.box(SEAT, (_MARGIN - depth / 2.0, 0.0, height / 2.0))
    thick, _, long = _BACK
    back = Shape.box(_BACK, (-_BEHIND - thick / 2.0, 0.0, long / 2.0 - SEAT_RISE))
    slanted = back.vertices @ rotation("y", np.asarray(-_RECLINE)).T + (
        0.0,
        0.0,
        height + SEAT_RISE,
    )
    return Shape.union([seat, Shape.convex(slanted)])


def sit() -> Clip:
    """A person of 1.75 m walks up to a chair, turns, sits down, leans back and stands up.

    30 frames/s; the ground is at z = 0, the chair is the prop ``chair``, which stands still and
    is as much smaller for a robot as the robot is. What bears is in :data:`BEARINGS`.

    Examples:
        >>> kinemesh.demos.sit()
        Clip('sit', 241 frames at 30/s, kinemesh23, 1.75 m, chair)
    """
    times = grid(DURATION)
    down = hold(times, DOWN, UP)
    leaning = hold(times, (DOWN[0], DOWN[0] + 0.65), (DOWN[1] - 0.75, DOWN[1])) + hold(
        times, (UP[0] - 0.5, UP[0] + 0.2), (UP[0] + 0.4, UP[1])
    )
    back = hold(times, LEAN, STRAIGHTEN)
    upright = 0.04
    posture = carry(
        feet(times),
        Manner(
            height=HIP_HEIGHT - 0.006 - (HIP_HEIGHT - 0.006 - SEAT[2] - SEAT_RISE) * down,
            back=(_FEET + _ANKLE_TO_HIP) * (1.0 - (1.0 - down) ** 2),
            pelvis_pitch=0.40 * leaning - _RECLINE * back,
            trunk_pitch=upright + 0.75 * leaning - (_RECLINE + upright) * back,
            head_pitch=0.10 + 0.20 * leaning - 0.10 * back,
            lead=0.40,
            veer=0.40,
            settle=0.12,
            sway=0.03,
            turn=0.05,
            drop=0.03,
            arm_swing=0.25,
        ),
    )
    x, y, facing = _STAND
    place = np.array([x, y - _FEET, 0.0, 0.0, 0.0, np.sin(facing / 2.0), np.cos(facing / 2.0)])
    track = np.tile(place, (round(DURATION * 30) + 1, 1))
    prop = Prop("chair", chair(), track, robot_scale=None)
    return clip_of("sit", reaching(posture, _hands(times)), Scene(props=(prop,)))


def _hands(times: Array) -> list[Reach]:
    """On the thighs of who sits."""
    x, y, facing = _STAND
    turned = rotation("z", np.asarray(facing))
    share = hold(times, (DOWN[0] + 0.2, DOWN[1]), (UP[0] - 0.5, UP[0] + 0.4))
    found = []
    for out in OUTWARD:
        wrist = np.array([x, y - _FEET, 0.0]) + turned @ (0.19, 0.15 * out, 0.656)
        elbow, fingers = turned @ (-1.0, 0.5 * out, 0.0), turned @ (1.0, -0.15 * out, -0.35)
        found.append(
            Reach(share, *(travel(times, vector.tolist()) for vector in (wrist, elbow, fingers)))
        )
    return found
