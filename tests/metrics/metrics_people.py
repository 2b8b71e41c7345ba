"""People made for these tests: a robot's landmarks taken for a person's, and other lengths."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kinemesh.motion import LANDMARKS, Clip, Scene, Skeleton, Trajectory
from kinemesh.robot import RobotModel

SIDES = ("left", "right")
SKELETON = Skeleton("landmarks", LANDMARKS, {name: name for name in LANDMARKS})
MARK = {name: k for k, name in enumerate(LANDMARKS)}
_BONES = (
    *(("hip", "knee"), ("knee", "ankle"), ("ankle", "toe")),
    *(("shoulder", "elbow"), ("elbow", "hand")),
)


def squatting(robot: RobotModel, deep: float = 0.3, frames: int = 45) -> np.ndarray:
    """Configurations ``(T, nq)``: up and down over flat feet, forearms waving.

    Twice ``deep`` [rad] is how far the hips bend at most.
    """
    names = robot.joint_names
    q = np.repeat(robot.rest[None], frames, axis=0)
    phase = 2.0 * np.pi * np.arange(frames) / frames
    bent = deep * (1.0 - np.cos(phase))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        for joint, share in (("hip_pitch", -1.0), ("knee", 2.0), ("ankle_pitch", -1.0)):
            q[:, 7 + names.index(f"{side}_{joint}_joint")] += share * bent
        # Not at the shoulders, whose axes do not meet in one landmark: no bone is to change length.
        q[:, 7 + names.index(f"{side}_elbow_joint")] += 0.5 * sign * np.sin(phase)
    ankle = landmarks_of(robot, q)[:, MARK["left_ankle"]]
    q[:, :3] -= ankle - landmarks_of(robot, robot.rest[None])[:, MARK["left_ankle"]]
    return q


def landmarks_of(robot: RobotModel, q: np.ndarray) -> np.ndarray:
    """The robot's landmarks ``(T, K, 3)`` [m]."""
    return np.array([robot.configuration(row).landmarks() for row in q])


def person(
    landmarks: np.ndarray, height: float, scene: Scene | None = None, fps: float = 30.0
) -> Clip:
    """A clip of nothing but landmarks ``(T, K, 3)`` [m]."""
    return Clip(landmarks, SKELETON, fps, scene or Scene(), height)


def trajectory(robot: RobotModel, q: np.ndarray, fps: float = 30.0) -> Trajectory:
    return Trajectory(q, fps, robot.joint_names, robot.name)


def stretched(landmarks: np.ndarray, factors: Mapping[str, float]) -> np.ndarray:
    """A body with other lengths that points where ``landmarks`` do, on the same ground.

    Level with the ground it is half-way between having its hips and its feet where they were.

    Factors by ``knee``, ``ankle``, ``toe``, ``elbow``, ``hand`` for the bones that end there,
    and by ``hip``, ``shoulder`` and ``trunk``.
    """
    old, new = landmarks, np.array(landmarks)

    def middle(part: str) -> np.ndarray:
        return (old[:, MARK[f"left_{part}"]] + old[:, MARK[f"right_{part}"]]) / 2.0

    hips = middle("hip")
    shoulders = hips + factors.get("trunk", 1.0) * (middle("shoulder") - hips)
    for part, centre in (("hip", hips), ("shoulder", shoulders)):
        for side in SIDES:
            away = old[:, MARK[f"{side}_{part}"]] - middle(part)
            new[:, MARK[f"{side}_{part}"]] = centre + factors.get(part, 1.0) * away
    for side in SIDES:
        for start, end in _BONES:
            a, b = MARK[f"{side}_{start}"], MARK[f"{side}_{end}"]
            new[:, b] = new[:, a] + factors.get(end, 1.0) * (old[:, b] - old[:, a])
    feet = [MARK[f"{side}_ankle"] for side in SIDES]
    return new + np.array([0.5, 0.5, 1.0]) * (old[:, feet] - new[:, feet]).mean(axis=1)[:, None]
