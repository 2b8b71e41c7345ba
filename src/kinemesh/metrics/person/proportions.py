"""The person in the robot's proportions: what the robot ought to look like, as it is built.

A robot that is scaled to the person has other thighs and shoulders than hers: to be where hers
are it must crouch or lean. So it is held against a person of its own lengths, who points where
she does, from limb to limb.
"""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.directions import bone, leftward, middle, unit
from kinemesh.metrics.geometry.kinematics import pose_robot
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.geometry.trajectory import SIDES
from kinemesh.metrics.person.feet import Foot, levelled, person_feet, robot_feet
from kinemesh.metrics.person.place import place
from kinemesh.motion import LANDMARKS, Clip
from kinemesh.robot.model import RobotModel

_BONES = (
    *(("hip", "knee"), ("knee", "ankle"), ("ankle", "toe")),
    *(("shoulder", "elbow"), ("elbow", "hand")),
)


def proportioned(clip: Clip, robot: RobotModel, scale: float, surfaces: Surfaces) -> Array:
    """The person's landmarks ``(T, K, 3)`` [m] in the robot's world, with the robot's lengths.

    Every bone, the trunk, and the lines across hips and shoulders are as long as the robot's at
    rest and point where the person's do; a foot that is flat is as flat as the robot's. The
    lowest landmarks are as high over what carries them as hers, scaled; over the ground she is
    half-way between where her hips go, scaled, and where her feet do.

    Args:
        clip: the person, in her own scene.
        robot: whose lengths are taken.
        scale: how much smaller the robot's world is.
        surfaces: what is made ready of the clip's shapes.
    """
    person = clip.landmarks()
    (posed,) = pose_robot(robot, robot.rest[None])
    rest = posed.landmarks()
    its = robot_feet(robot, rest)
    hers = person_feet(clip, surfaces, its, scale)
    body = _assembled(person, rest, hers, its)
    return np.asarray(body + place(clip, body, scale, hers, its, surfaces)[:, None])


def _assembled(person: Array, rest: Array, hers: dict[str, Foot], its: dict[str, Foot]) -> Array:
    """The body ``(T, K, 3)`` [m] about the middle of its hips."""
    index, body = LANDMARKS.index, np.zeros_like(person)
    left = _filled(unit(leftward(person)), np.array([0.0, 1.0, 0.0]))
    yaw = np.arctan2(-left[:, 0], left[:, 1])

    def pointing(bones: Array, own: Array) -> Array:
        """Where ``bones`` point, else where ``own`` does with the person's heading."""
        return _filled(unit(bones), _turned(own / max(float(np.linalg.norm(own)), 1e-12), yaw))

    trunk = middle(rest, "shoulder") - middle(rest, "hip")
    up = pointing(middle(person, "shoulder") - middle(person, "hip"), trunk)
    for part, height in (("hip", 0.0), ("shoulder", np.linalg.norm(trunk))):
        names = f"right_{part}", f"left_{part}"
        own = bone(rest, *names)
        half = np.linalg.norm(own) / 2.0 * pointing(bone(person, *names), own)
        body[:, index(names[0])], body[:, index(names[1])] = height * up - half, height * up + half
    offset = rest[index("pelvis")] - middle(rest, "hip")
    body[:, index("pelvis")] = (_trunk(body) @ (_trunk(rest[None])[0].T @ offset)[:, None])[..., 0]
    for side in SIDES:
        for start, end in _BONES:
            names = f"{side}_{start}", f"{side}_{end}"
            own = bone(rest, *names)
            along = pointing(bone(person, *names), own)
            if end == "toe":
                along = levelled(along, its[side].slope - hers[side].slope, left)
            body[:, index(names[1])] = body[:, index(names[0])] + np.linalg.norm(own) * along
    return body


def _trunk(landmarks: Array) -> Array:
    """Axes of the trunk of ``(T, K, 3)``, forward, left and up, as columns ``(T, 3, 3)``."""
    left = unit(bone(landmarks, "right_hip", "left_hip"))
    up = middle(landmarks, "shoulder") - middle(landmarks, "hip")
    forward = _filled(unit(np.cross(left, up)), np.array([1.0, 0.0, 0.0]))
    return np.stack([forward, left, np.cross(forward, left)], axis=-1)


def _turned(vector: Array, yaw: Array) -> Array:
    """``vector`` ``(3,)`` turned about the vertical by ``yaw`` ``(T,)`` [rad]."""
    cos, sin, (x, y, z) = np.cos(yaw), np.sin(yaw), vector
    return np.stack([cos * x - sin * y, sin * x + cos * y, np.full(len(yaw), z)], axis=-1)


def _filled(directions: Array, likely: Array) -> Array:
    """``directions`` ``(T, 3)``, where they are unknown those of the nearest frame that has one.

    ``likely`` ``(3,)`` or ``(T, 3)`` where none has.
    """
    known = np.flatnonzero(np.isfinite(directions).all(axis=1))
    if not len(known):
        return np.broadcast_to(likely, directions.shape)
    frames = np.arange(len(directions))
    after = np.minimum(np.searchsorted(known, frames), len(known) - 1)
    before = np.maximum(after - 1, 0)
    nearer = np.abs(known[before] - frames) < np.abs(known[after] - frames)
    return np.asarray(directions[known[np.where(nearer, before, after)]])
