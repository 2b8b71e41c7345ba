"""Whether a trajectory answers the recording that it is held against."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.matching.trajectory_file import TrajectoryFile
from kinemesh.metrics import Surfaces
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.person.proportions import proportioned
from kinemesh.motion import Clip

_SAME = 0.05
"""The person in a result is the recording's where they are this near [m], root mean square ..."""

_FITTED = 0.10
"""... or this near, where she has the robot's proportions: hands and feet that are put where they
touch are elsewhere than her bones point."""

_FOLLOWS = 0.2
"""A robot's landmarks are this near [m] to the person's, root mean square, at the scale and place
that fit best: right answers of three tools are within 0.1."""


def mismatch(file: TrajectoryFile, clip: Clip) -> str:
    """Why ``file``, frame for frame with ``clip``, answers another recording; empty if it does not.

    A result has the person that it was made from, scaled or in the robot's proportions; of
    somebody else's file the robot's landmarks are held against the person's.
    """
    person = clip.landmarks()
    if file.result is not None:
        own = file.result.landmarks[: len(person)]
        off = _rms(own - person * file.result.scale)
        fitted = proportioned(clip, file.robot, file.result.scale, Surfaces())
        if off > _SAME and _rms(own - fitted) > _FITTED:
            return (
                f"it was made from {file.result.clip!r}, whose person is {off:.2f} m from that "
                f"of {clip.name!r} (root mean square)"
            )
        return ""
    robot = KinematicTrajectory(file.trajectory, file.robot).landmarks[:, : person.shape[1]]
    off = _misfit(person, robot)
    if off > _FOLLOWS:
        return (
            f"its robot is {off:.2f} m from the person of {clip.name!r} (root mean square, at the "
            f"scale and place that fit best)"
        )
    return ""


def _misfit(person: Array, robot: Array) -> float:
    """What is left [m] between landmarks ``(T, K, 3)`` at the best scale and place."""
    a, b = person - person.mean(axis=(0, 1)), robot - robot.mean(axis=(0, 1))
    scale = float(np.sum(a * b) / max(float(np.sum(a * a)), 1e-12))
    return _rms(b - scale * a)


def _rms(off: Array) -> float:
    return float(np.sqrt(np.mean(np.sum(off**2, axis=-1))))
