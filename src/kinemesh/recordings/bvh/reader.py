"""BVH: a hierarchy of joints and how each turns, frame by frame.

Every tool writes its own dialect: other names, units, axes, and orders of rotation. What the file
does not say (unit, up axis, floor) is settled in :mod:`kinemesh.recordings.reading` as for any
format.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.motion import Skeleton
from kinemesh.recordings.bvh.file import parse_bvh
from kinemesh.recordings.bvh.kinematics import world_poses
from kinemesh.recordings.bvh.poses import Poses
from kinemesh.recordings.hierarchy.chosen import chosen_skeleton
from kinemesh.recordings.people.which import FIRST, Which
from kinemesh.recordings.recording import Asked, Recording

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
    positions, rotations = Poses(file)(file.motion)
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
