"""What the tests of streams share: a walk, what is known of who walks, a stream of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kinemesh.demos import DEMOS
from kinemesh.motion import Clip
from kinemesh.robot import RobotModel
from kinemesh.streaming import Calibration, Pose, Stream

Streamed = Callable[..., Stream]


@pytest.fixture(scope="session")
def walk() -> Clip:
    """A walk of two seconds."""
    return DEMOS["walk"]().crop(0, 60)


@pytest.fixture(scope="session")
def known(walk: Clip) -> Calibration:
    """What the first half second of it shows."""
    return Calibration.of(walk.crop(0, 15))


@pytest.fixture
def streamed(robot: RobotModel, walk: Clip, known: Calibration) -> Streamed:
    """Opens a stream for the walk."""

    def opened(**options: Any) -> Stream:
        settings = {"skeleton": walk.skeleton, "calibration": known, "floor": 0.0} | options
        return Stream(robot, **settings)

    return opened


def pushed(stream: Stream, clip: Clip, frames: int | None = None, **given: Any) -> list[Pose]:
    """All frames of a clip, answered."""
    poses = []
    for k in range(len(clip) if frames is None else frames):
        turns = None if clip.rotations is None else clip.rotations[k]
        props = {prop.name: prop.track[k] for prop in clip.scene.props}
        poses.append(stream.push(clip.positions[k], turns, props, **given))
    return poses
