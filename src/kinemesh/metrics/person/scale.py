"""How much smaller the robot's world is than the person's, where a file does not say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.directions import bone, middle
from kinemesh.metrics.geometry.kinematics import pose_robot
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.geometry.trajectory import SIDES, KinematicTrajectory
from kinemesh.metrics.person.human import standing
from kinemesh.motion import LANDMARKS, Clip

_ALIKE = 0.005
"""Two ratios that differ by less than this share are one."""
_PATH = 0.03
"""How far [m] the hips of right answers are from the person's path, root mean square ..."""
_STEPS = 0.005
"""... and the heights of toes that stand from those of hers."""
_CLEARLY = 0.1
"""One ratio is told where the other misses by more than this share of those two further."""
_SHORTEST = 1e-6
"""Legs shorter than this [m] have no ratio."""


@dataclass(frozen=True)
class Ratio:
    """One way to scale a world, and how well it explains where a robot goes."""

    name: str
    """``legs`` or ``stature``."""
    value: float
    """Robot / person."""
    path: float
    """How far [m], root mean square, the middle of the robot's hips is from the person's scaled
    path over the ground, each about its own middle."""
    steps: float
    """How far [m], root mean square, the heights of standing toes are from hers, scaled."""

    @property
    def off(self) -> float:
        """Both together, in shares of what right answers are off."""
        return float(np.hypot(self.path / _PATH, self.steps / _STEPS))

    def __str__(self) -> str:
        return (
            f"{self.value:.3f} by {self.name} (the hips' path {1e2 * self.path:.1f} cm off, the "
            f"heights of steps {1e2 * self.steps:.1f})"
        )


@dataclass(frozen=True)
class WorldScale:
    """The ratios that tools scale a world by, the one that is taken first."""

    taken: Ratio
    other: Ratio

    @property
    def value(self) -> float:
        """The legs' ratio, if that explains clearly better where the robot goes, else stature's."""
        return self.taken.value

    @property
    def matters(self) -> bool:
        """Whether the two ratios are not one."""
        return abs(self.value - self.other.value) > _ALIKE * self.value

    @property
    def told(self) -> bool:
        """Whether the robot's path tells which it is."""
        return _tells(self.taken, self.other)

    @property
    def note(self) -> str:
        """What was found, in words."""
        how = "found" if self.told else "unsure"
        return f"scale: {how}, {self.taken} and not {self.other}"


def world_scale(posed: KinematicTrajectory, clip: Clip, surfaces: Surfaces) -> WorldScale:
    """The scale of the world of a trajectory that answers ``clip``, by geometry.

    Tools scale the person, and what she stands on, by the ratio of the statures or by that of
    the legs. The one is taken that explains better where the robot goes: the path of its hips
    over the ground, about its middle, for tools have origins of their own; and how high its toes
    are in every stance, about the median, for on terrain steps tell more than paths. Where
    neither is clearly better, and of a robot that does not walk, it is that of the statures.
    """
    person, robot = clip.landmarks(), posed.robot
    (rest,) = pose_robot(robot, robot.rest[None])
    stature, leg = robot.height / clip.stature, _leg(person)
    walks = leg > _SHORTEST and not robot.fixed_base
    legs = _leg(rest.landmarks()[None]) / leg if walks else stature
    stands = np.stack([standing(clip, side, surfaces).toe for side in SIDES], axis=1)
    toes = [LANDMARKS.index(f"{side}_toe") for side in SIDES]
    ratios = []
    for name, value in (("legs", legs), ("stature", stature)):
        apart = posed.landmarks - value * person
        path = middle(apart, "hip")[:, :2]
        heights = apart[:, toes, 2][stands]
        steps = heights - np.median(heights) if len(heights) else heights
        ratios.append(Ratio(name, value, _size(path - path.mean(axis=0)), _size(steps[:, None])))
    by_legs, by_stature = ratios
    if _tells(by_legs, by_stature):
        return WorldScale(by_legs, by_stature)
    return WorldScale(by_stature, by_legs)


def _tells(one: Ratio, other: Ratio) -> bool:
    """Whether ``one`` is clearly nearer to where the robot goes."""
    return other.off - one.off > _CLEARLY


def _size(vectors: Array) -> float:
    """Root mean square of the lengths of ``(N, D)``; 0 of none."""
    return float(np.sqrt(np.sum(vectors**2) / max(len(vectors), 1)))


def _leg(landmarks: Array) -> float:
    """Thigh and shank together [m], the mean of both sides' medians over ``(T, K, 3)``."""
    bones = (("hip", "knee"), ("knee", "ankle"))
    lengths = [
        np.median(np.linalg.norm(bone(landmarks, f"{side}_{a}", f"{side}_{b}"), axis=1))
        for side in SIDES
        for a, b in bones
    ]
    return float(np.sum(lengths)) / len(SIDES)
