"""Which props are parts of one thing: a door and its frame, a lid and its case, two halves.

Parts touch all the time, and move against one another as a joint lets them: not at all, about a
line, or along one. What merely lies on another is left to :mod:`kinemesh.detection.resting`.
"""

from __future__ import annotations

import itertools

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.detection.resting import Resting
from kinemesh.geometry import poses
from kinemesh.geometry.closest import Closest
from kinemesh.motion import Prop, Scene

_TOUCHES = 0.01
"""Surfaces no further apart than this [m] touch."""
_LOOSE = 0.005
"""A joint may have so much play [m] ..."""
_BENT = 0.02
"""... and so much [rad]."""
_POINTS = 2000
"""So many points stand for a surface that is held against another."""
_LOOKED_AT = 24
"""In so many frames, spread over the recording, it is looked whether parts touch."""


def joined(scene: Scene, resting: Resting) -> dict[int, int]:
    """Which prop goes with which: the number of a part, and that of the part that it goes with.

    Of the parts of one thing the one that others go with is that which something bears for
    longest, else the largest.

    Args:
        scene: props of one number of frames.
        resting: what rests on what in it.
    """
    groups = {k: {k} for k in range(len(scene.props))}
    for k, j in itertools.combinations(range(len(scene.props)), 2):
        one, other = scene.props[k], scene.props[j]
        if one.robot_scale != other.robot_scale or len(one.track) != len(other.track):
            continue
        borne = (k, j) in resting.on or (j, k) in resting.on
        if _joint(one, other, hinge=borne) and _touching(one, other):
            whole = groups[k] | groups[j]
            groups |= dict.fromkeys(whole, whole)
    return {
        k: root
        for k, group in groups.items()
        if len(group) > 1 and k != (root := _root(scene, resting, group))
    }


def _root(scene: Scene, resting: Resting, group: set[int]) -> int:
    """The part that the others go with."""

    def worth(k: int) -> tuple[int, float, int]:
        outside = [rest.flags for j, rest in resting.bearers(k).items() if j not in group]
        time = int(np.any(outside, axis=0).sum()) if outside else 0
        return time, float(np.prod(np.ptp(scene.props[k].shape.bounds, axis=0))), -k

    return max(group, key=worth)


def _joint(one: Prop, other: Prop, hinge: bool) -> bool:
    """Whether two props move against each other as a joint lets them; ``hinge``: as one does."""
    between = poses.compose(poses.inverse(one.track), other.track)
    moves = poses.compose(between, poses.inverse(between[:1]))
    turns = Rotation.from_quat(moves[:, 3:]).as_rotvec()
    angles = np.linalg.norm(turns, axis=1)
    most = int(np.argmax(angles))
    if angles[most] <= _BENT:
        middle = poses.apply(between[0], other.shape.bounds.mean(axis=0)[None])[0]
        way = poses.apply(moves, middle[None])[:, 0] - middle
        return not hinge and _off_a_line(way) <= _LOOSE
    axis = turns[most] / angles[most]
    if np.linalg.norm(turns - np.outer(turns @ axis, axis), axis=1).max() > _BENT:
        return False
    # A hinge leaves a point where it is: (R - 1) p = -d, in every frame.
    rows = poses.matrix(moves) - np.eye(3)
    fixed = np.linalg.lstsq(rows.reshape(-1, 3), -moves[:, :3].reshape(-1), rcond=None)[0]
    return bool(np.linalg.norm(rows @ fixed + moves[:, :3], axis=1).max() <= _LOOSE)


def _off_a_line(way: Array) -> float:
    """How far ``way`` ``(T, 3)`` [m] is from the line along which it goes furthest."""
    end = way[int(np.argmax(np.linalg.norm(way, axis=1)))]
    size = np.linalg.norm(end)
    if size <= _LOOSE:
        return float(size)
    return float(np.linalg.norm(way - np.outer(way @ end, end) / size**2, axis=1).max())


def _touching(one: Prop, other: Prop) -> bool:
    """Whether two props touch in all frames that are looked at."""
    rows = np.unique(np.linspace(0, len(one.track) - 1, _LOOKED_AT).astype(int))
    between = poses.compose(poses.inverse(one.track[rows]), other.track[rows])
    seen: list[Array] = []
    for pose in between:
        if not any(np.abs(pose - last).max() < 1e-6 for last in seen):
            seen.append(pose)
    rng = np.random.default_rng(0)
    sides = [
        (Closest(a.shape), np.concatenate([b.shape.vertices, b.shape.scatter(_POINTS, rng)]), back)
        for a, b, back in ((one, other, False), (other, one, True))
    ]
    for pose in seen:
        near = False
        for surface, points, back in sides:
            placed = poses.apply(poses.inverse(pose) if back else pose, points)
            near = near or bool(surface.nearest(placed)[0].min() <= _TOUCHES)
        if not near:
            return False
    return True
