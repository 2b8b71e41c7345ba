"""Toes for a body whose feet end at the ankle, as many rigs of games and of Poser have them.

Nothing in such a file says where a foot points, but a person who stands has both feet flat and
ahead. So the toes are put where they are on most people in the frame in which the legs are the
straightest, and go with the turns of the feet from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.motion.skeleton import Landmarks
from kinemesh.recordings.hierarchy.joint_names import bare_names
from kinemesh.recordings.hierarchy.limbs import Body

_AHEAD, _DOWN = 0.16, 0.08
"""From the ankle to the toe, as shares of thigh and shank: 0.14 m and 0.07 m."""
_NEEDED = ("hip", "knee", "ankle", "shoulder")


@dataclass(frozen=True, eq=False)
class MadeToes:
    """Two joints more, each rigid on a foot."""

    feet: tuple[int, int]
    """The joints that are the left and the right ankle."""
    offsets: Array
    """The toes ``(2, 3)`` in the feet's own axes, in the file's unit."""

    def names(self, names: Sequence[str]) -> tuple[str, ...]:
        """The joints' names with those of the toes behind."""
        return (*names, *(f"{names[foot]}_Toe" for foot in self.feet))

    def added(self, positions: Array, rotations: Array) -> tuple[Array, Array]:
        """Places ``(T, J + 2, 3)`` and world turns ``(T, J + 2, 4)`` with the toes behind."""
        feet = list(self.feet)
        steps = [
            Rotation.from_quat(rotations[:, foot]).apply(offset)
            for foot, offset in zip(self.feet, self.offsets, strict=True)
        ]
        toes = positions[:, feet] + np.stack(steps, axis=1)
        return (
            np.concatenate([positions, toes], axis=1),
            np.concatenate([rotations, rotations[:, feet]], axis=1),
        )


def toes_of(
    names: Sequence[str],
    parents: Sequence[int],
    positions: Array,
    rotations: Array,
    stated: Landmarks | None = None,
) -> MadeToes | None:
    """The toes of a body that has everything else; None where it has its own, or lacks more.

    Args:
        names: the joints' names.
        parents: the index of each joint's parent; -1 for a root.
        positions: places ``(T, J, 3)`` of the joints in frames of the motion, in any unit and axes.
        rotations: their turns in the world ``(T, J, 4)``.
        stated: the joints of some landmarks, as the user has them.
    """
    body = Body(bare_names(names), tuple(parents), positions)
    ends: Mapping[str, int] = {
        k: next(iter(found.weights)) for k, found in body.search({}).items()
    } | {k: names.index(v) for k, v in (stated or {}).items() if isinstance(v, str) and v in names}
    if {"left_toe", "right_toe"} & ends.keys():
        return None
    if not {f"{side}_{part}" for side in ("left", "right") for part in _NEEDED} <= ends.keys():
        return None
    at = {k: positions[:, joint] for k, joint in ends.items()}
    shoulders, hips = (at[f"left_{k}"] + at[f"right_{k}"] for k in ("shoulder", "hip"))
    up = _unit(shoulders - hips)
    across = at["left_hip"] - at["right_hip"]
    ahead = _unit(np.cross(across, up))
    straight = np.zeros(len(positions))
    for side in ("left", "right"):
        for above, below in (("hip", "knee"), ("knee", "ankle")):
            bone = _unit(at[f"{side}_{above}"] - at[f"{side}_{below}"])
            straight += np.sum(bone * up, axis=1)
    frame = int(np.argmax(straight))
    offsets = []
    for side in ("left", "right"):
        bones = [at[f"{side}_{k}"][frame] for k in ("hip", "knee", "ankle")]
        leg = float(np.sum(np.linalg.norm(np.diff(bones, axis=0), axis=1)))
        step = leg * (_AHEAD * ahead[frame] - _DOWN * up[frame])
        offsets.append(
            Rotation.from_quat(rotations[frame, ends[f"{side}_ankle"]]).inv().apply(step)
        )
    return MadeToes((ends["left_ankle"], ends["right_ankle"]), np.array(offsets))


def _unit(vectors: Array) -> Array:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12))
