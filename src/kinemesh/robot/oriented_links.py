"""The parts of a robot that can be turned as a person's are: torso, feet and hands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array, readonly
from kinemesh.detection.facing import torso_axes
from kinemesh.motion.skeleton import LANDMARKS
from kinemesh.robot.kinematic_model import KinematicModel
from kinemesh.robot.kinematics import Kinematics


@dataclass(frozen=True, eq=False)
class OrientedLink:
    """A part of a robot, and the axes that it shares with the person's."""

    name: str
    """``torso``, or a side and what it is: ``left_foot``, ``right_hand``."""
    joint: int
    """Index of the joint that moves it."""
    axes: Array
    """Unit axes ``(3, 3)`` in the joint's frame, as columns: forward (along the fingers), left,
    up (out of the back of the hand)."""

    @property
    def kind(self) -> str:
        """``torso``, ``foot`` or ``hand``."""
        return self.name.rpartition("_")[2]


def find_oriented_links(robot: KinematicModel) -> tuple[OrientedLink, ...]:
    """Torso, feet and hands, from what the robot's folder says already.

    The torso is what carries both shoulders, and its axes are found at the rest posture as a
    person's are; a foot's are those of its sole; a hand's come from the palm's normal and the
    direction of its fingers. A robot without hands has no such parts.
    """
    parts = [_torso(robot)]
    for sole in robot.soles:
        forward = sole.corners[2:].mean(axis=0) - sole.corners[:2].mean(axis=0)
        middle = sole.corners.mean(axis=0)
        up = np.linalg.svd(sole.corners - middle)[2][2]
        up = up if up @ middle < 0.0 else -up  # the joint that carries a sole is above it
        parts.append(OrientedLink(f"{sole.name}_foot", sole.joint, _axes(forward, up)))
    for hand in robot.hands:
        parts.append(
            OrientedLink(f"{hand.name}_hand", hand.joint, _axes(hand.fingers, -hand.normal))
        )
    return tuple(parts)


def _torso(robot: KinematicModel) -> OrientedLink:
    shoulders = [robot.landmark_joints[LANDMARKS.index(f"{s}_shoulder")] for s in ("left", "right")]
    left, right = (list(robot.pin_model.supports[int(joint)]) for joint in shoulders)
    joint = int(max(k for k in left if k in right))  # parents come before their children
    rest = Kinematics(robot, robot.rest)
    places = dict(zip(LANDMARKS, rest.landmarks(), strict=True))
    axes = rest.rotations[joint].T @ torso_axes(places.__getitem__)
    return OrientedLink("torso", joint, readonly(axes))


def _axes(forward: Array, up: Array) -> Array:
    """Axes with ``forward`` as it is and ``up`` made perpendicular to it."""
    x = forward / np.linalg.norm(forward)
    z = up - x * (x @ up)
    z /= np.linalg.norm(z)
    return readonly(np.stack([x, np.cross(z, x), z], axis=1))
