"""Down on one knee and up again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinemesh.arrays import Array
from kinemesh.demos import SKELETON
from kinemesh.demos.body import (
    HALF_HIPS,
    HIP_HEIGHT,
    SHANK,
    STATURE,
    THIGH,
    TOE,
    Posture,
    joints,
    rotation,
)
from kinemesh.demos.carriage import Manner, carry
from kinemesh.demos.curves import FPS, SUBSTEPS, grid, hold
from kinemesh.demos.gait import FootTrack, Place, Step, foot_track
from kinemesh.motion import Clip

DURATION = 8.0
"""[s]."""
KNEE = 0.06
"""Middle of a knee over the ground on which it rests [m]."""
DOWN, UP = (1.4, 3.0), (4.2, 5.7)
"""When the knee goes down and when it comes up [s]."""
_TIPTOE, _LEAN = 1.25, 0.03
"""Pitch of the foot behind that knee, and of the thigh over it, forwards [rad]."""
_STEP, _TOE_OUT = 0.78, 0.10
"""Length of the step [m]; heading of the left foot [rad]."""


def kneel() -> Clip:
    """A person steps ahead, kneels on the right knee, and stands up on both feet again."""
    times = grid(DURATION)
    down = hold(times, DOWN, UP)
    right_start, left_start = Place(0.0, -HALF_HIPS), Place(0.0, HALF_HIPS, 0.0, _TOE_OUT)
    ahead = Step(
        replace(left_start, x=_STEP), 0.6, 1.25, push_pitch=0.5, land_pitch=-0.2, lift=0.03
    )
    beside = Step(replace(right_start, x=_STEP), 6.3, 6.95, push=0.5, land_pitch=-0.1, lift=0.05)
    left = foot_track(times, left_start, [ahead])
    right = _on_toes(foot_track(times, right_start, [beside]), _TIPTOE * down)
    manner = Manner(
        height=HIP_HEIGHT - 0.006 - 0.10 * hold(times, (0.5, 1.4), (5.6, 6.8)),
        trunk_pitch=0.04 + 0.88 * down * (1.0 - down) + 0.04 * down,
        lead=0.5,
        sway=0.02,
        arm_swing=0.15,
    )
    posture = _lowered(carry([left, right], manner), right, times, down)
    return Clip(joints(posture)[::SUBSTEPS], SKELETON, FPS, height=STATURE, name="kneel")


def _lowered(posture: Posture, right: FootTrack, times: Array, down: Array) -> Posture:
    """The posture with its hips over the resting knee, by the share ``down`` ``(T,)``."""
    ankle = right.ankle[times.searchsorted(DOWN[1])]
    drop = ankle[2] - KNEE
    knee = ankle + np.array([np.sqrt(SHANK**2 - drop**2), 0.0, -drop])
    resting = knee + np.array([THIGH * np.sin(_LEAN), HALF_HIPS, THIGH * np.cos(_LEAN)])
    shift = down[:, None] * (resting - posture.root)
    level = posture.pelvis + down[:, None, None] * (np.eye(3) - posture.pelvis)
    left, _, right_ = np.linalg.svd(level)  # the nearest rotations
    return replace(
        posture,
        root=posture.root + shift,
        pelvis=left @ right_,
        wrists=[wrist + shift for wrist in posture.wrists],
    )


def _on_toes(track: FootTrack, pitch: Array) -> FootTrack:
    """The foot, planted as long as its heel is raised by ``pitch`` [rad]; its toes stay flat."""
    flat = rotation("z", track.yaw)
    turn = flat @ rotation("y", pitch)
    raised = pitch[:, None] > 0.0
    return replace(
        track,
        ankle=np.where(raised, track.ankle + flat @ TOE - turn @ TOE, track.ankle),
        rotation=np.where(raised[:, None], turn, track.rotation),
        toes=np.where(raised[:, None], flat, track.toes),
        heel_down=track.heel_down & (pitch <= 0.0),
    )
