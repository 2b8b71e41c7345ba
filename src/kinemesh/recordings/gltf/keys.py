"""Keys of a glTF animation: values at some times, read at any."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array


@dataclass(frozen=True, eq=False)
class Keys:
    """Values of one property of one node at some times."""

    times: Array
    """Rising times ``(N,)`` [s]."""
    values: Array
    """``(N, width)``; for cubic splines ``(N, 3, width)``: tangent in, value, tangent out."""
    how: str
    """``LINEAR``, ``STEP`` or ``CUBICSPLINE``."""
    turns: bool
    """Whether the values are quaternions ``qx qy qz qw``."""

    def at(self, times: Array) -> Array:
        """Values ``(T, width)`` at ``times`` ``(T,)`` [s]; before and after the keys they stay."""
        known = self.values[:, 1] if self.how == "CUBICSPLINE" else self.values
        if len(self.times) == 1:
            return np.repeat(known, len(times), axis=0)
        k = np.clip(np.searchsorted(self.times, times, side="right") - 1, 0, len(self.times) - 2)
        gap = (self.times[k + 1] - self.times[k])[:, None]
        share = np.clip((times - self.times[k])[:, None] / gap, 0.0, 1.0)
        if self.how == "STEP":
            return np.asarray(np.where(share >= 1.0, known[k + 1], known[k]))
        if self.how == "CUBICSPLINE":
            s2, s3 = share**2, share**3
            return np.asarray(
                (2 * s3 - 3 * s2 + 1) * known[k]
                + (s3 - 2 * s2 + share) * gap * self.values[k, 2]
                + (3 * s2 - 2 * s3) * known[k + 1]
                + (s3 - s2) * gap * self.values[k + 1, 0]
            )
        if not self.turns:
            return np.asarray(known[k] + share * (known[k + 1] - known[k]))
        start, end = Rotation.from_quat(known[k]), Rotation.from_quat(known[k + 1])
        return np.asarray(
            (start * Rotation.from_rotvec((start.inv() * end).as_rotvec() * share)).as_quat()
        )
