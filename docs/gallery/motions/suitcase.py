"""A suitcase at one side: up by its handle, along, and down."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinemesh.arrays import Array
from kinemesh.demos import SKELETON
from kinemesh.demos.body import (
    FOREARM,
    HIP_HEIGHT,
    OUTWARD,
    STATURE,
    UPPER_ARM,
    Posture,
    joints,
    shoulders,
)
from kinemesh.demos.carriage import Manner, carry
from kinemesh.demos.curves import FPS, SUBSTEPS, below, grid, hold
from kinemesh.demos.gait import FootTrack, Place, Step, foot_track
from kinemesh.motion import Clip, Prop, Scene, Shape

DURATION = 8.0
"""[s]."""
CASE = (0.46, 0.13, 0.30)
"""Length, thickness and height of the suitcase [m]."""
HANDLE = (0.14, 0.03, 0.03)
"""The same of its handle [m]."""
GRASP, RELEASE = 1.5, 6.35
"""When the hand closes on the handle and when it opens [s]."""
_ROOM = 0.045
"""Between suitcase and handle [m]."""
_GRIP = CASE[2] / 2.0 + _ROOM + HANDLE[2] / 2.0
"""Middle of the handle over the middle of the suitcase [m]."""
_WRIST = 0.075
"""Wrist over the middle of the handle [m]."""
_ASIDE = -0.34
"""Where the suitcase is, across the way [m]."""
_HALF_WIDTH, _TOE_OUT = 0.10, 0.10
"""Ankles to the middle line [m]; heading of the feet [rad]."""
_STEP, _STEP_TIME, _SWING = 0.42, 0.62, 0.44
"""Step length [m], time from step to step, and of a swing [s]."""


def suitcase() -> Clip:
    """A person picks up a suitcase by its handle, carries it at the right side, puts it down."""
    times = grid(DURATION)
    down = hold(times, (0.3, GRASP - 0.1), (GRASP + 0.1, 2.6))
    down = down + hold(times, (5.3, RELEASE - 0.1), (RELEASE + 0.1, 7.6))
    manner = Manner(
        height=HIP_HEIGHT - 0.006 - 0.42 * down,
        back=0.22 * down,
        pelvis_pitch=0.25 * down,
        trunk_pitch=0.04 + 0.60 * down,
        head_pitch=0.06 + 0.2 * down,
        turn=0.05,
        sway=0.03,
        arm_swing=0.2,
    )
    posture = carry(_feet(times), manner)
    track = _track(times, posture)
    frames = slice(None, None, SUBSTEPS)
    held = (times[frames] >= GRASP - 1e-9) & (times[frames] <= RELEASE + 1e-9)
    return Clip(
        joints(_gripping(times, posture, track))[frames],
        SKELETON,
        FPS,
        Scene(props=(Prop("suitcase", _shape(), track[frames]),)),
        STATURE,
        contacts={"left_hand": np.zeros_like(held), "right_hand": held},
        name="suitcase",
    )


def _feet(times: Array) -> list[FootTrack]:
    tracks = []
    for side, out in enumerate(OUTWARD):
        start = Place(0.0, out * _HALF_WIDTH, 0.0, out * _TOE_OUT)
        steps = []
        for k in range(side, 4, 2):
            off, place = 2.8 + k * _STEP_TIME, replace(start, x=min(k + 1, 3) * _STEP)
            swing = (off, off + _SWING)
            steps.append(Step(place, *swing, push_pitch=0.6, land_pitch=-0.2, lift=0.03))
        tracks.append(foot_track(times, start, steps))
    return tracks


def _shape() -> Shape:
    """The suitcase with its handle on two posts."""
    long, wide, high = HANDLE
    parts = [Shape.box(CASE), Shape.box(HANDLE, (0.0, 0.0, _GRIP))]
    for end in (-1.0, 1.0):
        middle = (end * (long + high) / 2.0, 0.0, (CASE[2] + _ROOM + high) / 2.0)
        parts.append(Shape.box((high, wide, _ROOM + high), middle))
    return Shape.union(parts)


def _track(times: Array, posture: Posture) -> Array:
    """Poses ``(T, 7)`` of the suitcase: on the ground, at the hanging arm, on the ground."""
    shoulder = shoulders(posture.root, posture.pelvis, posture.trunk)[1]
    arm = 0.95 * (UPPER_ARM + FOREARM)
    drop = np.sqrt(arm**2 - (shoulder[:, 1] - _ASIDE) ** 2)
    hanging = shoulder[:, 2] - drop - _GRIP - _WRIST
    ahead = shoulder[:, 0] + 0.02
    first, last = (ahead[times.searchsorted(time)] for time in (GRASP, RELEASE))
    place = np.where(times < (GRASP + RELEASE) / 2.0, first, last)
    off = hold(times, (GRASP + 0.05, GRASP + 0.8), (RELEASE - 0.8, RELEASE - 0.05))
    # it is lifted when the arm would have to be longer, and a little before
    low = CASE[2] / 2.0
    held = (times > GRASP) & (times < RELEASE)
    lifted = np.where(held, np.maximum(hanging - low, 0.0), 0.0)
    track = np.zeros((len(times), 7))
    track[:, 0] = place + off * (ahead - place)
    track[:, 1] = _ASIDE
    track[:, 2] = low - below(-lifted, 0.06)
    track[:, 6] = 1.0
    return track


def _gripping(times: Array, posture: Posture, track: Array) -> Posture:
    """The posture with its right hand at the handle from grasp to release."""
    share = hold(times, (0.8, GRASP - 0.05), (RELEASE + 0.05, 7.0))[:, None]
    wrists, hands, elbows = ([*part] for part in (posture.wrists, posture.hands, posture.elbows))
    grip = track[:, :3] + np.array([0.0, 0.0, _GRIP + _WRIST])
    forearm = hands[1] / FOREARM
    wrists[1] = wrists[1] + share * (grip - wrists[1])
    hands[1] = forearm + share * (np.array([0.08, 0.10, -1.0]) - forearm)
    elbows[1] = elbows[1] + share * np.array([0.0, -0.35, 0.0])
    return replace(posture, wrists=wrists, hands=hands, elbows=elbows)
