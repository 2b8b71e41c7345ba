"""Files of trajectories, for tests: every format written once, and how they are read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

import kinemesh
from kinemesh.result import Result
from kinemesh.trajectories import WRITERS, LayoutFile

Read = Callable[..., LayoutFile]


def every_format(result: Result, folder: Path) -> dict[str, Path]:
    """Every format once, at 30 frames a second."""
    paths = {}
    for format, layout in WRITERS.items():
        paths[format] = folder / f"{format}{layout.suffixes[0] if layout.suffixes else ''}"
        kinemesh.write(result, paths[format], format=format, fps=30.0)
    return paths


def arrays_of(path: Path) -> dict[str, np.ndarray]:
    """All that an archive holds."""
    with np.load(path) as file:
        return {key: file[key] for key in file.files}
