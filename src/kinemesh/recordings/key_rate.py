"""The rate on which the keys of an animation lie.

Imports nothing of the package: the process that reads FBX loads it alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

_SLOWEST = 10.0
"""Keys further apart than at this rate [1/s] are poses to blend, not frames."""


def rate_of(times: Sequence[Any], first: float) -> float | None:
    """The rate [1/s] on which keys lie; None if they lie on none.

    Args:
        times: rising times [s] of each property that keys drive.
        first: the first of all [s].
    """
    densest = max(times, key=len)
    step = float(np.median(np.diff(densest)))
    if not step > 0.0:
        return None
    rate = 1.0 / step
    near = round(rate)
    if near and abs(rate - near) < 0.002 * near:
        rate = float(near)
    every = np.unique(np.concatenate(times)) - first
    off = np.abs(every * rate - np.rint(every * rate))
    return rate if rate >= _SLOWEST and np.mean(off < 0.1) > 0.95 else None
