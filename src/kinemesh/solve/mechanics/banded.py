"""Least squares over many frames, each tied to a few after it: one banded system."""

from __future__ import annotations

import numpy as np
from scipy.linalg import solveh_banded

from kinemesh.arrays import Array


class Banded:
    r"""A quadratic :math:`\tfrac12 x^T H x + g^T x` over frames of ``size`` numbers each.

    Attributes:
        blocks: ``(T, reach + 1, size, size)``: at [t, k] what frame t has with frame t + k.
        gradient: ``(T, size)``.
    """

    def __init__(self, frames: int, size: int, reach: int) -> None:
        self.blocks: Array = np.zeros((frames, reach + 1, size, size))
        self.gradient: Array = np.zeros((frames, size))

    def copy(self) -> Banded:
        """A quadratic of its own, the same."""
        count, reach, size, _ = self.blocks.shape
        other = Banded(count, size, reach - 1)
        other.blocks[:], other.gradient[:] = self.blocks, self.gradient
        return other

    def minimum(self) -> Array:
        """Where it is least ``(T, size)``."""
        count, reach, size, _ = self.blocks.shape
        width = reach * size
        # Column a of a frame, from its diagonal down: LAPACK's lower form, one after the other.
        along = self.blocks.transpose(0, 2, 1, 3).reshape(count, size, width)
        columns = np.zeros((count, size, width))
        for a in range(size):
            columns[:, a, : width - a] = along[:, a, a:]
        bands = columns.reshape(count * size, width).T
        found = solveh_banded(
            bands, -self.gradient.ravel(), overwrite_ab=True, lower=True, check_finite=False
        )
        return np.asarray(found).reshape(count, size)
