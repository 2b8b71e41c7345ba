"""What a BVH file's channels say: where each joint is, and how it is turned."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.recordings.bvh.file import BvhFile
from kinemesh.recordings.bvh.kinematics import world_poses

_STILL = 0.01
"""Position channels that stay below this share of an OFFSET are added to it, not put for it."""


class Poses:
    """Poses by the hierarchy of one file, of its own motion or of any other in its channels.

    Position channels stand in place of the OFFSET, as nearly all tools mean them; those that
    stay at zero all through the file beside an OFFSET that does not are added to it.
    """

    def __init__(self, file: BvhFile) -> None:
        self._file = file
        self._moved = self._columns("position")
        self._turned = self._columns("rotation")
        self._added = {joint for joint, _ in self._moved if self._still(joint)}

    def __call__(self, motion: Array) -> tuple[Array, Array]:
        """Positions ``(T, J, 3)`` in the file's unit and world, and rotations ``(T, J, 4)`` xyzw.

        NaN where a channel, or one above in the hierarchy, is.

        Args:
            motion: all channels of all joints ``(T, C)`` [file units, degrees].
        """
        file = self._file
        moves, turns = self._translations(motion), self._rotations(motion)
        positions, rotations = world_poses(file.parents, np.nan_to_num(moves), turns)
        if np.all(np.isfinite(motion)):
            return positions, rotations
        displaced = np.asarray(np.isnan(moves).any(axis=-1))
        turned = np.zeros_like(displaced)
        for joint, columns in self._turned:
            lost = np.isnan(motion[:, [column for _, column in columns]])
            turned[:, joint] = lost.any(axis=-1)
        for joint, parent in enumerate(file.parents):
            if parent >= 0:
                displaced[:, joint] |= displaced[:, parent] | turned[:, parent]
                turned[:, joint] |= turned[:, parent]
        positions[displaced] = np.nan
        rotations[turned] = np.nan
        return positions, rotations

    def _still(self, joint: int) -> bool:
        """Whether a joint's position channels are zero beside its OFFSET all through the file."""
        file = self._file
        columns = dict(self._moved)[joint]
        moved = file.motion[:, [column for _, column in columns]]
        offset = float(np.abs(file.offsets[joint, [axis for axis, _ in columns]]).max())
        with np.errstate(invalid="ignore"):
            small = not np.any(np.abs(moved) > _STILL * offset)
        return file.parents[joint] >= 0 and small and offset > 0.0

    def _translations(self, motion: Array) -> Array:
        """Each joint in its parent's axes ``(T, J, 3)``."""
        result = np.repeat(self._file.offsets[None], len(motion), axis=0)
        for joint, columns in self._moved:
            axes = [axis for axis, _ in columns]
            moved = motion[:, [column for _, column in columns]]
            if joint in self._added:
                result[:, joint, axes] += moved
            else:
                result[:, joint, axes] = moved
        return result

    def _rotations(self, motion: Array) -> list[Rotation | None]:
        """Each joint's turn: about the axes in the order of its channels, each turning the next."""
        result: list[Rotation | None] = [None] * len(self._file.joints)
        alike: dict[str, list[tuple[int, list[int]]]] = defaultdict(list)
        for joint, columns in self._turned:
            order = "".join("XYZ"[axis] for axis, _ in columns)
            alike[order].append((joint, [column for _, column in columns]))
        for order, joints in alike.items():
            angles = np.nan_to_num(motion[:, [columns for _, columns in joints]])
            # (T, n, k): all joints of an order at once
            turns = Rotation.from_euler(
                order, angles.reshape(-1, angles.shape[-1]), degrees=True
            ).as_quat()
            turns = turns.reshape(*angles.shape[:2], 4)
            for k, (joint, _) in enumerate(joints):
                result[joint] = Rotation.from_quat(turns[:, k])
        return result

    def _columns(self, kind: str) -> list[tuple[int, list[tuple[int, int]]]]:
        """Axis and column of the channels of one kind, joint by joint."""
        result = []
        column = 0
        for joint, channels in enumerate(self._file.channels):
            mine = [
                ("xyz".index(axis), column + k)
                for k, (axis, what) in enumerate(channels)
                if what == kind
            ]
            column += len(channels)
            if mine:
                result.append((joint, mine))
        return result
