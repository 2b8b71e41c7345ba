"""A motion, retargeted, judged and drawn on one sheet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from gallery.entries import Entry
from kinemesh import RobotModel, metrics, retarget
from kinemesh.film import film
from kinemesh.metrics import Score
from kinemesh.viewer import stage

SIZE = (300, 300)
"""Width and height of a picture [pixels]."""
COLUMNS = 6
"""Moments in a row, at most."""
_TALL = 1.35
"""A robot taller than this [m] is seen from further away."""
_FIGURES = {
    "limbs.mean": "limbs off by",
    "limbs.worst_mean": "worst limb",
    "posture.trunk": "trunk at worst",
    "posture.lean_forward": "trunk leans",
    "posture.knee_flexion": "knee bent",
    "posture.toe_heading": "toes turned",
    "tracking.landmark_error": "landmarks off by",
}
"""Rows of the ruler that speak of how natural a motion is, in the words of a caption."""


def sheet(entry: Entry, data: Path, folder: Path) -> tuple[Path, str]:
    """Make the sheet of ``entry`` in ``folder``; the file, and what is written on it.

    The person whom the robot followed stands above it, and as lines over it.
    """
    clip = entry.make(data)
    robot = RobotModel.load(entry.robot)
    result = retarget(clip, robot)
    score = metrics.evaluate(
        *(result.trajectory, robot),
        scene=result.scene,
        clip=clip,
        scale=result.scale,
        held=metrics.Held(result.stance, result.touch),
    )
    said = caption(entry, score)
    count = min(entry.frames, len(clip)) if isinstance(entry.frames, int) else len(entry.frames)
    rows = -(-count // COLUMNS)
    path = film(
        stage(result, robot, clip, name=entry.name, score=score),
        folder / f"{entry.name}.png",
        frames=entry.frames,
        size=SIZE,
        angle=replace(entry.angle, distance=entry.angle.distance * max(1.0, robot.height / _TALL)),
        person="both",
        columns=-(-count // rows),
        caption=said,
    )
    return path, said


def caption(entry: Entry, score: Score) -> str:
    """What a sheet says of itself: who, what, how near, and the verdict."""
    figures = []
    for name, words in _FIGURES.items():
        measure = score[name]
        if measure.value is not None and np.isfinite(measure.value):
            figures.append(f"{words} {measure.value:.3g} {measure.unit}")
    title = f"{entry.name} on {entry.robot}, {score.frames} frames ({entry.source})"
    return "\n".join(
        [title, "; ".join(figures), score.verdict if not score.failed else f"fail: {score.verdict}"]
    )
