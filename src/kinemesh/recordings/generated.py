"""Motions as text-to-motion tools write them: MDM's results, HumanML3D's features.

Both have HumanML3D's 22 joints, y up, 20 frames a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh._files.numpy_files import as_floats
from kinemesh._files.pickled import read_pickle
from kinemesh.arrays import Array
from kinemesh.errors import ReadError

FPS = 20.0
"""Frames per second [1/s] of HumanML3D."""
FEATURES = 263
"""Numbers a frame of its features: of the root 4, of 21 joints 3 places, 6 of turns, of 22 joints
3 velocities, of feet 4 contacts."""

_JOINTS = 22
_HEIGHTS = (0.1, 2.5)
"""The root's height [m] of features that are not normalised,"""
_STEADY = 0.2
"""and the share by which the thighs' length may vary."""


@dataclass(frozen=True, eq=False)
class Generated:
    """Joint positions ``(T, 22, 3)`` [m], and what was found."""

    positions: Array
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def read_results(path: Path, offset: int) -> Generated:
    """The first motion in MDM's ``results.npy``: a pickled table, ``motion`` ``(N, J, 3, T)``.

    Nothing in the pickle is run (:mod:`kinemesh._files.pickled`).

    Args:
        path: the file.
        offset: where its pickle begins [bytes].

    Raises:
        ReadError: another table, or no table at all.
    """
    table = read_pickle(path, offset)
    there = ", ".join(map(str, list(table)[:8])) if isinstance(table, dict) else "no table"
    motion = table.get("motion") if isinstance(table, dict) else None
    if not isinstance(motion, np.ndarray) or motion.dtype.kind not in "fiu":
        raise ReadError(
            f"{path.name} is a pickled table ({there})",
            expected="joint positions (T, J, 3), or MDM's table with 'motion' (N, J, 3, T)",
            advice="load it with numpy.load(..., allow_pickle=True).item() if you trust it, and "
            "save the positions alone as .npy",
        )
    if motion.ndim != 4 or motion.shape[2] != 3 or not len(motion):
        raise ReadError(
            f"{path.name}: 'motion' has shape {motion.shape}",
            given=motion.shape,
            expected="(N, J, 3, T) as MDM writes positions",
            advice="save one as .npy (T, J, 3)",
        )
    positions = as_floats(motion[0]).transpose(2, 0, 1)
    lengths = table.get("lengths")
    if isinstance(lengths, np.ndarray | list) and len(lengths):
        positions = positions[: max(0, int(lengths[0]))]
    count = len(motion)
    said = f"MDM's results: motion 0 of {count}, {len(positions)} frames"
    if count == 1:
        return Generated(positions, (said,))
    return Generated(
        positions,
        (said,),
        (
            f"the file holds {count} motions, of which the first is read: of another save "
            f"motion[i].transpose(2, 0, 1) as .npy, and give fps={FPS:g}",
        ),
    )


def joints_of_features(path: Path, features: Array) -> Generated:
    """Joint positions from HumanML3D's features ``(T, 263)``, as its own code recovers them.

    Column 0 is half the turn about the vertical to the next frame [rad], 1 and 2 the way in x and
    z in the root's own heading [m], 3 its height [m]; then 21 joints in that heading [m].

    Raises:
        ReadError: features that are normalised, as networks see them.
    """
    half = np.concatenate([[0.0], np.cumsum(features[:-1, 0])])
    heading = Rotation.from_rotvec(np.outer(-2.0 * half, [0.0, 1.0, 0.0]))
    step = np.zeros((len(features), 3))
    step[1:, 0], step[1:, 2] = features[:-1, 1], features[:-1, 2]
    root = np.cumsum(heading.apply(step), axis=0)
    joints = features[:, 4 : 4 + 3 * (_JOINTS - 1)].reshape(len(features), -1, 3)
    with np.errstate(invalid="ignore", over="ignore"):
        thighs = np.linalg.norm(joints[:, [3, 4]] - joints[:, [0, 1]], axis=-1)
        height, thigh = float(np.median(features[:, 3])), float(np.median(thighs))
        spread = float(np.median(np.abs(thighs - thigh)))
    if not (_HEIGHTS[0] < height < _HEIGHTS[1] and spread < _STEADY * thigh):
        raise ReadError(
            f"{path.name}: features of HumanML3D whose root is {height:.2f} m high and whose "
            f"thighs are {thigh:.2f} m +- {spread:.2f} m long make no person: if they are "
            f"normalised, save x * Std + Mean of the model that made them"
        )
    turned = np.einsum("tij,tkj->tki", heading.as_matrix(), joints)
    turned[..., [0, 2]] += root[:, None, [0, 2]]
    root[:, 1] = features[:, 3]
    positions = np.concatenate([root[:, None], turned], axis=1)
    return Generated(positions, ("joints: recovered from HumanML3D's 263 features a frame",))


def way_out(width: int) -> str:
    """How to save a table of numbers ``(T, width)`` so that it is read; empty for unknown ones."""
    if width in (66, 72, 156, 165):
        return (
            f": positions of {width // 3} joints, then reshape it to (T, {width // 3}, 3); or "
            f"axis-angles of SMPL's family, then save it as numpy.savez('x.npz', poses=a, "
            f"trans=..., fps=...)"
        )
    return ": reshape it to (T, J, 3)" if width % 3 == 0 else ""
