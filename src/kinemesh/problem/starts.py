"""Where the first frame may start from: a bad first frame ruins a clip."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.motion import LANDMARKS
from kinemesh.robot import Configuration, RobotModel

_BENT = 4.0
"""The rest posture times this, within the limits, is a crouch: it bends every joint the way in
which the robot rests."""
_SIDE = 0.1
"""A line across the body of which less than this share is horizontal has no heading."""


def starts(robot: RobotModel, landmarks: Array) -> tuple[Configuration, ...]:
    """Configurations to start from, for a person's scaled ``landmarks`` ``(K, 3)`` [m].

    First the usual one: upright in the rest posture, heading as hips and shoulders do. Then a
    crouch, and both again with the base turned as the trunk is, for people who bend, sit or lie.
    """
    body = dict(zip(LANDMARKS, landmarks, strict=True))
    left = body["left_hip"] - body["right_hip"] + body["left_shoulder"] - body["right_shoulder"]
    trunk = body["left_shoulder"] + body["right_shoulder"] - body["left_hip"] - body["right_hip"]
    upright = _base(_level(left, trunk), np.array([0.0, 0.0, 1.0]))
    leaning = _base(left, trunk)
    rest = robot.rest[7:]
    crouch = robot.followed(np.clip(_BENT * rest, robot.lower, robot.upper))
    if robot.fixed_base:
        return tuple(_bolted(robot, body["pelvis"], upright, joints) for joints in (rest, crouch))
    return tuple(
        _placed(robot, body["pelvis"], base, joints)
        for base in (upright, leaning)
        for joints in (rest, crouch)
    )


def _placed(robot: RobotModel, pelvis: Array, base: Array, joints: Array) -> Configuration:
    """The robot with its pelvis, which need not be its base, at a place ``(3,)`` [m]."""
    posed = robot.configuration(np.concatenate([pelvis, base, joints]))
    off = posed.landmarks()[LANDMARKS.index("pelvis")] - pelvis
    if float(np.abs(off).max()) < 1e-9:
        return posed
    return robot.configuration(np.concatenate([pelvis - off, base, joints]))


def _bolted(robot: RobotModel, pelvis: Array, base: Array, joints: Array) -> Configuration:
    """The robot at the height of its rest posture, its pelvis under a person's ``(3,)`` [m]."""
    resting = _placed(robot, pelvis, base, robot.rest[7:])
    place = np.array([*resting.q[:2], robot.rest[2]])
    return robot.configuration(np.concatenate([place, base, joints]))


def _level(left: Array, trunk: Array) -> Array:
    """``left`` in the horizontal; of who lies on a side, whose left is up, by where she faces."""
    level = np.array([left[0], left[1], 0.0])
    if np.linalg.norm(level) > _SIDE * np.linalg.norm(left):
        return level
    forward = np.cross(left, trunk)
    return np.array([-forward[1], forward[0], 0.0])


def _base(left: Array, up: Array) -> Array:
    """Quaternion ``x y z w`` of a base whose y axis is ``left`` and whose z axis is near ``up``."""
    y = left / np.linalg.norm(left)
    z = up - y * (y @ up)
    z = z / np.linalg.norm(z)
    return np.asarray(Rotation.from_matrix(np.stack([np.cross(y, z), y, z], axis=1)).as_quat())
