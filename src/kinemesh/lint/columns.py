"""What the formats' claims share: columns by order and by name."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kinemesh.io import Contents
from kinemesh.lint.findings import Finding
from kinemesh.lint.held import Held, Order
from kinemesh.motion.arrays import Array
from kinemesh.motion.links import Links

Claimed = tuple[Held, tuple[Finding, ...]]
Claim = Callable[[Contents, Links], Claimed]


def w_last(quaternions: Array) -> Array:
    """``w x y z`` to ``x y z w``."""
    return np.asarray(quaternions[..., [1, 2, 3, 0]])


def like(contents: Contents, key: str, *shape: int) -> Array | None:
    """The array ``key`` of this shape, None where there is none."""
    return contents.array(key, *shape) if key in contents.arrays else None


def into(values: Array, columns: Order) -> Array:
    """Columns that stand in the order ``columns`` put in the robot's own."""
    result = np.zeros_like(values)
    result[:, columns] = values
    return result


def rates_of(values: Array | None, columns: Order, frames: int) -> Array | None:
    """Rates of joints ``(T, n)`` in the robot's order; None where they are not there."""
    if values is None or values.shape != (frames, len(columns)):
        return None
    return into(values, columns)


def fps_of(contents: Contents, *keys: str) -> float | None:
    """Frames per second [1/s] as stated, possible or not."""
    return contents.number(*(keys or ("fps",)))


def free_joint(key: str, there: bool, n: int) -> Finding:
    """The free joint's columns are ``there``, and should not, or the reverse."""
    has, wants = (n + 7, n) if there else (n, n + 7)
    return Finding(
        "free-joint",
        key,
        f"{has} columns for {n} joints",
        f"{'drop' if there else 'put'} the free joint's 7 columns (6 of velocities) "
        f"{'' if there else 'before the joints: '}({wants} columns)",
    )
