"""Figures that no length of a clip can hide: the worst half second, the worst twentieth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array

HALF = 0.5
"""A fault that lasts this long [s] is seen, however long the clip is."""
_COUNTS = 0.5
"""A window says something if at least this share of its frames is defined."""


def sustained(values: Array, fps: float) -> Array:
    """Means ``(T, ...)`` over the half second around every frame of ``(T, ...)``.

    NaN frames are left out of the means; a window of which most is NaN is NaN. At both ends, and
    in a shorter clip, it is the nearest whole window that counts.
    """
    frames = len(values)
    width = min(frames, max(1, round(HALF * fps)))
    known = np.isfinite(values)
    total = _sums(np.where(known, values, 0.0), width)
    count = _sums(known.astype(np.float64), width)
    means = np.where(count >= _COUNTS * width, total / np.maximum(count, 1.0), np.nan)
    first = np.clip(np.arange(frames) - width // 2, 0, frames - width)
    return np.asarray(means[first])


def worst(values: Array) -> float:
    """The largest of ``values``; NaN where none is known."""
    return float(np.nanmax(values)) if np.isfinite(values).any() else float("nan")


def column_percentile(values: Array, share: float) -> Array:
    """Percentile ``(N,)`` of the known frames of every column of ``(T, N)``; NaN without any."""
    columns = (column[np.isfinite(column)] for column in values.T)
    return np.array([np.percentile(c, share) if len(c) else np.nan for c in columns])


def column_mean(values: Array) -> Array:
    """Mean ``(N,)`` of the known frames of every column of ``(T, N)``; NaN without any."""
    columns = (column[np.isfinite(column)] for column in values.T)
    return np.array([c.mean() if len(c) else np.nan for c in columns])


def over(values: Array, limit: float | None) -> NDArray[np.bool_]:
    """Frames ``(T,)`` in which any column of ``(T, N)`` is over the limit, NaN never."""
    allowed = np.inf if limit is None else limit
    with np.errstate(invalid="ignore"):
        return np.asarray((values > allowed).any(axis=1))


def _sums(values: Array, width: int) -> Array:
    """Sums over ``width`` frames, one a first frame."""
    sums = np.cumsum(np.concatenate([np.zeros((1, *values.shape[1:])), values]), axis=0)
    return np.asarray(sums[width:] - sums[:-width])
