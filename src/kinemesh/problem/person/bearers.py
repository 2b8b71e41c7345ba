"""Who bears a person besides feet, and how high the robot's landmarks are over what bears them.

A kneeling person's knee is a few centimetres over the ground, a robot's twice as far; what sits is
as high as the pelvis is thick. How thick a link is depends on how it is turned, and that follows
from the limb's direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.detection.touch import Touch
from kinemesh.motion import LANDMARKS, Clip, Scene
from kinemesh.problem.hands import time_to, touched_places
from kinemesh.problem.person.limbs import directions
from kinemesh.problem.person.proportions import Body
from kinemesh.robot import RobotModel

MARKS = {
    **{"knee": ("knee",), "shin": ("knee",), "elbow": ("elbow",), "forearm": ("elbow",)},
    "hand": ("hand",),
    "seat": ("left_hip", "right_hip"),
    "back": ("left_shoulder", "right_shoulder"),
}
"""The landmarks that are over what a part touches."""
_BONES = {"knee": ("knee", "ankle"), "elbow": ("elbow", "hand"), "hand": ("elbow", "hand")}
"""The bone that a landmark's link turns with; hips and shoulders turn with the trunk."""
BESIDE = 0.03
"""Of two landmarks, one that is higher than the other by this [m] is borne by that one."""
_RESTS = 0.2
"""A landmark rests as low as it is in this share of the frames in which it touches."""
SOON = 0.5
"""Before a touch and after it, for so long [s], it is known how a part would be borne;"""
DEPARTS = 0.3
"""it counts as so much higher by then [m/s]."""
STEEP = 0.5
"""What is touched further aside than below by this share of the distance bears nothing."""


@dataclass(frozen=True, eq=False)
class Bearer:
    """A landmark over what bears it."""

    mark: int
    """Among :data:`kinemesh.motion.LANDMARKS`."""
    over: Array
    """How much higher ``(T,)`` [m] the person's is than where it rests, scaled; infinite where that
    is not known."""
    height: Array
    """Where the robot's is to be ``(T,)`` [m], in its world."""


def bearers(
    robot: RobotModel,
    clip: Clip,
    home: Scene,
    touches: Sequence[Touch],
    scale: float,
    body: Array,
) -> list[Bearer]:
    """The landmarks that bear a person, feet aside.

    Args:
        robot: who follows.
        clip: the demonstration.
        home: its scene as the robot meets it.
        touches: all that the person touches.
        scale: of the robot's world against the person's.
        body: landmarks of the person in the robot's proportions ``(T, K, 3)`` [m].
    """
    pads = robot.touching
    at = robot.configuration(robot.rest)
    rest, person = Body(at.landmarks()[None]), clip.landmarks() * scale
    found = []
    for touch in touches:
        side, _, what = touch.part.rpartition("_")
        if touch.part not in pads or what not in MARKS:
            continue
        marks = [f"{side}_{mark}" if side else mark for mark in MARKS[what]]
        rows = [LANDMARKS.index(mark) for mark in marks]
        level = touched_places(touch, clip.scene, home, None, scale)
        if not _below(person[:, rows] - level[:, None], touch):
            continue
        above = person[:, rows, 2] - level[:, 2, None]
        low = np.quantile(above.min(axis=1)[touch.touching], _RESTS)
        for k, mark in enumerate(marks):
            high = np.quantile(above[touch.touching, k], _RESTS)
            if high > low + BESIDE:
                continue
            hulls = [robot.hulls[h] for h in pads[touch.part].hulls]
            hulls = [h for h in hulls if h.joint == hulls[0].joint]
            points = np.concatenate(
                [at.positions(np.full(len(h.vertices), h.joint), h.vertices) for h in hulls]
            )
            thick = thickness(Body(body), rest, mark, points)
            over = above[:, k] - high
            height = level[:, 2] + over + thick
            # Elsewhere, at another time, what was touched says nothing.
            time = time_to(touch, clip.fps)
            over = np.where(time <= SOON, np.maximum(over, -BESIDE) + DEPARTS * time, np.inf)
            found.append(Bearer(rows[k], over, height))
    return found


def _below(away: Array, touch: Touch) -> bool:
    """Whether what is touched lies below the nearest landmark, ``away`` ``(T, N, 3)`` [m]."""
    means = away[touch.touching].mean(axis=0)
    mean = means[np.linalg.norm(means, axis=1).argmin()]
    return bool(np.linalg.norm(mean[:2]) < max(STEEP * abs(mean[2]), BESIDE))


def thickness(body: Body, rest: Body, mark: str, points: Array) -> Array:
    """How high ``(T,)`` [m] a landmark is over the lowest of ``points`` ``(N, 3)`` of its link.

    Args:
        body: the person in the robot's proportions.
        rest: the robot at rest.
        mark: the landmark.
        points: of the link, at rest [m].
    """
    local = (points - rest.at(mark)[0]) @ _axes(rest, mark)[0]
    return np.asarray(-(_axes(body, mark)[:, 2] @ local.T).min(axis=1))


def _axes(body: Body, mark: str) -> NDArray[np.float64]:
    """Axes ``(T, 3, 3)`` of the link that carries a landmark, as columns."""
    side, _, what = mark.rpartition("_")
    if what not in _BONES:
        return body.axes()
    start, end = (body.at(f"{side}_{name}") for name in _BONES[what])
    trunk = body.axes()
    up = directions(start - end, trunk[..., 2])
    left = trunk[..., 1] - up * np.sum(trunk[..., 1] * up, axis=1, keepdims=True)
    left = directions(left, trunk[..., 0])
    return np.stack([np.cross(left, up), left, up], axis=-1)
