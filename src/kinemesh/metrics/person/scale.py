"""How much smaller the robot's world is than the person's, where a file does not say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.directions import bone, middle
from kinemesh.metrics.geometry.kinematics import pose_robot
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.geometry.trajectory import SIDES, KinematicTrajectory
from kinemesh.metrics.person.human import standing
from kinemesh.motion import LANDMARKS, Clip, Prop, Scene

_ALIKE = 0.005
"""Two ratios that differ by less than this share are one."""
_PATH = 0.03
"""How far [m] the hips of right answers are from the person's path, root mean square ..."""
_STEPS = 0.005
"""... and the heights of toes that stand from those of hers."""
_SCENE = 0.005
"""... and props' paths over the ground and the terrain's size from the recording's, scaled."""
_FITS = 0.005
"""A scene that neither ratio explains to this [m] tells nothing: it was made otherwise."""
_CLEARLY = 0.1
"""One ratio is told where the other misses by more than this share of those further."""
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
    scene: float
    """How far [m] props and terrain are from the recording's, scaled; 0 where they tell nothing."""

    @property
    def off(self) -> float:
        """All together, in shares of what right answers are off."""
        return float(np.linalg.norm([self.path / _PATH, self.steps / _STEPS, self.scene / _SCENE]))

    def __str__(self) -> str:
        told = {"the hips' path": self.path, "the heights of steps": self.steps}
        if self.scene > 0.0:
            told["the scene"] = self.scene
        words = ", ".join(f"{what} {1e2 * off:.1f}" for what, off in told.items())
        return f"{self.value:.3f} by {self.name} (off by, in cm: {words})"


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


def world_scale(
    posed: KinematicTrajectory, clip: Clip, surfaces: Surfaces, scene: Scene | None = None
) -> WorldScale:
    """The scale of the world of a trajectory that answers ``clip``, by geometry.

    Tools scale the person, and what she stands on, by the ratio of the statures or by that of
    the legs. The one is taken that explains better where the robot goes: the path of its hips
    over the ground, about its middle, for tools have origins of their own; and how high its toes
    are in every stance, about the median, for on terrain steps tell more than paths; and the
    paths of props and the size of the terrain in the robot's ``scene``, as far as it has them.
    Where neither is clearly better, and of a robot that does not walk, it is that of the statures.
    """
    person, robot = clip.landmarks(), posed.robot
    (rest,) = pose_robot(robot, robot.rest[None])
    stature, leg = robot.height / clip.stature, _leg(person)
    walks = leg > _SHORTEST and not robot.fixed_base
    legs = _leg(rest.landmarks()[None]) / leg if walks else stature
    stands = np.stack([standing(clip, side, surfaces).toe for side in SIDES], axis=1)
    toes = [LANDMARKS.index(f"{side}_toe") for side in SIDES]
    scenes = [_scene_off(scene or Scene(), clip.scene, value) for value in (legs, stature)]
    if min(scenes) > _FITS:
        scenes = [0.0, 0.0]
    ratios = []
    for name, value, beside in zip(("legs", "stature"), (legs, stature), scenes, strict=True):
        apart = posed.landmarks - value * person
        path = middle(apart, "hip")[:, :2]
        heights = apart[:, toes, 2][stands]
        steps = heights - np.median(heights) if len(heights) else heights
        off = _size(path - path.mean(axis=0)), _size(steps[:, None])
        ratios.append(Ratio(name, value, *off, beside))
    by_legs, by_stature = ratios
    if _tells(by_legs, by_stature):
        return WorldScale(by_legs, by_stature)
    return WorldScale(by_stature, by_legs)


def _tells(one: Ratio, other: Ratio) -> bool:
    """Whether ``one`` is clearly nearer to where the robot goes."""
    return other.off - one.off > _CLEARLY


def _scene_off(scene: Scene, recorded: Scene, scale: float) -> float:
    """How far [m] a robot's scene is from the person's, scaled: the worst of its things."""
    hers, off = {prop.name: prop for prop in recorded.props}, [0.0]
    for prop in scene.props:
        if prop.name in hers and len(prop.track) == len(hers[prop.name].track):
            path = _middles(prop) - scale * _middles(hers[prop.name])
            off.append(_size(path - path.mean(axis=0)))
    if scene.terrain is not None and recorded.terrain is not None:
        own, her = (np.ptp(t.shape.bounds, axis=0) for t in (scene.terrain, recorded.terrain))
        off.append(float(np.abs(own - scale * her).max()))
    return max(off)


def _middles(prop: Prop) -> Array:
    """The middle of a prop's bounds over the ground ``(T, 2)`` [m]."""
    return poses.apply(prop.track, prop.shape.bounds.mean(axis=0)[None])[:, 0, :2]


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
