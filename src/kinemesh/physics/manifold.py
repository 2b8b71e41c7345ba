"""Differences and steps of many of MuJoCo's configurations at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array

_TINY = 1e-12
"""A turn smaller than this [rad] is its own sine."""


@dataclass(frozen=True, eq=False)
class Manifold:
    """Where the numbers of a configuration are: free bodies, and joints of one number each.

    A tangent is MuJoCo's: of a free body its translation in the world's axes and its rotation in
    its own, of a joint its angle.
    """

    bodies_q: NDArray[np.int64]
    """First number of each free body in ``qpos`` ``(F,)``."""
    bodies_v: NDArray[np.int64]
    """The same in ``qvel`` ``(F,)``."""
    joints_q: NDArray[np.int64]
    """Each joint in ``qpos`` ``(n,)``."""
    joints_v: NDArray[np.int64]
    """Each joint in ``qvel`` ``(n,)``."""
    nq: int
    nv: int

    @classmethod
    def of(cls, model: Any) -> Manifold:
        """That of a ``mujoco.MjModel``."""
        import mujoco

        free = model.jnt_type == int(mujoco.mjtJoint.mjJNT_FREE)
        q = np.asarray(model.jnt_qposadr, dtype=np.int64)
        v = np.asarray(model.jnt_dofadr, dtype=np.int64)
        return cls(q[free], v[free], q[~free], v[~free], int(model.nq), int(model.nv))

    def difference(self, origin: Array, target: Array) -> Array:
        """Tangents ``(..., nv)`` that lead from ``origin`` to ``target``, both ``(..., nq)``."""
        shape = np.broadcast_shapes(origin.shape[:-1], target.shape[:-1])
        result = np.zeros((*shape, self.nv))
        result[..., self.joints_v] = target[..., self.joints_q] - origin[..., self.joints_q]
        for q, v in zip(self.bodies_q.tolist(), self.bodies_v.tolist(), strict=True):
            result[..., v : v + 3] = target[..., q : q + 3] - origin[..., q : q + 3]
            turn = _product(
                origin[..., q + 3 : q + 7] * np.array([1.0, -1.0, -1.0, -1.0]),
                target[..., q + 3 : q + 7],
            )
            turn = np.where(turn[..., :1] < 0.0, -turn, turn)
            sine = np.linalg.norm(turn[..., 1:], axis=-1, keepdims=True)
            angle = 2.0 * np.arctan2(sine, turn[..., :1])
            result[..., v + 3 : v + 6] = turn[..., 1:] * np.where(
                sine > _TINY, angle / np.maximum(sine, _TINY), 2.0
            )
        return result

    def integrate(self, origin: Array, step: Array) -> Array:
        """Configurations ``(..., nq)`` that ``step`` ``(..., nv)`` leads to."""
        shape = np.broadcast_shapes(origin.shape[:-1], step.shape[:-1])
        result = np.zeros((*shape, self.nq))
        result[..., self.joints_q] = origin[..., self.joints_q] + step[..., self.joints_v]
        for q, v in zip(self.bodies_q.tolist(), self.bodies_v.tolist(), strict=True):
            result[..., q : q + 3] = origin[..., q : q + 3] + step[..., v : v + 3]
            turn = step[..., v + 3 : v + 6]
            angle = np.linalg.norm(turn, axis=-1, keepdims=True)
            sine = np.where(angle > _TINY, np.sin(angle / 2.0) / np.maximum(angle, _TINY), 0.5)
            quaternion = np.concatenate([np.cos(angle / 2.0), turn * sine], axis=-1)
            result[..., q + 3 : q + 7] = _product(origin[..., q + 3 : q + 7], quaternion)
        return result


def _product(left: Array, right: Array) -> Array:
    """Of quaternions ``(..., 4)``, w first."""
    a, b, c, d = (left[..., k] for k in range(4))
    e, f, g, h = (right[..., k] for k in range(4))
    return np.stack(
        [
            a * e - b * f - c * g - d * h,
            a * f + b * e + c * h - d * g,
            a * g - b * h + c * e + d * f,
            a * h + b * g - c * f + d * e,
        ],
        axis=-1,
    )
