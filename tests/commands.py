"""The command in this process, and a recording for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinemesh import cli, demos
from kinemesh.motion import SKELETONS

FRAMES = 24


@dataclass(frozen=True)
class Run:
    status: int
    out: str
    err: str


Command = Callable[..., Run]


def call(captured: Callable[[], tuple[str, str]], *arguments: str | Path) -> Run:
    """The command in this process."""
    try:
        status = cli.main([str(a) for a in arguments])
    except SystemExit as stop:  # tyro's way out
        status = stop.code if isinstance(stop.code, int) else 1
    return Run(status, *captured())


def older(path: Path, target: Path) -> Path:
    """The result at ``path`` as earlier versions wrote it: without scene and demonstration."""
    new = ("scenes", "shape_", "demonstration", "target", "positions", "labels")
    with np.load(path, allow_pickle=False) as file:
        np.savez(target, **{key: file[key] for key in file.files if not key.startswith(new)})
    return target


def walking(frames: int = FRAMES) -> np.ndarray:
    """Joint positions ``(T, 22, 3)`` [m] in the order of lafan22: a piece of the walk."""
    clip = demos.walk().crop(40, 40 + frames)
    skeleton = SKELETONS["lafan22"]
    positions = np.zeros((frames, len(skeleton.joints), 3))
    positions += clip.landmark("pelvis")[:, None]
    for landmark in skeleton.landmarks:
        for joint in skeleton.weights(landmark):
            positions[:, skeleton.index(joint)] = clip.landmark(landmark)
    return positions
