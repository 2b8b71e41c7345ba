"""Where the camera stands, and how it goes along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from kinemesh.arrays import Array
from kinemesh.errors import KinemeshError
from kinemesh.geometry import poses
from kinemesh.viewer import Stage

VIEWS = {
    "corner": (-40.0, 14.0),
    "front": (0.0, 10.0),
    "left": (90.0, 10.0),
    "right": (-90.0, 10.0),
    "back": (180.0, 14.0),
    "top": (-40.0, 75.0),
}
"""Named directions: turn from where the robot faces [deg], left positive, and height [deg]."""

_OPENING = np.radians(35.0)
"""Smaller of the two angles of view [rad]."""
_SHOWN = 1.75
"""So many metres are seen at the robot, the smaller way [m]."""
_CALM = 0.4
"""The camera's path is smoothed over this time [s]."""


@dataclass(frozen=True)
class Angle:
    """A direction to look from, in place of the exact path of a camera.

    Raises:
        KinemeshError: an angle or a distance that no camera has.
    """

    azimuth: float = VIEWS["corner"][0]
    """Turn from where the robot faces on average [deg], to its left positive."""
    elevation: float = VIEWS["corner"][1]
    """Above the horizon [deg]."""
    distance: float = 1.0
    """In multiples of the distance from which the whole robot is seen."""

    def __post_init__(self) -> None:
        numbers = (self.azimuth, self.elevation, self.distance)
        if not np.all(np.isfinite(numbers)) or not -89 <= self.elevation <= 89:
            raise KinemeshError(
                f"the camera's elevation is {self.elevation:g} deg; expected -89 to 89"
            )
        if not 0.2 <= self.distance <= 20.0:
            raise KinemeshError(f"the camera's distance is {self.distance:g}; expected 0.2 to 20")

    @classmethod
    def parse(cls, text: str) -> Angle:
        """``corner``, ``front``, ... or ``AZIMUTH,ELEVATION`` or ``AZIMUTH,ELEVATION,DISTANCE``.

        Raises:
            KinemeshError: none of these.
        """
        if text in VIEWS:
            return cls(*VIEWS[text])
        try:
            numbers = [float(part) for part in text.split(",")]
        except ValueError:
            numbers = []
        if len(numbers) not in (2, 3):
            raise KinemeshError(
                f"the camera is {text!r}; expected {', '.join(VIEWS)}, or two or three numbers: "
                f"AZIMUTH,ELEVATION[,DISTANCE], degrees and a multiple of the usual distance"
            )
        return cls(*numbers)


@dataclass(frozen=True, eq=False)
class Camera:
    """A pinhole camera in the world."""

    eye: Array
    """Where it is ``(3,)`` [m]."""
    axes: Array
    """Right, down and forward ``(3, 3)``, a row each."""
    size: tuple[int, int]
    """Width and height [pixels]."""

    def rays(self, pixels: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
        """Unit directions ``(N, 3)`` through places ``(N, 2)`` of the picture [pixels]."""
        width, height = self.size
        focal = min(width, height) / 2.0 / np.tan(_OPENING / 2.0)
        right, down, ahead = self.axes.astype(pixels.dtype)
        across = (pixels - np.array([width, height], dtype=pixels.dtype) / 2) / pixels.dtype.type(
            focal
        )
        world = across[:, :1] * right + across[:, 1:] * down + ahead
        return np.asarray(world / np.linalg.norm(world, axis=1, keepdims=True))


def cameras(stage: Stage, angle: Angle, size: tuple[int, int]) -> list[Camera]:
    """One camera a frame: it looks from one direction and goes along without haste."""
    # what follows the robot is followed smoothly, and a hop does not shake the picture
    middle = stage.link_poses[:, :, :3].mean(axis=1)
    calm = gaussian_filter1d(middle, max(_CALM * stage.fps, 1e-3), axis=0, mode="nearest")
    ahead = poses.matrix(stage.link_poses[:, 0])[:, :2, 0].sum(axis=0)
    turn = np.arctan2(ahead[1], ahead[0]) + np.radians(angle.azimuth)
    lift = np.radians(angle.elevation)
    back = np.array([np.cos(lift) * np.cos(turn), np.cos(lift) * np.sin(turn), np.sin(lift)])
    away = angle.distance * _SHOWN / 2.0 / np.tan(_OPENING / 2.0)
    right = np.array([-np.sin(turn), np.cos(turn), 0.0])
    axes = np.stack([right, np.cross(-back, right), -back])
    return [Camera(target + away * back, axes, size) for target in calm]
