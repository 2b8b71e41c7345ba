"""A box is lifted from the ground, carried and put down again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.demos.body import (
    FOREARM,
    HIP_HEIGHT,
    OUTWARD,
    SKELETON,
    STATURE,
    UPPER_ARM,
    Posture,
    joints,
    shoulders,
)
from kinemesh.demos.carriage import Manner, carry
from kinemesh.demos.curves import FPS, SUBSTEPS, ease, grid, hold
from kinemesh.demos.gait import FootTrack, Place, Step, foot_track
from kinemesh.motion import Clip, Prop, Scene, Shape

DURATION = 8.4
"""[s]."""
BOX = (0.30, 0.40, 0.30)
"""Size of the box: depth, width across the person, height [m]."""
AHEAD = 0.47
"""Middle of the box ahead of the ankles, standing on the ground [m]."""
GRASP, RELEASE = 1.6, 6.75
"""When the hands close on the box and when they open [s]."""
LIFT, LOWER = (1.7, 2.9), (5.45, 6.65)
"""When the box goes up and when it goes down [s]."""
_WRIST = (-0.07, BOX[1] / 2.0 + 0.03, 0.03)
"""Of the left wrist in the box's frame [m]; the right one mirrors it."""
_FINGERS = (0.93, -0.08, -0.36)
"""Direction of the left fingers in the box's frame."""
_CARRIED = (0.37, 0.06)
"""Middle of the carried box ahead of the hips and above them [m]."""
_HALF_WIDTH, _TOE_OUT = 0.11, 0.12
"""Ankles to the middle line [m]; heading of the feet [rad]."""
_STEP, _STEP_TIME, _SWING = 0.36, 0.62, 0.44
"""Step length [m], time from step to step, and of a swing [s]."""
_SQUAT = {"height": 0.54, "back": 0.27, "pelvis": 0.60, "trunk": 1.00}
"""In the squat: hips lower and behind [m], pitches of pelvis and trunk [rad]."""


def feet(times: Array) -> list[FootTrack]:
    """The tracks of the left and right foot at ``times`` [s]."""
    tracks = []
    for side, out in enumerate(OUTWARD):
        start = Place(0.0, out * _HALF_WIDTH, 0.0, out * _TOE_OUT)
        steps = []
        for k in range(side, 4, 2):
            off = 3.0 + k * _STEP_TIME
            steps.append(
                Step(
                    replace(start, x=min(k + 1, 3) * _STEP),
                    off,
                    off + _SWING,
                    push_pitch=0.55,
                    land_pitch=-0.15,
                    lift=0.04,
                )
            )
        tracks.append(foot_track(times, start, steps))
    return tracks


def touching(times: Array) -> NDArray[np.bool_]:
    """Whether the hands hold the box at ``times`` [s]."""
    return (times >= GRASP - 1e-9) & (times <= RELEASE + 1e-9)


def lift_box() -> Clip:
    """A person of 1.75 m squats, lifts a box, carries it four steps ahead and puts it down.

    30 frames/s; the ground is at z = 0, the box is the prop ``box``. While the contact labels
    of the hands are true the wrists do not move in the box's frame; planted feet do not move.

    Examples:
        >>> kinemesh.demos.lift_box()
        Clip('lift_box', 253 frames at 30/s, kinemesh23, 1.75 m, box)
    """
    times = grid(DURATION)
    down = hold(times, (0.35, 1.55), (LIFT[0], LIFT[1])) + hold(times, LOWER, (6.9, 8.0))
    # The hips go back before they go down: knees stay behind the box.
    bent = 1.0 - (1.0 - down) ** 2
    body = carry(
        feet(times),
        Manner(
            height=HIP_HEIGHT - 0.006 - _SQUAT["height"] * down,
            back=_SQUAT["back"] * bent,
            pelvis_pitch=_SQUAT["pelvis"] * bent,
            trunk_pitch=0.03 + _SQUAT["trunk"] * bent,
            head_pitch=0.10 + 0.45 * down,
            settle=0.12,
            sway=0.045,
            turn=0.04,
            drop=0.03,
            arm_swing=0.1,
        ),
    )
    box = _box_track(times, body.root)
    frames = slice(None, None, SUBSTEPS)
    held = touching(times[frames])
    return Clip(
        joints(_reaching(times, body, box, down))[frames],
        SKELETON,
        FPS,
        Scene(props=(Prop("box", Shape.box(BOX), box[frames]),)),
        STATURE,
        contacts={"left_hand": held, "right_hand": held},
        name="lift_box",
    )


def _box_track(times: Array, hips: Array) -> Array:
    """Poses ``(T, 7)`` of the box: on the ground, before the belly, on the ground."""
    ahead, above = _CARRIED
    track = np.tile((AHEAD, 0.0, BOX[2] / 2.0, 0.0, 0.0, 0.0, 1.0), (len(times), 1))
    track[:, 0] += 3 * _STEP * ease(times, 4.0, 5.5)
    # Up first and then to the belly; away from it before going down.
    near = hold(times, (LIFT[0] + 0.4, LIFT[1] + 0.2), (LOWER[0] - 0.2, LOWER[1] - 0.4))
    high = hold(times, LIFT, LOWER)
    track[:, 0] += near * (hips[:, 0] + ahead - track[:, 0])
    track[:, 1] += near * hips[:, 1]
    track[:, 2] += high * (HIP_HEIGHT + above - track[:, 2])
    return track


def _reaching(times: Array, body: Posture, box: Array, down: Array) -> Posture:
    """The posture with its hands at the box from grasp to release; in the squat elbows go out."""
    reach = hold(times, (0.40, GRASP - 0.05), (RELEASE + 0.05, 7.95))
    closed = hold(times, (GRASP - 0.4, GRASP), (RELEASE, RELEASE + 0.4))
    shoulder = shoulders(body.root, body.pelvis, body.trunk)
    wrists, hands, elbows = [], [], []
    for side, out in enumerate(OUTWARD):
        mirror = np.array([1.0, out, 1.0])
        grasp = box[:, :3] + mirror * _WRIST
        grasp[:, 1] += out * 0.08 * (1.0 - closed)
        wrists.append(_within(shoulder[side], _blend(reach, body.wrists[side], grasp)))
        forearm = body.hands[side] / np.linalg.norm(body.hands[side], axis=1, keepdims=True)
        hands.append(_blend(reach, forearm, mirror * _FINGERS))
        aside = np.stack([0.0 * down - 1.0, out * (0.4 + 0.9 * down), 0.0 * down], axis=1)
        elbows.append(_blend(reach, body.elbows[side], aside))
    return replace(body, wrists=wrists, hands=hands, elbows=elbows)


def _within(shoulder: Array, wrist: Array) -> Array:
    """Wrists ``(T, 3)`` [m] drawn in smoothly where the arm would have to be straighter."""
    arm = UPPER_ARM + FOREARM
    free, room = 0.95 * arm, 0.03 * arm
    span = wrist - shoulder
    distance = np.linalg.norm(span, axis=1, keepdims=True)
    beyond = np.maximum(distance - free, 0.0)
    drawn = np.minimum(distance, free) + room * np.tanh(beyond / room)
    return np.asarray(shoulder + span * drawn / distance)


def _blend(share: Array, first: Array, second: Array) -> Array:
    return np.asarray(first + share[:, None] * (second - first))
