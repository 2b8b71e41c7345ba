"""BVH: a hierarchy of joints and how each turns, frame by frame.

Every tool writes its own dialect: other names, units, axes, and orders of rotation. What the file
does not say (unit, up axis, floor) is settled in :mod:`kinemesh.recordings.reading` as for any
format.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.motion import Skeleton
from kinemesh.recordings.bvh.file import BvhFile, parse_bvh
from kinemesh.recordings.bvh.kinematics import world_poses
from kinemesh.recordings.hierarchy.chosen import chosen_skeleton
from kinemesh.recordings.recording import Asked, Recording
from kinemesh.recordings.which import FIRST, Which

_STILL = 0.01
"""Position channels that stay below this share of an OFFSET are added to it, not put for it."""
_UPRIGHT = 3.0
"""A rest pose stands along an axis that outweighs the others by this factor."""


def read_bvh(path: Path, skeleton: Asked = None, which: Which = FIRST) -> Recording:
    """Read one BVH file; positions and heights are in the file's own unit.

    Args:
        path: the file.
        skeleton: a skeleton, or the name of one, whose joints the file has; or the joints of
            some landmarks; found by name and place if left out.
        which: who is meant, if the file holds several people.

    Raises:
        ReadError: not BVH, damaged, or a skeleton that cannot be told.
    """
    file = parse_bvh(path, which)
    if len(file.motion) < 2:
        raise ReadError(f"{path.name} has {len(file.motion)} frames; a motion needs at least 2")
    positions, rotations = _poses(file)
    found, kept, notes = chosen_skeleton(
        path.name, file.joints, file.parents, positions, skeleton, label="bvh", ends=file.ends
    )
    rest, _ = world_poses(file.parents, file.offsets[None], [None] * len(file.joints))
    return Recording(
        positions=positions[:, kept],
        skeleton=found,
        fps=file.fps,
        rotations=rotations[:, kept],
        metres=None,
        rest_up=_rest_up(found, rest[:, kept]),
        notes=notes,
        warnings=file.warnings,
        people=file.people,
    )


def _poses(file: BvhFile) -> tuple[Array, Array]:
    """World positions and rotations; NaN where a channel, or one above in the hierarchy, is."""
    moves, turns = _translations(file), _rotations(file)
    positions, rotations = world_poses(file.parents, np.nan_to_num(moves), turns)
    if np.all(np.isfinite(file.motion)):
        return positions, rotations
    displaced = np.asarray(np.isnan(moves).any(axis=-1))
    turned = np.zeros_like(displaced)
    for joint, columns in _columns(file, "rotation"):
        lost = np.isnan(file.motion[:, [column for _, column in columns]])
        turned[:, joint] = lost.any(axis=-1)
    for joint, parent in enumerate(file.parents):
        if parent >= 0:
            displaced[:, joint] |= displaced[:, parent] | turned[:, parent]
            turned[:, joint] |= turned[:, parent]
    positions[displaced] = np.nan
    rotations[turned] = np.nan
    return positions, rotations


def _translations(file: BvhFile) -> Array:
    """Each joint in its parent's axes ``(T, J, 3)``.

    Position channels stand in place of the OFFSET, as nearly all tools mean them; those that
    stay at zero all the time beside an OFFSET that does not are added to it.
    """
    result = np.repeat(file.offsets[None], len(file.motion), axis=0)
    for joint, columns in _columns(file, "position"):
        axes = [axis for axis, _ in columns]
        moved = file.motion[:, [column for _, column in columns]]
        offset = np.abs(file.offsets[joint, axes])
        with np.errstate(invalid="ignore"):
            still = not np.any(np.abs(moved) > _STILL * offset.max())
        if file.parents[joint] >= 0 and still and offset.max() > 0.0:
            result[:, joint, axes] += moved
        else:
            result[:, joint, axes] = moved
    return result


def _rotations(file: BvhFile) -> list[Rotation | None]:
    """Each joint's turn: about the axes in the order of its channels, each turning the next."""
    result: list[Rotation | None] = [None] * len(file.joints)
    for joint, columns in _columns(file, "rotation"):
        order = "".join("XYZ"[axis] for axis, _ in columns)
        angles = file.motion[:, [column for _, column in columns]]
        result[joint] = Rotation.from_euler(order, np.nan_to_num(angles), degrees=True)
    return result


def _columns(file: BvhFile, kind: str) -> list[tuple[int, list[tuple[int, int]]]]:
    """Axis and column of the channels of one kind, joint by joint."""
    result = []
    column = 0
    for joint, channels in enumerate(file.channels):
        mine = [
            ("xyz".index(axis), column + k)
            for k, (axis, what) in enumerate(channels)
            if what == kind
        ]
        column += len(channels)
        if mine:
            result.append((joint, mine))
    return result


def _rest_up(skeleton: Skeleton, rest: Array) -> str | None:
    """``y`` or ``z`` where the pose without any turn stands upright along it."""
    at = {k: skeleton.place(rest[0], k) for k in skeleton.landmarks}
    trunk = sum(
        at[f"{s}_{above}"] - at[f"{s}_ankle"]
        for s in ("left", "right")
        for above in ("hip", "shoulder")
    )
    trunk = np.asarray(trunk)
    best = int(np.argmax(np.abs(trunk)))
    if best == 0 or trunk[best] <= _UPRIGHT * np.sort(np.abs(trunk))[1]:
        return None
    return "xyz"[best]
