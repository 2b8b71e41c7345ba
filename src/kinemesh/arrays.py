"""Read-only float arrays: what every value object of this floor stores."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def readonly(values: ArrayLike, dtype: Any = np.float64) -> NDArray[Any]:
    """Return a C-contiguous copy of ``values`` that cannot be written to."""
    array = np.array(values, dtype=dtype, order="C")
    array.setflags(write=False)
    return array


def row_numbers(rows: NDArray[Any]) -> NDArray[np.int64]:
    """A number ``(N,)`` for each of ``rows`` ``(N, K)``: from 0 on, in order of first column first.

    Equal rows have equal numbers. Several times as fast as ``np.unique(rows, axis=0)``.
    """
    numbers = np.zeros(len(rows), dtype=np.int64)
    for column in rows.T:
        values, index = np.unique(column, return_inverse=True)
        _, numbers = np.unique(numbers * len(values) + index.reshape(-1), return_inverse=True)
    return numbers.reshape(-1)


def locked(self: object, state: dict[str, Any]) -> None:
    """``__setstate__`` of the value objects: pickle forgets that their arrays are read-only."""
    for value in state.values():
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
    vars(self).update(state)


def runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last index of every stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]
