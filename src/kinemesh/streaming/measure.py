"""The first half second of a person: how tall she is, how her feet stand, where the floor is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from kinemesh.arguments import floats, instance, unknown
from kinemesh.arrays import Array
from kinemesh.detection.causal.calibration import Calibration
from kinemesh.detection.causal.instant import Instant
from kinemesh.detection.enclosed import check_outside
from kinemesh.detection.stance import RESTS, StanceRule
from kinemesh.errors import ClipError, OptionError
from kinemesh.motion import LANDMARKS, Clip, Scene, Skeleton
from kinemesh.motion.skeletons import SKELETONS
from kinemesh.problem import starts
from kinemesh.robot import RobotModel

_LASTS = 0.5
"""A person is measured for so long [s], ..."""
_FEWEST = 5
"""... and in no fewer frames than these."""
_STATURE = 1.75
"""[m]: of a person whom nobody has measured yet."""
_LOW = 0.1
"""The floor is where the lower toe is in this share of the frames."""
_OFF = 0.01
"""A floor that is off by less than this [m] is where it should be."""
_TOES = [LANDMARKS.index(f"{side}_toe") for side in ("left", "right")]


class Measuring:
    """Frames that are looked at before the first is answered.

    Args:
        skeleton: whose joints.
        height: the stature [m]; None: estimated.
        rule: when a foot counts as planted.
    """

    def __init__(self, skeleton: Skeleton, height: float | None, rule: StanceRule | None) -> None:
        self._skeleton, self._height, self._rule = skeleton, height, rule
        self._frames: list[Instant] = []

    def add(self, now: Instant) -> bool:
        """Look at a frame; whether that was the last one needed."""
        self._frames.append(now)
        return self._elapsed >= _LASTS - 1e-9 and len(self._frames) >= _FEWEST

    @property
    def _elapsed(self) -> float:
        return sum(now.dt for now in self._frames[1:])

    def floor(self) -> float:
        """Height of the floor [m], told by the toes; 0 where that is as good."""
        toes = np.array([now.landmarks[_TOES, 2].min() for now in self._frames])
        found = float(np.quantile(toes, _LOW)) - RESTS * (self._height or _STATURE) / _STATURE
        return found if abs(found) > _OFF else 0.0

    def found(self, scene: Scene, floor: float) -> tuple[Calibration, Scene]:
        """What is known of the person now, and the scene as she shows it to be.

        Args:
            scene: the person's; what she is inside of is no solid.
            floor: height of the floor in the frames [m].

        Raises:
            ClipError: a person of impossible size, or one inside of a solid.
        """
        down, frames = np.array([0.0, 0.0, floor]), self._frames
        seen = tuple(
            replace(prop, track=np.array([now.props[prop.name] for now in frames]))
            for prop in scene.props
            if all(prop.name in now.props for now in frames)
        )
        turns = None
        if all(now.rotations is not None for now in frames):
            turns = np.array([now.rotations for now in frames])
        clip = Clip(
            np.array([now.positions - down for now in frames]),
            self._skeleton,
            (len(frames) - 1) / self._elapsed,
            replace(scene, props=seen),
            self._height,
            turns,
        )
        check_outside(clip)
        shown = {prop.name: prop.shape for prop in clip.scene.props}
        props = tuple(replace(p, shape=shown.get(p.name, p.shape)) for p in scene.props)
        return Calibration.of(clip, self._rule), replace(clip.scene, props=props)


def waiting(robot: RobotModel, now: Instant, height: float | None, ground: float | None) -> Array:
    """A robot ``(nq,)`` at rest where the person is, facing as she does."""
    scale = robot.height / (height or _STATURE)
    q = np.array(starts(robot, scale * now.landmarks)[0].q)
    q[2] = robot.rest[2] + scale * (ground or 0.0)
    return q


def skeleton_of(skeleton: Skeleton | str) -> Skeleton:
    """A skeleton, or the known one of that name.

    Raises:
        ClipError: none is known by that name.
    """
    if isinstance(skeleton, str):
        if skeleton not in SKELETONS:
            unknown("skeleton", skeleton, tuple(SKELETONS), ClipError)
        return SKELETONS[skeleton]
    return instance("skeleton", skeleton, Skeleton, "a Skeleton, or the name of a known one")


def configured(robot: RobotModel, start: Any) -> Array:
    """A configuration of the robot ``(nq,)`` as it is given, of what is not frozen.

    Raises:
        OptionError: it is none.
    """
    count = len(robot.whole.rest)
    what = f"a configuration ({count},): base x y z qx qy qz qw, joints"
    q = floats("start", start, what, shape=(count,), largest=1e3, error=OptionError)
    configuration: Array = robot.shortened(q[None])[0]
    return configuration
