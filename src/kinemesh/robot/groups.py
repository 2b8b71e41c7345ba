"""Legs, arms, waist and head of a robot: which joints they are, found from its tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kinemesh.motion.skeleton import LANDMARKS

if TYPE_CHECKING:
    from kinemesh.robot.model import RobotModel


def groups(robot: RobotModel) -> dict[str, tuple[str, ...]]:
    """Joints by group, each in the order of ``robot.joint_names``.

    Legs carry a toe and arms a hand, but not both of either side; the waist is what is between
    hips and shoulders, wherever the base is; the head is what is left.
    """
    legs, arms = _carry(robot, "toe"), _carry(robot, "hand")
    hips, shoulders = legs[0] & legs[1], arms[0] & arms[1]
    waist = hips ^ shoulders
    found = {
        "legs": (legs[0] | legs[1]) & ~waist,
        "arms": (arms[0] | arms[1]) & ~waist,
        "waist": waist,
    }
    found["legs"] &= ~found["arms"]
    found["head"] = ~(found["legs"] | found["arms"] | waist)
    return {
        group: tuple(name for name, held in zip(robot.joint_names, flags, strict=True) if held)
        for group, flags in found.items()
    }


def _carry(robot: RobotModel, mark: str) -> NDArray[np.bool_]:
    """Which joints ``(2, n)`` carry the left and the right of a landmark."""
    joints = [robot.landmark_joints[LANDMARKS.index(f"{s}_{mark}")] for s in ("left", "right")]
    return np.asarray(robot.support[joints][:, 6:] > 0.0)
