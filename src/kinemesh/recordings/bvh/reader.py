"""BVH: a hierarchy of joints and how each turns, frame by frame.

Every tool writes its own dialect: other names, units, axes, and orders of rotation. What the file
does not say (unit, up axis, floor) is settled in :mod:`kinemesh.recordings.reading` as for any
format.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ClipError, ReadError
from kinemesh.motion import Skeleton
from kinemesh.recordings.bvh.file import BvhFile, parse_bvh
from kinemesh.recordings.bvh.kinematics import world_poses
from kinemesh.recordings.bvh.poses import Poses
from kinemesh.recordings.hierarchy.joint_names import bare_names
from kinemesh.recordings.hierarchy.landmarks import mapped_skeleton
from kinemesh.recordings.recording import Asked, Recording, named_skeleton
from kinemesh.recordings.which import FIRST, Which

_SAMPLES = 60
"""So many frames tell the body's proportions."""
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
    finite = np.flatnonzero(np.all(np.isfinite(positions), axis=(1, 2)))
    if not len(finite):
        raise ReadError(f"{path.name}: every frame holds NaN or infinite numbers: export it again")
    rows = finite[np.linspace(0, len(finite) - 1, min(_SAMPLES, len(finite))).astype(int)]
    notes: tuple[str, ...]
    if isinstance(skeleton, Skeleton | str):
        found = named_skeleton(skeleton)
        kept, notes = _asked(path, file, found), (f"skeleton {found.name}: given",)
    else:
        try:
            whole, notes = mapped_skeleton(
                file.joints, file.parents, positions[rows], name="bvh", overrides=skeleton
            )
        except (ReadError, ClipError) as error:
            raise ReadError(f"{path.name}: {error}") from error
        used = {joint for landmark in whole.landmarks for joint in whole.weights(landmark)}
        kept = [k for k, j in enumerate(whole.joints) if not file.ends[k] or j in used]
        joints = tuple(whole.joints[k] for k in kept)
        found = Skeleton(whole.name, joints, whole.landmarks, whole.leg_ratio)
        notes = (f"skeleton {found.name}: {len(joints)} joints of the hierarchy", *notes)
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


def _asked(path: Path, file: BvhFile, skeleton: Skeleton) -> list[int]:
    """Where the joints of a skeleton that the user named stand in the file."""
    bare = bare_names(file.joints)
    places: Mapping[str, int] = {
        **{j: k for k, j in enumerate(bare)},
        **{j: k for k, j in enumerate(file.joints)},
    }
    missing = [joint for joint in skeleton.joints if joint not in places]
    if missing:
        raise ReadError(
            f"{path.name} lacks the joints {', '.join(missing[:10])} of skeleton "
            f"{skeleton.name!r}; it has {', '.join(bare)}: leave skeleton= out to find it"
        )
    return [places[joint] for joint in skeleton.joints]


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
