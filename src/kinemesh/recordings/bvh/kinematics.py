"""Forward kinematics of a hierarchy, all frames at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array


def world_poses(
    parents: Sequence[int], translations: Array, rotations: Sequence[Rotation | None]
) -> tuple[Array, Array]:
    """Places and turns of all joints in the world.

    Args:
        parents: the index of each joint's parent, which stands before it; -1 for a root.
        translations: each joint in its parent's axes ``(T, J, 3)``.
        rotations: each joint's turn in its parent's axes, ``T`` rotations; None where it has none.

    Returns:
        Positions ``(T, J, 3)`` in the unit of ``translations``, and rotations ``(T, J, 4)``
        ``qx qy qz qw``.
    """
    frames = len(translations)
    positions = np.zeros_like(translations)
    quaternions = np.zeros((*translations.shape[:2], 4))
    turns: list[Rotation] = []
    for joint, parent in enumerate(parents):
        own = rotations[joint]
        if parent < 0:
            turn = Rotation.identity(frames) if own is None else own
            positions[:, joint] = translations[:, joint]
        else:
            above = turns[parent]
            turn = above if own is None else above * own
            positions[:, joint] = positions[:, parent] + above.apply(translations[:, joint])
        turns.append(turn)
        quaternions[:, joint] = turn.as_quat()
    return positions, quaternions
