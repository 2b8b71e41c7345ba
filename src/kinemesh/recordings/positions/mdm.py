"""The motion diffusion model's ``results.npy``: generated motions with what each was asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from kinemesh._files.numpy_files import as_floats
from kinemesh._files.pickled import read_pickle
from kinemesh.errors import ReadError
from kinemesh.recordings.people.which import Which
from kinemesh.recordings.positions.generated import FPS, Generated

_LONGEST = 80
"""So much [characters] is said of a text."""
_LISTED = 12
"""So many motions are listed."""


def read_results(path: Path, offset: int, which: Which) -> Generated:
    """One motion of a pickled table: ``motion`` ``(N, J, 3, T)``, ``lengths``, ``text``.

    Nothing in the pickle is run (:mod:`kinemesh._files.pickled`).

    Args:
        path: the file.
        offset: where its pickle begins [bytes].
        which: the motion that is meant, counted from 0 as the model's own films are.

    Raises:
        ReadError: another table, no table at all, or no such motion.
    """
    table = read_pickle(path, offset)
    there = ", ".join(map(str, list(table)[:8])) if isinstance(table, dict) else "no table"
    motion = table.get("motion") if isinstance(table, dict) else None
    if not isinstance(motion, np.ndarray) or motion.dtype.kind not in "fiu":
        raise ReadError(
            f"{path.name} is a pickled table ({there})",
            expected="joint positions (T, J, 3), or MDM's table with 'motion' (N, J, 3, T)",
            advice="load it with numpy.load(..., allow_pickle=True).item() if you trust it, and "
            "save the positions alone as .npy",
        )
    if motion.ndim != 4 or motion.shape[2] != 3 or not len(motion):
        raise ReadError(
            f"{path.name}: 'motion' has shape {motion.shape}",
            given=motion.shape,
            expected="(N, J, 3, T) as MDM writes positions",
            advice="save one as .npy (T, J, 3)",
        )
    count = len(motion)
    index, warnings = which.take_of(path, count)
    positions = as_floats(motion[index]).transpose(2, 0, 1)
    length = _entry(table.get("lengths"), index)
    if isinstance(length, int | np.integer):
        positions = positions[: max(0, int(length))]
    notes = [f"MDM's results: motion {index} of {count}{_said(table, index)}"]
    if count > 1:
        rows = (f"{k}{_said(table, k)}" for k in range(min(count, _LISTED)))
        notes.append(f"motions: {'; '.join(rows)}{'; ...' * (count > _LISTED)}")
    return Generated(positions, tuple(notes), warnings, FPS.get(positions.shape[1]), count)


def _entry(values: Any, index: int) -> Any:
    """What a list or array holds at ``index``, if it is as long."""
    listed = isinstance(values, list) or (isinstance(values, np.ndarray) and values.ndim == 1)
    return values[index] if listed and index < len(values) else None


def _said(table: dict[Any, Any], index: int) -> str:
    """What a motion was asked for, where the table says it."""
    text = _entry(table.get("text"), index)
    if isinstance(text, list) and all(isinstance(part, str) for part in text):
        text = ", then ".join(dict.fromkeys(text))
    if not isinstance(text, str) or not text.strip():
        return ""
    text = " ".join(text.split())
    return f" ({text[:_LONGEST]}{'...' * (len(text) > _LONGEST)})"
