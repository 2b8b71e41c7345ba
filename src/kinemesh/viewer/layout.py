"""Where several results stand, and where to look at them from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.viewer.stage import Stage

_ROOM = 0.6
"""A robot takes this much room around its base [m]."""
_GAP = 0.4
"""Between two results that stand side by side [m]."""
_SMOOTH = 1.0
"""Who follows a robot does not sway with it: its way is averaged over this time [s]."""
_LOST = 2.0
"""Who is this far [m] from the robot goes there at once."""


def extent(stage: Stage) -> Array:
    """Corners ``(2, 3)`` [m] of the box in which a result moves, its props and terrain in it."""
    base = stage.link_poses[:, 0, :3]
    low, high = base.min(axis=0) - _ROOM, base.max(axis=0) + _ROOM
    assert stage.prop_poses is not None  # the stage sees to it
    for mesh, track in zip(stage.props, np.moveaxis(stage.prop_poses, 1, 0), strict=True):
        reach = float(np.linalg.norm(mesh.vertices, axis=1).max())
        low = np.minimum(low, track[:, :3].min(axis=0) - reach)
        high = np.maximum(high, track[:, :3].max(axis=0) + reach)
    if stage.terrain is not None:
        low = np.minimum(low, stage.terrain.vertices.min(axis=0))
        high = np.maximum(high, stage.terrain.vertices.max(axis=0))
    return np.stack([low, high])


def offsets(stages: Sequence[Stage], overlaid: bool) -> Array:
    """How far each result is moved ``(R, 3)`` [m]: in a row across its narrow side, or not."""
    moved = np.zeros((len(stages), 3))
    if overlaid or len(stages) < 2:
        return moved
    boxes = [extent(stage) for stage in stages]
    sizes = np.max([box[1] - box[0] for box in boxes], axis=0)
    across = int(np.argmin(sizes[:2]))
    # To the first robot's left: who sees it from the front reads the row from left to right.
    side = 1 if _facing(stages[0], [0.0, 1.0, 0.0])[across] >= 0.0 else -1
    far, near = (1, 0) if side > 0 else (0, 1)
    for k in range(1, len(stages)):
        beside = boxes[k - 1][far, across] - boxes[k][near, across]
        moved[k, across] = moved[k - 1, across] + beside + side * _GAP
    return moved


def way(stage: Stage) -> Array:
    """Where the robot goes ``(T, 3)`` [m], level and without its sway."""
    path = np.array(stage.link_poses[:, 0, :3])
    path[:, 2] = 0.0
    half = min(round(_SMOOTH * stage.fps / 2.0), len(path) - 1)
    if half < 1:
        return path
    padded = np.concatenate([path[:1].repeat(half, 0), path, path[-1:].repeat(half, 0)])
    sums = np.cumsum(np.concatenate([np.zeros((1, 3)), padded]), axis=0)
    return np.asarray((sums[2 * half + 1 :] - sums[: -2 * half - 1]) / (2 * half + 1))


def followed(at: Array, place: Array, seconds: float) -> Array:
    """Where who follows a robot is ``(3,)`` [m], level: from ``at``, with the robot at ``place``.

    The way of a robot that nobody knows beforehand: a mean that forgets, so that it trails.
    """
    level = np.array([place[0], place[1], 0.0])
    if np.linalg.norm(level - at) > _LOST:
        return level
    return np.asarray(at + (level - at) * -np.expm1(-seconds / (_SMOOTH / 2.0)))


def camera(stages: Sequence[Stage], moved: Array) -> tuple[Array, Array]:
    """Where a camera stands ``(3,)`` [m] that sees the robots start, and looks at ``(3,)``."""
    starts = np.array([s.link_poses[0, 0, :3] + m for s, m in zip(stages, moved, strict=True)])
    target = starts.mean(axis=0)
    target[2] -= 0.1
    row = starts[-1] - starts[0]
    across = np.array([row[1], -row[0], 0.0])
    if np.linalg.norm(across) < 0.1:
        # One alone, or several in one place: from the front, and from the left.
        across = _facing(stages[0], [0.6, 1.0, 0.0])
    aside = across / max(float(np.linalg.norm(across)), 1e-9) + [0.0, 0.0, 0.35]
    distance = 3.0 + 0.9 * float(np.linalg.norm(row))
    return target + distance * aside / np.linalg.norm(aside), target


def _facing(stage: Stage, direction: list[float]) -> Array:
    """A ``direction`` of the robot (forward, left, up) in the world as it starts, made level."""
    turned = Rotation.from_quat(np.array(stage.link_poses[0, 0, 3:])).apply(direction)
    return np.asarray(turned * [1.0, 1.0, 0.0])
