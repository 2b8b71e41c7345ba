"""The contract of every augmentation."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from kinemesh.arguments import choice, instance, number
from kinemesh.arrays import Array
from kinemesh.errors import ClipError
from kinemesh.motion import Clip, Scene

_FARTHEST = 1e5
"""Nothing is moved further than this [m], or turned by more [rad]."""

_AXES = ("person", "world")


class Unfit(ClipError):
    """A variant makes no sense for a clip, such as a prop elsewhere for a clip without one."""


class SceneAugmentation(ABC):
    """Changes what is touched; the demonstration stays, and the robot adapts it."""

    anchored = True
    """Whether base and legs are to stay near the answer to the unchanged scene."""

    @abstractmethod
    def apply(self, scene: Scene, clip: Clip) -> Scene:
        """The scene that the robot meets, at human scale.

        Raises:
            ClipError: the scene has nothing to change; :meth:`unfit` says so beforehand.
        """

    @abstractmethod
    def unfit(self, clip: Clip) -> str | None:
        """Why it cannot be applied to ``clip``; None if it can."""


class ClipAugmentation(ABC):
    """Changes the demonstration itself, with its scene."""

    @abstractmethod
    def apply(self, clip: Clip) -> Clip:
        """Another clip.

        Raises:
            ClipError: there is nothing to change; :meth:`unfit` says so beforehand.
        """

    def unfit(self, clip: Clip) -> str | None:
        """Why it cannot be applied to ``clip``; None if it can."""
        return None


def check_numbers(what: str, **values: float) -> None:
    """Refuse numbers that are not finite, by their names.

    Raises:
        ClipError: one is not.
    """
    for name, value in values.items():
        if abs(number(f"{what}: {name}", value, "a finite number", error=ClipError)) > _FARTHEST:
            raise ClipError(f"{what}: {name} = {value:g}: expected at most {_FARTHEST:g}")


def check_factors(what: str, **values: float) -> None:
    """Refuse factors that are not between 0.1 and 10, by their names.

    Raises:
        ClipError: one is not.
    """
    for name, value in values.items():
        where = f"{what}: {name}"
        number(where, value, "a factor of 0.1 to 10", low=0.1, high=10.0, error=ClipError)


def check_clip(clip: Clip, *scenes: Scene) -> None:
    """Refuse what is no clip, or no scene.

    Raises:
        TypeError: it is something else.
    """
    instance("clip", clip, Clip, "a Clip")
    for scene in scenes:
        instance("scene", scene, Scene, "a Scene, such as clip.scene")


def check_axes(axes: str) -> None:
    """Refuse axes other than ``person`` and ``world``.

    Raises:
        ClipError: they are others.
    """
    choice("axes", axes, _AXES, ClipError)


def axes_of(axes: str, clip: Clip, place: Array) -> Array:
    """Axes ``(3, 3)`` of an offset in the world, as columns.

    ``person``: x points from the pelvis at the first frame to ``place`` ``(3,)`` [m], y to the
    left; ``world``: the world's.
    """
    x = (place - clip.landmark("pelvis")[0]) * np.array([1.0, 1.0, 0.0])
    length = np.linalg.norm(x)
    if axes == "world" or length < 1e-6:
        return np.eye(3)
    x = x / length
    return np.stack([x, np.array([-x[1], x[0], 0.0]), np.array([0.0, 0.0, 1.0])], axis=1)
