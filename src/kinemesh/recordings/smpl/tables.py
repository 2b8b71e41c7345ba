"""Poses of SMPL-X in one table of numbers: PHUMA's ``(T, 69)`` and Motion-X's ``(T, 322)``.

The columns are those of the projects' own code (PHUMA's ``load_motion_parms``, Motion-X's
``Load_motion_data.md``). Neither says the frame rate, which is 30 by convention, nor what is up.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np

from kinemesh._files.numpy_files import read_npy, shape_of
from kinemesh.arrays import Array
from kinemesh.errors import ReadError

_PHUMA = {"trans": (0, 3), "root_orient": (3, 6), "pose_body": (6, 69)}
_MOTION_X = {
    "root_orient": (0, 3),
    "pose_body": (3, 66),
    "pose_hand": (66, 156),
    "pose_jaw": (156, 159),
    "trans": (309, 312),
    "betas": (312, 322),
}
_LAYOUTS: Mapping[int, tuple[str, Mapping[str, tuple[int, int]]]] = MappingProxyType(
    {
        69: ("PHUMA's pose of SMPL-X", _PHUMA),
        73: ("PHUMA's pose of SMPL-X; its contacts of feet are not used", _PHUMA),
        79: ("PHUMA's pose of SMPL-X", {**_PHUMA, "betas": (69, 79)}),
        322: ("Motion-X's pose of SMPL-X; its face is not used", _MOTION_X),
    }
)
"""Numbers a frame to what they are, and the columns of each part [rad], [m]."""

_MOST_TURN = 4.0
"""No joint below the root is turned further [rad] in most frames: an axis-angle beyond pi is the
same turn written the long way round."""


def holds_table(path: Path) -> bool:
    """Whether a ``.npy`` file is a table as wide as one of these."""
    shape = shape_of(path)
    return shape is not None and len(shape) == 2 and shape[1] in _LAYOUTS and shape[0] > 0


def read_table(path: Path) -> tuple[dict[str, Array], str]:
    """The parts of a table, by AMASS's names, and a note on what it is.

    Raises:
        ReadError: damaged, or numbers that are no turns.
    """
    table = read_npy(path)
    said, columns = _LAYOUTS[table.shape[1]]
    parts = {name: table[:, first:last] for name, (first, last) in columns.items()}
    if "pose_jaw" in parts:
        parts["pose_eye"] = np.zeros((len(table), 6))
    with np.errstate(all="ignore"):
        turns = np.linalg.norm(parts["pose_body"].reshape(len(table), -1, 3), axis=-1)
        most = float(np.max(np.median(turns, axis=0)))
    if most > _MOST_TURN:
        raise ReadError(
            f"{path.name} holds {table.shape[1]} numbers a frame, as {said.partition(';')[0]} has, "
            f"but a joint would be turned by {most:.1f} rad",
            given=most,
            expected="axis-angles [rad]",
            advice="of joint positions save (T, J, 3)",
        )
    return parts, f"{table.shape[1]} numbers a frame: {said}"
