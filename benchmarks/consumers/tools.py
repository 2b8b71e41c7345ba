"""What running a tool's own code from its checkout takes, and where the robot's bodies are."""

from __future__ import annotations

import importlib.util
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

SIDES = ("left", "right")
FIXED = {
    "left_rubber_hand": ("left_wrist_yaw_link", (0.0415, 0.003, 0.0)),
    "right_rubber_hand": ("right_wrist_yaw_link", (0.0415, -0.003, 0.0)),
    "head_mocap": ("torso_link", (0.0, 0.0, 0.4)),
}
"""Bodies of the tools' models that no joint moves, by what carries them."""


def module_at(path: Path, roots: tuple[Path, ...] = ()) -> Any:
    """The tool's own module at ``path``; ``roots`` are where it imports from."""
    sys.path[:0] = [str(root) for root in roots]
    spec = importlib.util.spec_from_file_location(f"tool_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def bare(name: str, folder: Path) -> None:
    """A package whose ``__init__`` is not run."""
    module = types.ModuleType(name)
    module.__path__ = [str(folder)]
    sys.modules[name] = module


def standin(name: str) -> Any:
    """A module in which any name is a dummy class."""
    import __main__

    return __main__.Standin(name)


def turned(wxyz: np.ndarray, inverse: bool = False) -> Rotation:
    """Rotations by quaternions that have w first."""
    turn = Rotation.from_quat(wxyz[:, [1, 2, 3, 0]])
    return turn.inv() if inverse else turn


def place_of(robot: Any, link: str, offset: tuple[float, float, float]) -> np.ndarray:
    """Where a place of a link is in every frame."""
    k = robot.bodies.index(link)
    return np.asarray(robot.places[:, k] + turned(robot.turns[:, k]).apply(offset))
