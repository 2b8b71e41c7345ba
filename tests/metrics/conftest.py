from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from metrics_places import at_rest

from kinemesh.demos import walk
from kinemesh.motion import Clip, Scene, Trajectory

FRAMES = 30


@pytest.fixture(scope="session")
def standing(robot) -> Clip:
    """A person of 1.75 m who stands still for one second; feet on the ground at z = 0."""
    clip = walk().crop(0, FRAMES)
    return replace(clip, positions=np.repeat(clip.positions[:1], FRAMES, axis=0), scene=Scene())


@pytest.fixture(scope="session")
def still(robot):
    """Makes trajectories: the robot at rest, lifted so that its lowest point is on z = 0."""

    def make(q: np.ndarray | None = None, fps: float = 30.0, frames: int = FRAMES) -> Trajectory:
        if q is None:
            q = np.repeat(at_rest(robot)[None], frames, axis=0)
        return Trajectory(q, fps, robot.joint_names, robot.name)

    return make
