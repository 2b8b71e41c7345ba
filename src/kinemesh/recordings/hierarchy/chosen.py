"""The skeleton of a hierarchy that moves: the user's, or found by name and place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ClipError, ReadError
from kinemesh.motion import Skeleton
from kinemesh.recordings.hierarchy.joint_names import bare_names
from kinemesh.recordings.hierarchy.landmarks import mapped_skeleton
from kinemesh.recordings.recording import Asked, named_skeleton

_SAMPLES = 60
"""So many frames tell the body's proportions."""


def chosen_skeleton(
    file: str,
    names: Sequence[str],
    parents: Sequence[int],
    positions: Array,
    asked: Asked,
    *,
    label: str,
    ends: Sequence[bool] | None = None,
) -> tuple[Skeleton, list[int], tuple[str, ...]]:
    """The skeleton, which joints of the file are its own, in order, and what was found.

    Args:
        file: name of the file, for messages.
        names: the joints' names.
        parents: the index of each joint's parent; -1 for a root.
        positions: places ``(T, J, 3)`` of the joints over the motion, in any unit and axes.
        asked: a skeleton, or the name of one, whose joints the file has; or the joints of some
            landmarks; found by name and place if left out.
        label: name of a skeleton that is not a known one.
        ends: which of them are ends of chains, which are joints only where a landmark needs them.

    Raises:
        ReadError: the file lacks joints that the user named, holds no whole frame, or its joints
            make no person.
    """
    finite = np.flatnonzero(np.all(np.isfinite(positions), axis=(1, 2)))
    if not len(finite):
        raise ReadError(f"{file}: every frame holds NaN or infinite numbers: export it again")
    if isinstance(asked, Skeleton | str):
        wanted = named_skeleton(asked)
        return wanted, _places(file, names, wanted), (f"skeleton {wanted.name}: given",)
    rows = finite[np.linspace(0, len(finite) - 1, min(_SAMPLES, len(finite))).astype(int)]
    try:
        whole, notes = mapped_skeleton(names, parents, positions[rows], name=label, overrides=asked)
    except (ReadError, ClipError) as error:
        raise ReadError(f"{file}: {error}") from error
    used = {joint for landmark in whole.landmarks for joint in whole.weights(landmark)}
    kept = [k for k, j in enumerate(whole.joints) if ends is None or not ends[k] or j in used]
    joints = tuple(whole.joints[k] for k in kept)
    found = Skeleton(whole.name, joints, whole.landmarks, whole.leg_ratio)
    notes = (f"skeleton {found.name}: {len(joints)} joints of the hierarchy", *notes)
    return found, kept, notes


def _places(file: str, names: Sequence[str], skeleton: Skeleton) -> list[int]:
    """Where the joints of a skeleton that the user named stand in the file."""
    bare = bare_names(names)
    places: Mapping[str, int] = {
        **{j: k for k, j in enumerate(bare)},
        **{j: k for k, j in enumerate(names)},
    }
    missing = [joint for joint in skeleton.joints if joint not in places]
    if missing:
        raise ReadError(
            f"{file} lacks the joints {', '.join(missing[:10])} of skeleton "
            f"{skeleton.name!r}; it has {', '.join(bare[:80])}: leave skeleton= out to find it"
        )
    return [places[joint] for joint in skeleton.joints]
