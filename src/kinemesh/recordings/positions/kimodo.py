"""What Kimodo saves of a generated person: ``.npz``, y up, 30 frames a second, in metres.

``posed_joints`` ``(T, J, 3)`` of SOMA's 77 joints (30 in early files), of SMPL-X's 22 or of G1's
34, and the turns ``global_rot_mats`` ``(T, J, 3, 3)`` of all of them in the world; by its
documentation (user guide, output formats).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.errors import ReadError

JOINTS = "posed_joints"
TURNS = "global_rot_mats"
FPS = 30.0
"""Frames per second [1/s] of all its models."""

_G1 = 34
_OFF = 1e-3
"""Matrices may be off a turn by this, in any entry of R R^T: files hold float32, or less."""


def turns_of(path: Path, positions: Array, turns: Array | None) -> tuple[Array | None, str]:
    """World rotations ``(T, J, 4)`` ``qx qy qz qw`` of the joints, and a note on them.

    Args:
        path: the file, for messages.
        positions: its joints ``(T, J, 3)``.
        turns: its matrices ``(T, J, 3, 3)``, if it has them.

    Raises:
        ReadError: a robot's motion.
    """
    if positions.ndim == 3 and positions.shape[1] == _G1:
        raise ReadError(
            f"{path.name} holds {_G1} joints of a G1, as Kimodo's models of the robot write them: "
            f"a trajectory, and not a person's motion",
            advice="give the .csv that Kimodo writes beside it (its layout is kimodo)",
        )
    if turns is None:
        return None, "turns of joints: none in the file"
    if turns.shape != (*positions.shape, 3) or turns.shape[-2:] != (3, 3):
        return None, f"turns of joints: left out, {TURNS!r} has shape {turns.shape}"
    flat = turns.reshape(-1, 3, 3)
    with np.errstate(all="ignore"):
        off = np.abs(flat @ flat.transpose(0, 2, 1) - np.eye(3)).max(initial=0.0)
        right = bool(off < _OFF) and bool(np.all(np.linalg.det(flat) > 0.0))
    if not right:
        return None, f"turns of joints: left out, {TURNS!r} are no rotations"
    return Rotation.from_matrix(flat).as_quat().reshape(*positions.shape[:2], 4), (
        "turns of joints: the file's"
    )
