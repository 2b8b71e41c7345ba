"""Features of text-to-motion networks made joints again: HumanML3D's and KIT's, y up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.errors import ReadError

FPS: Mapping[int, float] = MappingProxyType({22: 20.0, 21: 12.5})
"""Number of joints to the frames per second [1/s] of HumanML3D, of KIT."""
FEATURES: Mapping[int, int] = MappingProxyType({263: 22, 251: 21})
"""Numbers a frame to number of joints: of the root 4, of the others 3 places and 6 of turns, of all
3 velocities, of feet 4 contacts."""

_LEGS = {22: ((1, 2), (4, 5)), 21: ((11, 16), (12, 17))}
"""Hips and knees."""
_UNITS = {22: 1.0, 21: 1e3}
"""So many of the file's units are a metre; KIT's bodies are 1000 tall, whoever the person is."""
_FARTHEST = 1e6
"""Numbers beyond this are no place, no way and no turn."""
_HEIGHTS = (0.1, 2.5)
"""The root's height [m] of features that are not normalised,"""
_STEADY = 0.2
"""and the share by which the thighs' length may vary."""


@dataclass(frozen=True, eq=False)
class Generated:
    """Joint positions ``(T, J, 3)``, and what was found."""

    positions: Array
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    fps: float | None = None
    """Frames per second [1/s] of what is written so."""
    takes: int = 1
    """How many motions the file holds."""


def joints_of_features(path: Path, features: Array) -> Generated:
    """Joint positions from features ``(T, 263)`` or ``(T, 251)``, as HumanML3D's own code has it.

    Column 0 is half the turn about the vertical to the next frame [rad], 1 and 2 the way in x and
    z in the root's own heading, 3 its height; then the other joints in that heading. HumanML3D's
    are in metres, KIT's in thousandths of the person's stature.

    Raises:
        ReadError: features that are normalised, as networks see them, or not finite.
    """
    count = FEATURES[features.shape[1]]
    name = "HumanML3D" if count == 22 else "KIT"
    with np.errstate(invalid="ignore"):
        bad = np.flatnonzero(~np.all(np.abs(features[:, : 1 + 3 * count]) < _FARTHEST, axis=1))
    if len(bad):
        raise ReadError(
            f"{path.name}: the features are NaN, infinite or beyond {_FARTHEST:g}, first in frame "
            f"{bad[0]}: as the root's way is summed up, nothing is known from there on; crop the "
            f"file, or make it again"
        )
    half = np.concatenate([[0.0], np.cumsum(features[:-1, 0])])
    heading = Rotation.from_rotvec(np.outer(-2.0 * half, [0.0, 1.0, 0.0]))
    step = np.zeros((len(features), 3))
    step[1:, 0], step[1:, 2] = features[:-1, 1], features[:-1, 2]
    root = np.cumsum(heading.apply(step), axis=0)
    joints = features[:, 4 : 1 + 3 * count].reshape(len(features), -1, 3)
    hips, knees = (np.array(part) - 1 for part in _LEGS[count])
    with np.errstate(invalid="ignore", over="ignore"):
        thighs = np.linalg.norm(joints[:, knees] - joints[:, hips], axis=-1) / _UNITS[count]
        height, thigh = float(np.median(features[:, 3])) / _UNITS[count], float(np.median(thighs))
        spread = float(np.median(np.abs(thighs - thigh)))
    if not (_HEIGHTS[0] < height < _HEIGHTS[1] and spread < _STEADY * thigh):
        raise ReadError(
            f"{path.name}: features of {name} whose root is {height:.2f} m high and whose "
            f"thighs are {thigh:.2f} m +- {spread:.2f} m long make no person: if they are "
            f"normalised, save x * Std + Mean of the model that made them"
        )
    turned = np.einsum("tij,tkj->tki", heading.as_matrix(), joints)
    turned[..., [0, 2]] += root[:, None, [0, 2]]
    root[:, 1] = features[:, 3]
    positions = np.concatenate([root[:, None], turned], axis=1)
    said = f"joints: recovered from {name}'s {features.shape[1]} features a frame"
    return Generated(positions, (said,), fps=FPS[count])


def way_out(width: int) -> str:
    """How to save a table of numbers ``(T, width)`` so that it is read; empty for unknown ones."""
    if width in (66, 72, 156, 165):
        return (
            f": positions of {width // 3} joints, then reshape it to (T, {width // 3}, 3); or "
            f"axis-angles of SMPL's family, then save it as numpy.savez('x.npz', poses=a, "
            f"trans=..., fps=...)"
        )
    return ": reshape it to (T, J, 3)" if width % 3 == 0 else ""
