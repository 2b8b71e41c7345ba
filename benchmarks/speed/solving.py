"""One timed retargeting, and what kinds of it are compared."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinemesh import Clip, Retargeter, RobotModel


@dataclass(frozen=True, eq=False)
class Timing:
    """How long a retargeting took.

    Attributes:
        frames: frames in the clip.
        seconds: all of it [s], from the clip to the result.
        ends: when each frame of the first pass was done ``(T,)`` [s], since the start.
        solves: QPs a frame.
        error: mean distance of the landmarks from the person's [m].
    """

    frames: int
    seconds: float
    ends: NDArray[np.float64]
    solves: float
    error: float

    @property
    def rate(self) -> float:
        """Frames/s."""
        return self.frames / self.seconds

    def rate_within(self, start: int, stop: int) -> float:
        """Frames/s of the first pass over frames ``start`` to ``stop``."""
        return float((stop - start) / (self.ends[stop - 1] - self.ends[start - 1]))


def timed(clip: Clip, robot: RobotModel, **options: Any) -> Timing:
    """Retarget ``clip`` and take the time."""
    ends: list[float] = []
    start = time.perf_counter()
    result = Retargeter(robot, **options).retarget(
        clip, progress=lambda done, count: ends.append(time.perf_counter() - start)
    )
    seconds = time.perf_counter() - start
    there = np.array([robot.configuration(q).landmarks() for q in result.trajectory.q])
    error = float(np.linalg.norm(there - result.landmarks, axis=2).mean())
    solves = float(np.mean([report.iterations for report in result.reports]))
    return Timing(len(clip), seconds, np.array(ends), solves, error)
