"""The three clips, made once, and how their angles are measured."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import numpy as np
import pytest

from kinemesh.arrays import Array
from kinemesh.demos import DEMOS
from kinemesh.demos.curves import grid
from kinemesh.demos.gait import FootTrack
from kinemesh.motion import Clip


@pytest.fixture(scope="session")
def clips() -> dict[str, Clip]:
    """Every clip by name."""
    return {name: make() for name, make in DEMOS.items()}


@pytest.fixture(scope="session", params=sorted(DEMOS))
def clip(request: pytest.FixtureRequest, clips: dict[str, Clip]) -> Clip:
    """Each clip in turn."""
    return clips[request.param]


@pytest.fixture(scope="session")
def feet() -> Callable[[str], list[FootTrack]]:
    """The plan of a clip's feet on the fine grid, left and right; every SUBSTEPS-th is a frame."""

    def plan(name: str) -> list[FootTrack]:
        module = importlib.import_module(f"kinemesh.demos.{name}")
        tracks: list[FootTrack] = module.feet(grid(module.DURATION))
        return tracks

    return plan


@pytest.fixture(scope="session")
def flexion() -> Callable[[Clip, str, str, str], Array]:
    """Angle at the middle one of three joints [deg], 0 when straight."""

    def measure(clip: Clip, first: str, middle: str, last: str) -> Array:
        upper = clip.joint(middle) - clip.joint(first)
        lower = clip.joint(last) - clip.joint(middle)
        lengths = np.linalg.norm(upper, axis=1) * np.linalg.norm(lower, axis=1)
        return np.asarray(np.degrees(np.arccos(np.sum(upper * lower, axis=1) / lengths)))

    return measure
