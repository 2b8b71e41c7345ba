"""How long legs are, worked out without the library."""

from __future__ import annotations

import numpy as np

from kinemesh.motion import LANDMARKS, Clip
from kinemesh.robot import RobotModel


def leg(landmarks: np.ndarray) -> float:
    """Thigh and shank [m] of landmarks ``(T, K, 3)``: the mean of both sides."""
    total = 0.0
    for side in ("left", "right"):
        hip, knee, ankle = (LANDMARKS.index(f"{side}_{part}") for part in ("hip", "knee", "ankle"))
        for start, end in ((hip, knee), (knee, ankle)):
            total += np.median(np.linalg.norm(landmarks[:, end] - landmarks[:, start], axis=1))
    return total / 2.0


def leg_scale(clip: Clip, robot: RobotModel) -> float:
    """How long the robot's legs are at rest, the person's being 1."""
    rest = robot.configuration(robot.rest).landmarks()
    return leg(rest[None]) / leg(clip.landmarks())
