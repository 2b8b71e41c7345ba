"""A motion to write in any format: that of a BVH file, by plain kinematics."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.recordings.bvh.file import parse_bvh


@dataclass
class Moves:
    """A hierarchy and what it does, in the unit and axes of the file it is of."""

    names: list[str]
    parents: list[int]
    offsets: np.ndarray
    """Each joint from its parent at rest ``(J, 3)``, where none is turned."""
    ends: list[bool]
    positions: np.ndarray
    """``(T, J, 3)``."""
    turns: np.ndarray
    """Turns in the world ``(T, J, 4)`` ``qx qy qz qw``."""
    fps: float

    def local(self, joint: int) -> Rotation:
        """The joint's turns in its parent's axes."""
        own, parent = Rotation.from_quat(self.turns[:, joint]), self.parents[joint]
        return own if parent < 0 else Rotation.from_quat(self.turns[:, parent]).inv() * own

    def shifts(self, joint: int) -> np.ndarray:
        """The joint's places in its parent's axes ``(T, 3)``."""
        parent = self.parents[joint]
        if parent < 0:
            return self.positions[:, joint]
        apart = self.positions[:, joint] - self.positions[:, parent]
        return Rotation.from_quat(self.turns[:, parent]).inv().apply(apart)

    def children(self, joint: int) -> list[int]:
        return [k for k, parent in enumerate(self.parents) if parent == joint]


def moves_of(path: Path, frames: int | None = None, step: int = 1) -> Moves:
    """The motion of a BVH file in which only the root, or joints that stay, have positions."""
    file = parse_bvh(path)
    motion = file.motion[: None if frames is None else frames * step : step]
    positions = np.zeros((len(motion), len(file.joints), 3))
    turns: list[Rotation] = []
    column = 0
    for k, parent in enumerate(file.parents):
        place = np.repeat(file.offsets[k][None], len(motion), axis=0)
        turn = Rotation.identity(len(motion))
        order, angles = "", []
        for axis, what in file.channels[k]:
            if what == "position":
                place[:, "xyz".index(axis)] = motion[:, column]
            else:
                order += axis.upper()
                angles.append(motion[:, column])
            column += 1
        if order:
            turn = Rotation.from_euler(order, np.stack(angles, axis=1), degrees=True)
        if parent >= 0:
            place = positions[:, parent] + turns[parent].apply(place)
            turn = turns[parent] * turn
        positions[:, k] = place
        turns.append(turn)
    quaternions = np.stack([turn.as_quat() for turn in turns], axis=1)
    rate = 30.0 if file.fps is None else file.fps / step
    return Moves(
        list(file.joints), list(file.parents), np.array(file.offsets), list(file.ends),
        positions, quaternions, rate,
    )  # fmt: skip
