"""Curves from 0 to 1 that begin and end without a jerk."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array


def smooth_step(share: Array) -> Array:
    """3 u^2 - 2 u^3 of shares ``u`` within 0 and 1: no velocity at the ends."""
    return np.asarray(share * share * (3.0 - 2.0 * share))


def minimum_jerk(share: Array) -> Array:
    """10 u^3 - 15 u^4 + 6 u^5 of shares ``u`` within 0 and 1: no acceleration at the ends either.

    The curve of human point-to-point movements (Flash and Hogan 1985).
    """
    return np.asarray(share**3 * (10.0 - 15.0 * share + 6.0 * share**2))
