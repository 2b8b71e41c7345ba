"""How much smaller the robot's world is than the person's, where a file does not say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.directions import bone
from kinemesh.metrics.geometry.kinematics import pose_robot
from kinemesh.metrics.geometry.trajectory import SIDES, KinematicTrajectory
from kinemesh.motion import LANDMARKS, Clip

_ALIKE = 0.02
"""Two ratios that differ by less than this share are one."""
_CLEARLY = 5e-3
"""A ratio is told where the other explains the toes' path worse by more than this [m]."""
_SHORTEST = 1e-6
"""Legs shorter than this [m] have no ratio."""
_TOES = [LANDMARKS.index(f"{side}_toe") for side in SIDES]


@dataclass(frozen=True)
class WorldScale:
    """Which of the ratios that tools scale a world by explains where a robot steps."""

    legs: float
    """Robot / person, of thigh and shank together."""
    stature: float
    """The same of their heights."""
    off: tuple[float, float]
    """How far [m], root mean square, the robot's toes are from the person's, scaled by the
    legs' ratio and by the statures', each path about its own middle."""

    @property
    def value(self) -> float:
        """The scale: the ratio that explains the toes' path better."""
        return self.legs if self.off[0] < self.off[1] else self.stature

    @property
    def matters(self) -> bool:
        """Whether the two ratios are not one."""
        return abs(self.legs - self.stature) > _ALIKE * self.stature

    @property
    def told(self) -> bool:
        """Whether the robot's path tells which it is."""
        return abs(self.off[0] - self.off[1]) > _CLEARLY

    @property
    def note(self) -> str:
        """What was found, in words."""
        ways = [
            f"{ratio:.3f} by {name} leaves its toes' path {1e2 * off:.1f} cm off"
            for name, ratio, off in zip(
                ("legs", "stature"), (self.legs, self.stature), self.off, strict=True
            )
        ]
        both = ", ".join(ways if self.value == self.legs else ways[::-1])
        return f"scale: {'found' if self.told else 'unsure'}, {both}; the first is taken"


def world_scale(posed: KinematicTrajectory, clip: Clip) -> WorldScale:
    """The scale of the world of a trajectory that answers ``clip``, by geometry.

    Tools scale the person, and what she stands on, by the ratio of the statures or by that of
    the legs. Feet are planted in that world, whatever the body above them does: the one is taken
    by which the person's toes, scaled, go more nearly where the robot's go. The path of each toe
    is taken about its middle, wherever a tool has its origin, however wide it stands, and however
    high toes are over a sole. A robot that does not walk has the ratio of the statures.
    """
    person, robot = clip.landmarks(), posed.robot
    (rest,) = pose_robot(robot, robot.rest[None])
    stature, leg = robot.height / clip.stature, _leg(person)
    walks = leg > _SHORTEST and not robot.fixed_base
    legs = _leg(rest.landmarks()[None]) / leg if walks else stature
    off = []
    for ratio in (legs, stature):
        apart = posed.landmarks[:, _TOES] - ratio * person[:, _TOES]
        apart -= apart.mean(axis=0)
        off.append(float(np.sqrt(np.mean(np.sum(apart**2, axis=-1)))))
    return WorldScale(legs, stature, (off[0], off[1]))


def _leg(landmarks: Array) -> float:
    """Thigh and shank together [m], the mean of both sides' medians over ``(T, K, 3)``."""
    bones = (("hip", "knee"), ("knee", "ankle"))
    lengths = [
        np.median(np.linalg.norm(bone(landmarks, f"{side}_{a}", f"{side}_{b}"), axis=1))
        for side in SIDES
        for a, b in bones
    ]
    return float(np.sum(lengths)) / len(SIDES)
