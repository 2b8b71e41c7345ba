"""Poses as a stream gives them, made of a configuration alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from kinemesh import RobotModel


@dataclass(frozen=True, eq=False)
class MadePose:
    """What a viewer is told of one instant."""

    time: float
    q: np.ndarray
    landmarks: np.ndarray
    contacts: tuple[tuple[str, str], ...] = ()
    props: Mapping[str, np.ndarray] = field(default_factory=dict)
    latency: float = 0.012
    state: str = "following"
    said: tuple[str, ...] = ()


def moved_pose(robot: RobotModel, x: float = 0.0, *, time: float = 0.0, **more: object) -> MadePose:
    """The robot at rest, ``x`` [m] ahead; the person where its landmarks are."""
    q = np.array(robot.rest)
    q[0] += x
    return MadePose(time, q, robot.configuration(q).landmarks(), **more)
