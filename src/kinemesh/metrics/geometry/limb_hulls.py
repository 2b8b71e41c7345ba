"""Which collision hulls are the robot's knee, seat or back, and how far they are from things."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.geometry.shape import ConvexPart
from kinemesh.metrics.geometry.kinematics import PosedRobot, pose_robot
from kinemesh.metrics.geometry.narrow_phase import meet
from kinemesh.metrics.geometry.polytope import Polytope, body_of
from kinemesh.metrics.geometry.solid import Solid
from kinemesh.metrics.geometry.trajectory import SIDES, KinematicTrajectory
from kinemesh.motion import LANDMARKS
from kinemesh.robot.model import RobotModel

_BONES = {"shin": ("knee", "ankle"), "forearm": ("elbow", "hand")}
_ENDS = {"knee": ("hip", "knee", "ankle"), "elbow": ("shoulder", "elbow", "hand")}
_END, _SEAT = 1.0 / 3.0, 0.5
"""A knee or an elbow is so much of the two bones that meet there, and the seat so much of the
thighs: a shin that lies down at its other end does not kneel."""
_FLAT = 1e-4
"""What is cut off thinner than this [m] is no body."""


@dataclass(frozen=True, eq=False)
class LimbHulls:
    """A part of the robot's body, as convex bodies that move with joints."""

    bodies: tuple[tuple[int, Polytope], ...]
    """Joint, and the body in its frame."""

    def over(self, posed: KinematicTrajectory, height: float) -> Array:
        """Height ``(T,)`` [m] of the lowest point of the part over a level; negative below it."""
        lowest = [posed.heights(joint, body.vertices).min(axis=1) for joint, body in self.bodies]
        return np.asarray(np.min(lowest, axis=0) - height)

    def gaps(self, posed: KinematicTrajectory, solid: Solid, frames: NDArray[np.int64]) -> Array:
        """Signed distance ``(K,)`` [m] of the part from a solid in each of ``frames``."""
        return np.array([self._gap(posed.configurations[k], solid, k) for k in frames.tolist()])

    def _gap(self, robot: PosedRobot, solid: Solid, frame: int) -> float:
        pose = solid.pose(frame)
        turn = poses.matrix(pose).T
        placed = [
            body.moved(turn @ robot.rotations[joint], turn @ (robot.translations[joint] - pose[:3]))
            for joint, body in self.bodies
        ]
        if solid.surface is None:
            return _from_parts(solid.parts, placed)
        middles = np.array([body.centre for body in placed])
        away = solid.surface.nearest(middles)[1]
        inside = solid.surface.inside(middles)
        least = np.where(inside, -np.inf, away - [body.radius for body in placed])
        best = np.inf
        for k in np.argsort(least).tolist():
            if least[k] > max(best, 0.0):
                break
            best = min(best, solid.surface.gap(placed[k])[0])
        return best


def limb_hulls(robot: RobotModel, part: str) -> LimbHulls | None:
    """The hulls that stand for a part of the body (:data:`kinemesh.motion.PARTS`).

    Of knees the nearest thirds of shank and thigh, of shins all of the shank, and likewise elbows
    and forearms; the seat is the pelvis and the nearer halves of the thighs; the back is what lies
    between pelvis and shoulders, the head what is over them. None where there is no such hull.
    """
    (rest,) = pose_robot(robot, robot.rest[None])
    bodies = tuple(_bodies(robot, rest, part))
    return LimbHulls(bodies) if bodies else None


def _bodies(robot: RobotModel, rest: PosedRobot, part: str) -> Iterator[tuple[int, Polytope]]:
    side, _, what = part.rpartition("_")
    if what == "hand":
        yield from _moved_by(robot, {_joint(robot, part)})
    elif what in _BONES:
        start, end = (f"{side}_{name}" for name in _BONES[what])
        yield from _limb(robot, rest, start, end)
    elif what in _ENDS:
        before, here, after = (f"{side}_{name}" for name in _ENDS[what])
        yield from _limb(robot, rest, before, here, here, _END)
        yield from _limb(robot, rest, here, after, here, _END)
    elif part == "seat":
        yield from _moved_by(robot, {_joint(robot, "pelvis")})
        for one in SIDES:
            hip, knee = f"{one}_hip", f"{one}_knee"
            yield from _limb(robot, rest, hip, knee, hip, _SEAT)
    else:
        marks = rest.landmarks()
        shoulders = max(marks[LANDMARKS.index(f"{one}_shoulder"), 2] for one in SIDES)
        for joint, body in _moved_by(robot, _trunk(robot)):
            points = body.vertices @ rest.rotations[joint].T + rest.translations[joint]
            over = points[:, 2].mean() > shoulders
            if over == (part == "head"):
                yield joint, body


def _limb(
    robot: RobotModel,
    rest: PosedRobot,
    start: str,
    end: str,
    near: str | None = None,
    share: float = 1.0,
) -> Iterator[tuple[int, Polytope]]:
    """Bodies of a bone between two landmarks; of a ``share`` what is nearest to one of them."""
    first, last = _joint(robot, start), _joint(robot, end)
    bone = {first, *_way(robot, first, last)[:-1]}
    ends = {name: rest.landmarks()[LANDMARKS.index(name)] for name in (start, end)}
    for joint, body in _moved_by(robot, bone):
        piece: Polytope | None = body
        if near is not None:
            away = ends[end if near == start else start] - ends[near]
            normal = rest.rotations[joint].T @ away
            level = away @ (ends[near] + share * away - rest.translations[joint])
            piece = _cut(body, normal, float(level))
        if piece is not None:
            yield joint, piece


def _cut(body: Polytope, normal: Array, level: float) -> Polytope | None:
    """What of a body is where ``normal @ x <= level``; None where nothing is."""
    over = body.vertices @ normal - level
    if over.max() <= 0.0:
        return body
    ends = body.edges[:, :2]
    ends = ends[over[ends[:, 0]] * over[ends[:, 1]] < 0.0]
    share = (over[ends[:, 0]] / (over[ends[:, 0]] - over[ends[:, 1]]))[:, None]
    a, b = body.vertices[ends[:, 0]], body.vertices[ends[:, 1]]
    points = np.vstack([body.vertices[over <= 0.0], a + share * (b - a)])
    if len(points) < 4 or np.linalg.svd(points - points.mean(axis=0))[1][2] < _FLAT:
        return None
    return Polytope.from_part(ConvexPart(points))


def _moved_by(robot: RobotModel, joints: set[int]) -> Iterator[tuple[int, Polytope]]:
    """Bodies that move with one of ``joints``."""
    for hull in robot.hulls:
        if hull.joint in joints:
            yield hull.joint, body_of(hull)


def _trunk(robot: RobotModel) -> set[int]:
    """Joints that move what lies between the pelvis and both shoulders, and a head on it.

    The pelvis itself where nothing lies between.
    """
    pelvis = _joint(robot, "pelvis")
    arms = [_way(robot, pelvis, _joint(robot, f"{side}_shoulder")) for side in SIDES]
    legs = [_way(robot, pelvis, _joint(robot, f"{side}_hip")) for side in SIDES]
    both = set(arms[0]) & set(arms[1])
    found = both - {pelvis} or {pelvis}
    closed = {pelvis, *(joint for way in (*arms, *legs) for joint in way)} - found
    parents = robot.pin_model.parents.tolist()
    while True:
        more = {k for k, parent in enumerate(parents) if parent in found and k not in closed}
        if more <= found:
            return found
        found |= more


def _way(robot: RobotModel, first: int, last: int) -> list[int]:
    """Joints of the tree from ``first`` to ``last``, both included."""
    ups = [_up(robot, joint) for joint in (first, last)]
    meeting = next(joint for joint in ups[0] if joint in ups[1])
    way, back = (up[: up.index(meeting)] for up in ups)
    return [*way, meeting, *reversed(back)]


def _up(robot: RobotModel, joint: int) -> list[int]:
    """A joint and those that carry it, up to the world."""
    found = [joint]
    while found[-1] > 0:
        found.append(int(robot.pin_model.parents[found[-1]]))
    return found


def _joint(robot: RobotModel, landmark: str) -> int:
    return int(robot.landmark_joints[LANDMARKS.index(landmark)])


def _from_parts(parts: tuple[Polytope, ...], bodies: list[Polytope]) -> float:
    """Signed distance [m] of the nearest of ``bodies`` from the nearest part."""
    pairs = [
        (float(np.linalg.norm(part.centre - body.centre)) - part.radius - body.radius, k, j)
        for k, part in enumerate(parts)
        for j, body in enumerate(bodies)
    ]
    best = np.inf
    for least, k, j in sorted(pairs):
        if least > max(best, 0.0):
            break
        met = meet(parts[k], bodies[j], max(best, 0.0))
        best = best if met is None else min(best, met.distance)
    return best
