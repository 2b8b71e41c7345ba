"""OMOMO clips as InterMimic publishes them: ``.pt``, a float tensor ``(T, 591)``, metres, z up.

Columns: 0:3 root position, 3:7 root ``qx qy qz qw``, 162:318 positions of 52 joints, 318:325
object pose, 330 object contact, 331:383 contact per joint (-1, 0, 1), 383:591 rotations of 52
joints. The person's height and the object's mesh are not in the file.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kinemesh._files.numpy_files import as_floats
from kinemesh._files.torch_files import read_tensor
from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.motion import SKELETONS, Skeleton
from kinemesh.recordings.recording import Asked, Recording, named_skeleton

_COLUMNS = 591
_FINGERS = "Index Middle Pinky Ring Thumb".split()
_HAND = ("Wrist", *(f"{finger}{k}" for finger in _FINGERS for k in (1, 2, 3)))


def read_omomo(path: Path, skeleton: Asked = None) -> Recording:
    """Read one clip; its frame rate is 30 by convention and not in the file.

    Raises:
        ReadError: not a saved tensor, not ``(T, 591)``, columns that hold something else, or
            ``skeleton`` is not smplh52, the only one this format has.
    """
    smplh = SKELETONS["smplh52"]
    if skeleton is not None and named_skeleton(skeleton).joints != smplh.joints:
        raise ReadError(
            f"{path.name} is in the OMOMO layout, whose skeleton is always smplh52; "
            f"leave out skeleton={named_skeleton(skeleton).name!r}"
        )
    table = read_tensor(path)
    if table.ndim != 2 or table.shape[1] != _COLUMNS:
        raise ReadError(
            f"{path.name} holds a tensor of shape {table.shape}; expected (T, {_COLUMNS}), the "
            f"OMOMO layout of InterMimic: other tensors are not read"
        )
    data = as_floats(table)
    rotations = data[:, 383:591].reshape(-1, 52, 4)
    _check_layout(path, data, rotations)
    return Recording(
        positions=data[:, 162:318].reshape(-1, 52, 3),
        skeleton=named_skeleton(skeleton) if skeleton is not None else smplh,
        up="z",
        rotations=rotations,
        contacts=_contacts(data[:, 331:383], smplh),
        track=_track(data[:, 318:325]),
        notes=("OMOMO layout: skeleton smplh52",),
    )


def _check_layout(path: Path, data: Array, rotations: Array) -> None:
    """Whether the columns hold what the layout says; what is not finite is judged later."""
    with np.errstate(invalid="ignore", over="ignore"):
        wrong_length = np.abs(np.linalg.norm(rotations, axis=-1) - 1.0) > 1e-2
        elsewhere = np.abs(data[:, 0:3] - data[:, 162:165]) > 0.05
    for what, share in (
        ("columns 383:591 are not unit quaternions", np.mean(wrong_length)),
        ("columns 0:3 are not the position of the pelvis in 162:165", np.mean(elsewhere)),
    ):
        if share > 0.01:
            raise ReadError(
                f"{path.name} has {_COLUMNS} columns but not in the OMOMO layout: {what}",
                expected="metres and quaternions x y z w",
            )


def _contacts(labels: Array, skeleton: Skeleton) -> dict[str, NDArray[np.bool_]]:
    """Labels ``(T,)`` of both hands: the wrist or any finger touches the object."""
    if not np.any(labels):
        return {}
    result = {}
    for side, prefix in (("left", "L_"), ("right", "R_")):
        columns = [skeleton.index(f"{prefix}{part}") for part in _HAND]
        result[f"{side}_hand"] = np.any(labels[:, columns] == 1.0, axis=1)
    return result


def _track(poses: Array) -> Array | None:
    """The object's poses, or None where the columns are zero throughout."""
    return poses if np.any(poses[:, 3:]) else None
