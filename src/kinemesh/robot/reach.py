"""What a robot's joints can do for its landmarks and parts: ranks of Jacobians, no tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array, readonly
from kinemesh.motion.skeleton import LANDMARKS
from kinemesh.robot.kinematic_model import KinematicModel
from kinemesh.robot.kinematics import Kinematics
from kinemesh.robot.oriented_links import OrientedLink

_BEND = 0.1
"""Ranks are taken with every joint this far [rad] from the middle of its range, where limbs are
bent and axes do not meet."""
_NONE = 0.02
"""A direction that moves by less than this share [m/rad], [rad/rad] is none."""
_LEAST = 1e-3
"""Share of a landmark that nothing moves: not 0, so that the mesh's cost stays definite."""

_WHOLE = {"knee": 2, "ankle": 3, "toe": 3, "elbow": 2, "hand": 3}
"""Directions in which a limb can carry the landmark: joints in the middle stay at a distance."""


@dataclass(frozen=True, eq=False)
class Reach:
    """How much a robot can follow, by what its joints can move."""

    landmarks: Array
    """Share ``(K,)`` of each landmark's weight: the rank of its Jacobian against the trunk's, over
    what a limb with all joints has. 1 for all of a robot that lacks none."""
    parts: dict[str, float]
    """Share of each part's turn, by its name: (rank of place and turn together - 3) / 3. Three
    directions are the place's, which comes first; a forearm without a wrist has one left."""


def find_reach(robot: KinematicModel, links: Iterable[OrientedLink]) -> Reach:
    """The ranks of a robot as it is: locked joints are none of its joints."""
    bent = np.array(robot.rest)
    ranged = np.isfinite(robot.lower) & np.isfinite(robot.upper)
    middle = np.where(ranged, robot.lower, 0.0) / 2.0 + np.where(ranged, robot.upper, 0.0) / 2.0
    middle = np.where(ranged, middle, bent[7:])
    middle += np.where(middle < 0.0, -_BEND, _BEND)
    bent[7:] = np.clip(middle, robot.lower, robot.upper)
    posed = Kinematics(robot, bent)
    marks = posed.landmarks()
    index = {mark: k for k, mark in enumerate(LANDMARKS)}
    joints = robot.landmark_joints
    moved = posed.jacobians(joints, marks)
    shares = np.ones(len(LANDMARKS))
    for side in ("left", "right"):
        for root, limb in (("hip", ("knee", "ankle", "toe")), ("shoulder", ("elbow", "hand"))):
            trunk = _trunk(robot, root)
            for name in limb:
                k = index[f"{side}_{name}"]
                own = moved[k] * (robot.support[joints[k]] - trunk > 0.0)
                shares[k] = max(_LEAST, min(1.0, _rank(own) / _WHOLE[name]))
    parts = {"torso": 1.0}
    for part in links:
        side, _, kind = part.name.partition("_")
        mark = f"{side}_{'ankle' if kind == 'foot' else 'hand'}"
        # A hand of any other name is no landmark's: `kinemesh robot check` says so.
        if kind in ("foot", "hand") and mark in index:
            place = marks[index[mark]]
            trunk = _trunk(robot, "hip" if kind == "foot" else "shoulder")
            parts[part.name] = max(0.0, (_six(posed, part.joint, place, trunk) - 3) / 3.0)
    return Reach(readonly(shares), parts)


def _trunk(robot: KinematicModel, root: str) -> Array:
    """Which velocities ``(nv,)`` carry both hips, or both shoulders: 1 or 0."""
    both = [robot.landmark_joints[LANDMARKS.index(f"{side}_{root}")] for side in ("left", "right")]
    carried: Array = robot.support[both[0]] * robot.support[both[1]]
    return carried


def _six(posed: Kinematics, joint: int, place: Array, trunk: Array) -> int:
    """Rank of place and turn of a body together, by the joints between it and the trunk."""
    joints = np.array([joint])
    moved = np.concatenate(
        [posed.jacobians(joints, place[None])[0], posed.angular_jacobians(joints)[0]]
    )
    return _rank(moved * (posed.robot.support[joint] - trunk > 0.0))


def _rank(jacobian: Array) -> int:
    values = np.linalg.svd(jacobian, compute_uv=False)
    return int(np.sum(values > _NONE))
