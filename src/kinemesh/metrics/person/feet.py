"""How the feet of person and robot are built: how high their joints rest, and how they slope."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.geometry.easing import smooth_step
from kinemesh.metrics.geometry.directions import unit
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.geometry.trajectory import SIDES
from kinemesh.metrics.person.human import standing
from kinemesh.metrics.person.support import support_height
from kinemesh.motion import LANDMARKS, Clip
from kinemesh.robot.model import RobotModel

_STEEP = (0.2, 0.5)
"""A foot of which less than the first share is horizontal has no heading, and one from the second
on has."""


@dataclass(frozen=True)
class Foot:
    """A foot that lies flat."""

    toe: float
    """How high the toe landmark is over its surface [m]."""
    ankle: float
    """How high the ankle is [m]."""
    slope: float
    """How steeply the line from ankle to toe rises [rad]; it falls, as a rule."""


def robot_feet(robot: RobotModel, rest: Array) -> dict[str, Foot]:
    """The robot's feet by side, over the planes of their soles, from its landmarks at rest."""
    index, feet = LANDMARKS.index, {}
    for side in SIDES:
        toe, ankle = rest[index(f"{side}_toe")], rest[index(f"{side}_ankle")]
        level = float(np.linalg.norm((toe - ankle)[:2]))
        # The soles are on z = 0 at rest.
        feet[side] = Foot(toe[2], ankle[2], float(np.arctan2(toe[2] - ankle[2], level)))
    return feet


def person_feet(
    clip: Clip, surfaces: Surfaces, its: dict[str, Foot], scale: float
) -> dict[str, Foot]:
    """The person's feet by side, as they stand in the clip: medians over frames.

    A foot that never stands is taken to be as the other one; where neither does, they are the
    robot's ``its``, at the person's scale.
    """
    found: dict[str, dict[str, float]] = {"left": {}, "right": {}}
    for side in SIDES:
        stands = standing(clip, side, surfaces)
        toe, ankle = clip.landmark(f"{side}_toe"), clip.landmark(f"{side}_ankle")
        under = support_height(clip.scene, toe, surfaces)
        flags = stands.heel if stands.heel.any() else stands.toe
        if flags.any():
            found[side]["toe"] = float(np.median((toe[:, 2] - under)[flags]))
        if stands.heel.any():
            along = (toe - ankle)[flags]
            level = np.linalg.norm(along[:, :2], axis=1)
            found[side]["ankle"] = float(np.median((ankle[:, 2] - under)[flags]))
            found[side]["slope"] = float(np.median(np.arctan2(along[:, 2], level)))
    feet = {}
    for side, other in (SIDES, SIDES[::-1]):
        one = its[side]
        likely = {"toe": one.toe / scale, "ankle": one.ankle / scale, "slope": one.slope}
        feet[side] = Foot(**{**likely, **found[other], **found[side]})
    return feet


def levelled(along: Array, more: float, left: Array) -> Array:
    """Directions of a foot ``(T, 3)``, turned up by ``more`` [rad] about its own left.

    Args:
        along: unit vectors from ankle to toe.
        more: by how much the toes rise.
        left: the person's left ``(T, 3)``, unit vectors: the axis of a foot that points up or
            down.
    """
    body = left - np.sum(left * along, axis=1, keepdims=True) * along
    level = np.cross([0.0, 0.0, 1.0], along)
    share = np.linalg.norm(level, axis=1, keepdims=True)
    same = np.where(np.sum(level * body, axis=1, keepdims=True) < 0.0, -1.0, 1.0)
    known = smooth_step(np.clip((share - _STEEP[0]) / (_STEEP[1] - _STEEP[0]), 0.0, 1.0))
    level, body = (np.nan_to_num(unit(axis)) for axis in (level, body))
    axis = np.nan_to_num(unit(known * same * level + (1.0 - known) * body))
    return np.asarray(unit(np.cos(more) * along + np.sin(more) * np.cross(along, axis)))
