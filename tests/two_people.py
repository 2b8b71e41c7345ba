"""Two people who meet: they shake hands, or walk past each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh import demos
from kinemesh.demos.body import HIP_HEIGHT, SKELETON, STATURE, Posture, hanging, joints, shoulders
from kinemesh.motion import Clip, Scene, limbs

FPS = 30.0
MEETING = np.array([0.42, 0.0, 1.05])
"""Where hands meet [m]."""
_WRIST = np.array([-0.09, -0.025, 0.0])
"""From there to the right wrist of who faces along x [m]."""


def greeting(frames: int = 64) -> Clip:
    """Somebody who stands, holds the right hand out to :data:`MEETING` and takes it back."""
    share = np.interp(np.arange(frames), [0, 8, 24, 40, 56, frames], [0, 0, 1, 1, 0, 0])
    share = (share * share * (3.0 - 2.0 * share))[:, None]
    still = np.zeros(frames)
    level = np.tile(np.eye(3), (frames, 1, 1))
    root = np.tile([0.0, 0.0, HIP_HEIGHT - 0.006], (frames, 1))
    upper = shoulders(root, level, level)
    wrists, elbows, hands = [], [], []
    for side, out in enumerate((1.0, -1.0)):
        down, lower = hanging(still + 0.1, still + 0.25, out)
        wrist = upper[side] + down
        if out < 0.0:
            wrist = wrist + share * (MEETING + _WRIST - wrist)
            lower = lower + share * (np.array([0.25, 0.0, 0.0]) - lower)
        wrists.append(wrist)
        elbows.append(np.tile([-1.0, 0.3 * out, -0.5], (frames, 1)))
        hands.append(lower)
    feet = [np.tile([-0.02, 0.09 * out, 0.039 * STATURE], (frames, 1)) for out in (1.0, -1.0)]
    ahead = np.tile([1.0, 0.0, 0.0], (frames, 1))
    posture = Posture(
        *(root, level, level, level, feet, [level, level], [level, level]),
        *([ahead, ahead], wrists, elbows, hands),
    )
    return Clip(joints(posture), SKELETON, FPS, height=STATURE, name="greeting")


def turned(clip: Clip, about: np.ndarray, angle: float = 180.0) -> Clip:
    """The same person turned about the vertical [deg] through a place ``(3,)`` [m]."""
    turn = Rotation.from_euler("z", angle, degrees=True).as_matrix()
    return replace(clip, positions=(np.array(clip.positions) - about) @ turn.T + about)


def aside(clip: Clip, y: float) -> Clip:
    """The same person so far [m] to the left."""
    return replace(clip, positions=clip.positions + np.array([0.0, y, 0.0]))


def beside(clip: Clip, *others: Clip) -> Clip:
    """The clip, everybody else in its scene as ``person2``, ``person3``, ..."""
    found = [p for k, other in enumerate(others, start=2) for p in limbs(other, f"person{k}")]
    return replace(clip, scene=Scene((*clip.scene.props, *found), None, 0.0))


def handshake() -> Clip:
    """Somebody who shakes another's hand."""
    own = greeting()
    return beside(own, turned(own, MEETING))


def passing(apart: float, frames: int = 50) -> Clip:
    """Somebody who walks past another who comes towards them, so far apart [m] at the hips."""
    walk = demos.walk().crop(30, 30 + frames)
    middle = walk.landmark("pelvis")[frames // 2] + [0.0, apart / 2.0, 0.0]
    return beside(walk, turned(walk, middle))
