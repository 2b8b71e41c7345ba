"""Where a prop goes that is held: where the hands of a person in the robot's proportions hold it.

Props keep their size, and arms are longer or shorter than the scale: a table whose middle is at its
scaled place is too near or too far for arms that point as the person's do. So what is held is moved
by one offset, constant in the prop's own frame: what stands still keeps standing still, and hands
stay where they are on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.detection.stance import Flags
from kinemesh.geometry import poses
from kinemesh.motion import Prop

_FARTHEST = 0.3
"""No prop is moved by more than this [m]."""


@dataclass(frozen=True, eq=False)
class Grasp:
    """One hand's touch of a prop or the terrain."""

    side: str
    """``left`` or ``right``."""
    hand: Array
    """Where the hand of the person in the robot's proportions is ``(T, 3)`` [m]."""
    place: Array
    """Where it would be on the prop ``(T, 3)`` [m]."""
    share: Array
    """1 while it touches, falling to 0 before and after ``(T,)``."""


def held_offset(prop: Prop, grasps: Sequence[Grasp], rests: Flags) -> Array:
    """By how much ``(3,)`` [m] a prop is moved, in its own frame; 0 if it is not held.

    Args:
        prop: in the robot's scene, where it is scaled to.
        grasps: of both hands.
        rests: when something bears it ``(T,)``: what hands do then says less.
    """
    if not grasps:
        return np.zeros(3)
    holds = np.array([grasp.share >= 1.0 for grasp in grasps])
    away = np.array([grasp.hand - grasp.place for grasp in grasps])
    count = holds.sum(axis=0)
    mean = np.where(holds[..., None], away, 0.0).sum(axis=0) / np.maximum(count, 1)[:, None]
    held = count > 0
    lifted = held & ~rests
    if lifted.any():
        held = lifted
    turned = np.einsum("tji,tj->ti", poses.matrix(prop.track[held]), mean[held])
    offset = np.median(turned, axis=0)
    return np.asarray(offset * min(1.0, _FARTHEST / max(float(np.linalg.norm(offset)), 1e-9)))
