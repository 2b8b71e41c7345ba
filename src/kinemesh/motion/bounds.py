"""What numbers can be: rates, places and amounts beyond these are slips, or ask for the memory."""

from __future__ import annotations

import numpy as np

from kinemesh.errors import ClipError, KinemeshError
from kinemesh.motion.arrays import Array

RATES = (0.01, 100_000.0)
"""Frames per second lie in between [1/s]."""
FARTHEST = 1e5
"""Nothing is further from the origin [m]."""
MOST_BYTES = 2 << 30
"""No single step asks for more memory [bytes]."""
_ZERO = 1e-6
"""A quaternion shorter than this says nothing."""


def check_rate(fps: float, *, error: type[KinemeshError] = ClipError) -> None:
    """Refuse a frame rate [1/s] that no recording has.

    Raises:
        KinemeshError: of the kind ``error``.
    """
    low, high = RATES
    if not low <= fps <= high:
        raise error(
            f"the frame rate is {fps}; expected a positive number, {low:g} to {high:g} frames/s"
        )


def check_amount(
    numbers: float, what: str, todo: str, *, error: type[KinemeshError] = ClipError
) -> None:
    """Refuse to make more ``numbers`` of eight bytes than memory is there for.

    Raises:
        KinemeshError: of the kind ``error``.
    """
    if 8.0 * numbers > MOST_BYTES:
        raise error(
            f"{what} would take {8.0 * numbers / 2**30:.3g} GiB of memory; expected at most "
            f"{MOST_BYTES >> 30}: {todo}"
        )


def check_places(places: Array, what: str, *, error: type[KinemeshError] = ClipError) -> None:
    """Refuse places [m] that are not finite or too far away.

    Raises:
        KinemeshError: of the kind ``error``.
    """
    if not np.all(np.isfinite(places)):
        raise error(f"{what} holds NaN or infinite numbers")
    if places.size and np.abs(places).max() > FARTHEST:
        raise error(
            f"{what} is {np.abs(places).max():.3g} m away; expected metres, at most {FARTHEST:g}"
        )


def check_turns(quaternions: Array, what: str, *, error: type[KinemeshError] = ClipError) -> None:
    """Refuse quaternions ``(..., 4)`` that are zero.

    Raises:
        KinemeshError: of the kind ``error``.
    """
    lengths = np.abs(quaternions).max(axis=-1, initial=0.0)
    zero = np.argwhere(~(lengths > _ZERO))
    if len(zero):
        raise error(
            f"{what} holds {len(zero)} quaternions that are zero, the first at frame "
            f"{int(zero[0, 0])}: no rotation can be read from them"
        )
