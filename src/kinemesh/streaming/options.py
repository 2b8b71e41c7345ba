"""The options of a stream, for those who hand them on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from kinemesh.arrays import Array
from kinemesh.detection.causal.calibration import Calibration
from kinemesh.motion import Scene
from kinemesh.solve import Settings

Origin = Literal["stream", "person"]
"""Whose world the robot's is: the stream's, scaled, or one that begins where the person does."""
ORIGINS: tuple[Origin, ...] = ("stream", "person")


class StreamOptions(Settings, total=False):
    """What :class:`kinemesh.Stream` takes but its robot and its skeleton, and says what it does."""

    height: float | None
    """The person's stature [m]."""
    fps: float
    """Frames a second [1/s]."""
    scene: Scene | None
    """Props, terrain and ground, at human scale."""
    calibration: Calibration | None
    """What is known of the person."""
    floor: float | None
    """Height of the floor in the stream [m]."""
    origin: Origin
    """Whose world the robot's is."""
    start: Sequence[float] | Array | None
    """The robot's configuration ``(nq,)`` now."""
    keep: float
    """How many seconds are remembered [s]."""
