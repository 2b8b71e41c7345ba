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


def locked(self: object, state: dict[str, Any]) -> None:
    """``__setstate__`` of the value objects: pickle forgets that their arrays are read-only."""
    for value in state.values():
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
    vars(self).update(state)
