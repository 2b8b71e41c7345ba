"""A walk whose left is not its right, and whether a robot shows it limb by limb."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from kinemesh.arrays import Array
from kinemesh.demos import SKELETON, walk
from kinemesh.metrics.geometry.directions import between
from kinemesh.metrics.measures.limbs import LIMBS, directions
from kinemesh.motion import LANDMARKS, Clip
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from kinemesh.robotcheck.report import Check

_UPPER, _FORE = (0.2, 0.8, -0.4), (1.0, 0.1, 0.2)
"""Where the left upper arm and the left forearm point, x ahead and y to the left."""
_FARTHEST = 60.0
"""A limb that is off by more than this in the mean [deg] is another limb, or turned round."""
_TRAVELLED = 0.5
"""The robot goes at least this share of the person's scaled way."""


def sided_walk() -> Clip:
    """Two steps with the left arm raised aside and its forearm ahead, the right one hanging."""
    clip = walk().crop(25, 75)
    positions = np.array(clip.positions)
    at = [SKELETON.index(f"left_{part}") for part in ("shoulder", "elbow", "hand", "fingertip")]
    for (start, end), way in zip(pairwise(at), (_UPPER, _FORE, _FORE), strict=True):
        length = np.linalg.norm(clip.positions[:, end] - clip.positions[:, start], axis=1)
        positions[:, end] = positions[:, start] + length[:, None] * _unit(way)
    return replace(clip, positions=positions, name="sided_walk")


def sides_check(result: Result, robot: RobotModel, clip: Clip) -> Check:
    """Whether each limb, and what it hangs on, points as the person's.

    A limb of the robot that points as the person's other side does is on the wrong side; a robot
    that goes the other way was mapped back to front.
    """
    posed = np.stack([robot.configuration(q).landmarks() for q in result.trajectory.q])
    ours, theirs = directions(posed), directions(clip.landmarks())
    half = len(LIMBS) // 2
    other = theirs[:, [*range(half, len(LIMBS)), *range(half)]]
    off, crossed = (between(ours, ways).mean(axis=0) for ways in (theirs, other))
    apart = between(theirs, other).mean(axis=0)
    worst = int(np.argmax(off))
    wrong = [
        f"the {name} points as the person's of the other side"
        for name, near, far, gap in zip(LIMBS, off, crossed, apart, strict=True)
        if far < near and gap > _FARTHEST
    ]
    wrong += [
        f"the {name} is {angle:.0f} deg off the person's"
        for name, angle in zip(LIMBS, off, strict=True)
        if angle > _FARTHEST
    ]
    wrong += _turned(result, robot, clip)
    ways = [np.mean(p[-1] - p[0], axis=0)[:2] for p in (posed, clip.landmarks())]
    share = float(ways[0] @ ways[1] / (result.scale * ways[1] @ ways[1]))
    if share < _TRAVELLED:
        wrong.append(f"it goes {100.0 * share:.0f} % of the person's way")
    found = f"limbs {off.mean():.0f} deg off, the {LIMBS[worst]} most: {off[worst]:.0f}"
    mend = f"{'; '.join(wrong)}: left and right, or front and back, are mixed up in [landmarks]"
    return Check("sides", not wrong, found, mend if wrong else "")


def _turned(result: Result, robot: RobotModel, clip: Clip) -> list[str]:
    """Rigid parts of the robot that do not face as the person's do.

    Landmarks do not tell: a chest that is mapped the wrong way round turns its back on the knees.
    """
    theirs = clip.landmarks()
    torso = next(part.joint for part in robot.parts if part.name == "torso")
    start, faced = robot.configuration(robot.rest), []
    for name, joint, low, high in (
        ("pelvis", 1, "right_hip", "left_hip"),
        ("chest", torso, "right_shoulder", "left_shoulder"),
    ):
        left = theirs[:, LANDMARKS.index(high)] - theirs[:, LANDMARKS.index(low)]
        faced.append((name, joint, np.stack([left[:, 1], -left[:, 0]], axis=1)))
    for sole in robot.soles:
        toe, ankle = (LANDMARKS.index(f"{sole.name}_{end}") for end in ("toe", "ankle"))
        faced.append((f"{sole.name} foot", sole.joint, (theirs[:, toe] - theirs[:, ankle])[:, :2]))
    wrong = []
    for name, joint, person in faced:
        # Everything faces along x at rest.
        ahead = start.rotations[joint].T @ (1.0, 0.0, 0.0)
        ours = np.stack([robot.configuration(q).rotations[joint] for q in result.trajectory.q])
        yaw = np.unwrap(np.arctan2(*(ours @ ahead)[:, 1::-1].T))
        off = np.degrees(yaw - np.arctan2(person[:, 1], person[:, 0]))
        turned = float(np.mean(np.abs((off + 180.0) % 360.0 - 180.0)))
        if turned > _FARTHEST:
            wrong.append(f"the {name} faces {turned:.0f} deg away from the person's")
    return wrong


def _unit(way: tuple[float, float, float]) -> Array:
    return np.asarray(np.divide(way, np.linalg.norm(way)))
