"""Dense surfaces made coarser: enough to look at."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array, row_numbers

_DENSE = 2000
"""A surface of more triangles than this is drawn coarser."""
_GRAIN = 0.012
"""By merging vertices within this [m]."""

Faces = NDArray[np.int64]


def coarser(
    vertices: Array, faces: Faces, grain: float = _GRAIN, dense: int = _DENSE
) -> tuple[Array, Faces]:
    """Vertices ``(N, 3)`` [m] and triangles ``(M, 3)``, those of a dense surface merged.

    Args:
        vertices: ``(N, 3)`` [m].
        faces: ``(M, 3)``.
        grain: edge of the grid on which vertices are merged [m].
        dense: with no more triangles than this the surface stays as it is.
    """
    if len(faces) <= dense:
        return vertices, faces
    index = row_numbers(np.floor(vertices / grain))
    count = np.bincount(index)
    merged = np.stack([np.bincount(index, vertices[:, k]) / count for k in range(3)], axis=1)
    kept = index[faces]
    proper = (kept != np.roll(kept, 1, axis=1)).all(axis=1)
    _, first = np.unique(row_numbers(np.sort(kept[proper], axis=1)), return_index=True)
    return merged, kept[proper][first]
