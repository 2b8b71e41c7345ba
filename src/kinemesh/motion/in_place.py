"""A person who walks about, seen from where she is: for robots whose base does not move."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.motion.clip_fields import ClipT
from kinemesh.motion.scene import Scene


def in_place(clip: ClipT) -> ClipT:
    """The clip with the pelvis over its first place and the hips facing as they did at first.

    Person and props are moved alike in every frame, by a level step and a turn about z, so that
    hands stay where they are on what they hold.

    Raises:
        ClipError: the clip has terrain, which cannot come along.

    Examples:
        >>> clip = kinemesh.demos.walk()
        >>> kinemesh.motion.in_place(clip).positions[:, 0].std(axis=0).round(2).tolist()
        [0.0, 0.0, 0.02]
    """
    if clip.scene.terrain is not None:
        raise ClipError(
            f"clip {clip.name!r} has terrain: a robot whose base does not move cannot climb it; "
            f"retarget it to one that walks, or leave terrain= out"
        )
    pelvis = clip.landmark("pelvis") * np.array([1.0, 1.0, 0.0])
    across = clip.landmark("left_hip") - clip.landmark("right_hip")
    heading = np.unwrap(np.arctan2(across[:, 1], across[:, 0]))
    turns = Rotation.from_rotvec(np.outer(heading[0] - heading, (0.0, 0.0, 1.0)))
    matrices = turns.as_matrix()

    def carried(points: Array) -> Array:
        """Points ``(T, ..., 3)`` seen from the pelvis."""
        away = points - pelvis[:, None]
        return np.asarray(np.einsum("tij,tkj->tki", matrices, away) + pelvis[0])

    def turned(quaternions: Array) -> Array:
        """Rotations ``(T, 4)`` seen from the pelvis."""
        return np.asarray((turns * Rotation.from_quat(quaternions)).as_quat())

    props = tuple(
        replace(
            prop,
            track=poses.normalised(
                np.hstack([carried(prop.track[:, None, :3])[:, 0], turned(prop.track[:, 3:])])
            ),
        )
        for prop in clip.scene.props
    )
    rotations = clip.rotations
    if rotations is not None:
        count = rotations.shape[1]
        rotations = np.stack([turned(rotations[:, k]) for k in range(count)], axis=1)
    return replace(
        clip,
        positions=carried(clip.positions),
        rotations=rotations,
        scene=Scene(props, None, clip.scene.ground),
    )
