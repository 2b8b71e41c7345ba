"""Small inverse kinematics: a part of a good answer is put elsewhere, the rest stays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kinemesh.robot import RobotModel

_AXES = 0.1 * np.vstack([np.zeros(3), np.eye(3)])


def columns_of(robot: RobotModel, side: str, *parts: str) -> list[int]:
    """Tangent columns of the joints of a side whose names hold one of ``parts``."""
    return [
        6 + k
        for k, name in enumerate(robot.joint_names)
        if name.startswith(side) and any(part in name for part in parts)
    ]


def place(robot: RobotModel, q: np.ndarray, joint: int, offset: np.ndarray) -> np.ndarray:
    """A place of a link and its axes, as four points ``(4, 3)`` in the world."""
    return robot.configuration(q).positions(np.full(4, joint), np.asarray(offset) + _AXES)


def reach(
    robot: RobotModel,
    q: np.ndarray,
    joint: int,
    offset: np.ndarray,
    wanted: np.ndarray,
    columns: Sequence[int],
    points: int = 4,
) -> np.ndarray:
    """``q`` with some joints bent until a link's four points are at ``wanted`` ``(4, 3)``.

    With ``points=1`` the place alone counts, and not how the link is turned.
    """
    joints, offsets = np.full(points, joint), (np.asarray(offset) + _AXES)[:points]
    configuration = robot.configuration(q)
    for _ in range(80):
        here = configuration.positions(joints, offsets)
        error = (wanted[:points] - here).reshape(-1)
        if np.abs(error).max() < 1e-6:
            break
        rows = configuration.jacobians(joints, here).reshape(-1, robot.nv)[:, columns]
        step = np.zeros(robot.nv)
        damped = rows.T @ rows + 1e-7 * np.eye(len(columns))
        step[columns] = np.clip(np.linalg.solve(damped, rows.T @ error), -0.2, 0.2)
        configuration = configuration.integrate(step)
    return np.array(configuration.q)
