"""Clips that the package makes itself: walking, lifting, climbing, exercises, and on the ground."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from kinemesh.demos.body import SEGMENTS, SKELETON
from kinemesh.demos.crawl import crawl
from kinemesh.demos.exercises import arm_raise, squat
from kinemesh.demos.get_up import get_up
from kinemesh.demos.kneel import kneel
from kinemesh.demos.lie import lie
from kinemesh.demos.lift_box import lift_box
from kinemesh.demos.sit import sit
from kinemesh.demos.step_up import step_up
from kinemesh.demos.walk import walk
from kinemesh.motion import Clip

DEMOS: Mapping[str, Callable[[], Clip]] = MappingProxyType(
    {"walk": walk, "lift_box": lift_box, "step_up": step_up}
)
"""The clips by name."""

FLOOR: Mapping[str, Callable[[], Clip]] = MappingProxyType(
    {"kneel": kneel, "crawl": crawl, "sit": sit, "lie": lie, "get_up": get_up}
)
"""Clips by name in which more than hands and feet touches. What does, and when, is the
``BEARINGS`` of the module of that name."""

__all__ = [
    "DEMOS",
    "FLOOR",
    "SEGMENTS",
    "SKELETON",
    "arm_raise",
    "crawl",
    "get_up",
    "kneel",
    "lie",
    "lift_box",
    "sit",
    "squat",
    "step_up",
    "walk",
]
