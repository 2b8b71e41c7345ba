"""What is stored of a trajectory, and how two of them are compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from kinemesh.demos import DEMOS
from kinemesh.motion import Clip
from kinemesh.robot import RobotModel
from kinemesh.solve import retarget

FOLDER = Path(__file__).resolve().parent
EVERY = 5
"""One frame in so many is stored."""


def clip(name: str) -> Clip:
    """A demo clip whose person is a little lopsided.

    In a perfectly symmetric person hips and shoulders lie on one circle, and rounding decides
    which diagonal the mesh takes: 1e-12 m in the input then moves the answer by 7 to 30 mm, so
    that no two machines would agree. With each joint a few millimetres off its place, the
    answer moves by less than a micrometre.
    """
    whole = DEMOS[name]()
    offset = np.random.default_rng(1).normal(scale=0.005, size=whole.positions.shape[1:])
    return replace(whole, positions=whole.positions + offset)


def answer(name: str) -> np.ndarray:
    """Configurations ``(T, 36)`` of the default robot's answer to :func:`clip`, thinned out."""
    return np.array(retarget(clip(name), "g1").trajectory.q[::EVERY])


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.npz"


def apart(robot: RobotModel, first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """Largest distance of a landmark [mm] and of an angle, joint or base [deg]."""
    millimetres = degrees = 0.0
    for a, b in zip(first, second, strict=True):
        places = robot.configuration(a).landmarks() - robot.configuration(b).landmarks()
        millimetres = max(millimetres, 1e3 * float(np.linalg.norm(places, axis=1).max()))
        difference = robot.difference(a, b)
        turn = max(float(np.linalg.norm(difference[3:6])), float(np.abs(difference[6:]).max()))
        degrees = max(degrees, float(np.degrees(turn)))
    return millimetres, degrees
