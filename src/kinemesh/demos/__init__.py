"""Clips that the package makes itself: walking, lifting a box, climbing; two short exercises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from kinemesh.demos.body import SEGMENTS, SKELETON
from kinemesh.demos.exercises import arm_raise, squat
from kinemesh.demos.lift_box import lift_box
from kinemesh.demos.step_up import step_up
from kinemesh.demos.walk import walk
from kinemesh.motion import Clip

DEMOS: Mapping[str, Callable[[], Clip]] = MappingProxyType(
    {"walk": walk, "lift_box": lift_box, "step_up": step_up}
)
"""The clips by name."""

__all__ = [
    "DEMOS",
    "SEGMENTS",
    "SKELETON",
    "arm_raise",
    "lift_box",
    "squat",
    "step_up",
    "walk",
]
