r"""Rigid poses as rows of seven numbers ``x y z qx qy qz qw`` ([m], unit quaternion).

This is Pinocchio's order and the only one used inside kinemesh; ``wxyz`` exists in
readers, writers and viewers alone, which convert with :func:`from_wxyz` and :func:`to_wxyz`.
All functions accept a single pose ``(7,)`` or a stack ``(..., 7)`` and never change their input.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation, Slerp

from kinemesh.arrays import Array

IDENTITY = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0])
IDENTITY.setflags(write=False)


def matrix(pose: Array) -> Array:
    """Rotation matrices ``(..., 3, 3)`` of poses ``(..., 7)``."""
    if np.ndim(pose) == 1:
        return _one_matrix(pose)
    flat = np.reshape(pose, (-1, 7))
    return np.reshape(Rotation.from_quat(flat[:, 3:]).as_matrix(), (*np.shape(pose)[:-1], 3, 3))


def _one_matrix(pose: Array) -> Array:
    """Written out: for one pose scipy takes thirty times as long."""
    x, y, z, w = np.asarray(pose).tolist()[3:]
    size = x * x + y * y + z * z + w * w
    if size == 0.0:
        raise ValueError("a quaternion is zero, so that no rotation can be read from it")
    k = 2.0 / size
    return np.array(
        [
            [1 - k * (y * y + z * z), k * (x * y - z * w), k * (x * z + y * w)],
            [k * (x * y + z * w), 1 - k * (x * x + z * z), k * (y * z - x * w)],
            [k * (x * z - y * w), k * (y * z + x * w), 1 - k * (x * x + y * y)],
        ]
    )


def from_matrix(rotation: Array, translation: Array) -> Array:
    """Poses ``(..., 7)`` of rotation matrices ``(..., 3, 3)`` and translations ``(..., 3)`` [m]."""
    # A copy: SciPy 1.15 wants to write to it.
    quaternion = Rotation.from_matrix(np.array(rotation).reshape(-1, 3, 3)).as_quat()
    shape = np.shape(rotation)[:-2]
    return np.concatenate(
        [np.broadcast_to(translation, (*shape, 3)), np.reshape(quaternion, (*shape, 4))], axis=-1
    )


def apply(pose: Array, points: Array) -> Array:
    """Map points ``(..., N, 3)`` [m] from the pose's frame into the frame the pose is given in."""
    return points @ np.swapaxes(matrix(pose), -1, -2) + np.asarray(pose)[..., None, :3]


def inverse(pose: Array) -> Array:
    """The pose that undoes ``pose``."""
    rotation = np.swapaxes(matrix(pose), -1, -2)
    translation = -np.einsum("...ij,...j->...i", rotation, np.asarray(pose)[..., :3])
    return from_matrix(rotation, translation)


def compose(outer: Array, inner: Array) -> Array:
    """``outer`` after ``inner``: ``apply(compose(a, b), x) == apply(a, apply(b, x))``."""
    rotation = matrix(outer)
    translation = np.einsum("...ij,...j->...i", rotation, np.asarray(inner)[..., :3])
    return from_matrix(rotation @ matrix(inner), translation + np.asarray(outer)[..., :3])


def normalised(poses: Array) -> Array:
    """Unit quaternions, each on the same hemisphere as the one before (``(T, 7)`` or ``(7,)``).

    Raises:
        ValueError: a quaternion is zero, so that no rotation can be read from it.
    """
    result = np.array(poses, dtype=np.float64)
    quaternion = result[..., 3:]
    norm = np.linalg.norm(quaternion, axis=-1, keepdims=True)
    if np.any(norm < 1e-6):
        raise ValueError("a quaternion is zero; expected four numbers of length 1 (x y z w)")
    quaternion /= norm
    if result.ndim == 2 and len(result) > 1:
        flips = np.where(np.sum(quaternion[1:] * quaternion[:-1], axis=1) < 0.0, -1.0, 1.0)
        quaternion[1:] *= np.cumprod(flips)[:, None]
    return result


def resample(poses: Array, times: Array, new_times: Array) -> Array:
    """Poses ``(T, 7)`` at ``times`` [s] read at ``new_times`` [s]: linear and slerp."""
    if len(poses) == 1:
        return np.repeat(poses, len(new_times), axis=0)
    translation = np.stack([np.interp(new_times, times, poses[:, k]) for k in range(3)], axis=1)
    inside = np.clip(new_times, times[0], times[-1])
    quaternion = Slerp(times, Rotation.from_quat(poses[:, 3:]))(inside).as_quat()
    return normalised(np.concatenate([translation, quaternion], axis=1))


def from_wxyz(values: Array) -> Array:
    """``x y z qw qx qy qz`` (MuJoCo) to ``x y z qx qy qz qw``."""
    return np.asarray(values)[..., [0, 1, 2, 4, 5, 6, 3]]


def to_wxyz(pose: Array) -> Array:
    """``x y z qx qy qz qw`` to ``x y z qw qx qy qz`` (MuJoCo)."""
    return np.asarray(pose)[..., [0, 1, 2, 6, 3, 4, 5]]
