"""How large a body is whose turning is known and whose bones are not, from its planted feet.

A foot that stands still in the world says how long the leg above it is: the pelvis moves as much
as the leg's turning takes it. Nothing else is needed, no shape numbers and no body model.
"""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array

_SCALES = np.arange(0.60, 1.2501, 0.01)
"""Sizes to try; of a person 1.774 m tall, from 1.06 m to 2.22 m."""
_STILL = 0.05
"""A foot slower than about this [m/s] is planted."""
_MOVES = 0.1
"""A foot says something where the leg turns so that it moves this fast [m/s] under the pelvis."""
_FEWEST = 0.5
"""Planted feet must speak for this long [s] together,"""
_CLEAR = 1.5
"""and this many times as long for the best size as for the median one."""


def planted_scale(feet: Array, root: Array, fps: float) -> float | None:
    r"""The size at which feet stand still for longest; None where the motion does not tell.

    With :math:`f` a foot relative to the pelvis and :math:`p` the pelvis, a planted foot has
    :math:`\dot p + s \dot f = 0`. The size is that :math:`s` with the largest
    :math:`\sum 1 / (1 + \|\dot p + s \dot f\|^2 / v^2)` over feet and frames, so that those that
    swing do not pull at it.

    Args:
        feet: places ``(T, F, 3)`` [m] of the feet's joints relative to the pelvis, at size 1.
        root: places ``(T, 3)`` [m] of the pelvis.
        fps: frames per second [1/s].
    """
    if len(feet) < 2:
        return None
    own = np.diff(feet, axis=0) * fps
    base = np.broadcast_to((np.diff(root, axis=0) * fps)[:, None], own.shape)
    tells = np.linalg.norm(own, axis=-1) > _MOVES
    own, base = own[tells], base[tells]
    # |base + s own|^2 without an array of sizes times frames times axes
    a, b, c = np.sum(base**2, 1), np.sum(base * own, 1), np.sum(own**2, 1)
    held = np.array(
        [np.sum(1.0 / (1.0 + (a + 2 * s * b + s * s * c) / _STILL**2)) for s in _SCALES]
    )
    best = int(np.argmax(held))
    edge = best in (0, len(_SCALES) - 1)
    if edge or held[best] < _FEWEST * fps or held[best] < _CLEAR * np.median(held):
        return None
    return float(_SCALES[best])
