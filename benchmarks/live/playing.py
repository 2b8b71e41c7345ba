"""What is played to a stream: recordings, frame by frame, as a camera would send them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kinemesh
from kinemesh import demos
from kinemesh.arrays import Array
from kinemesh.motion import Clip

sys.path.append(str(Path(__file__).resolve().parents[1]))
import quality

RATE = 30.0
"""Frames a second that are played [1/s]."""
SEEN = 0.5
"""So much of a recording [s] is what is known of the person before."""
MADE = {f"demo_{name}": make for name, make in (*demos.DEMOS.items(), *demos.FLOOR.items())}


@dataclass(frozen=True, eq=False)
class Seen:
    """One frame, as it comes."""

    positions: Array
    """``(J, 3)`` [m]."""
    rotations: Array | None
    """``(J, 4)``."""
    props: Mapping[str, Array]
    """Poses ``(7,)`` by name."""


def read(data: Path, name: str, dance_frames: int) -> Clip:
    """A recording or a demo by name, at 30 frames/s."""
    if name in MADE:
        clip = MADE[name]()
    else:
        (recording,) = (one for one in quality.RECORDINGS if one.name == name)
        clip = recording.read(data)
    if abs(clip.fps - RATE) > 1e-9:
        clip = clip.resample(RATE)
    return clip.crop(0, min(dance_frames, len(clip))) if name.startswith("dance") else clip


def frame(clip: Clip, index: int) -> Seen:
    """One frame of a clip."""
    return Seen(
        clip.positions[index],
        None if clip.rotations is None else clip.rotations[index],
        {prop.name: prop.track[index] for prop in clip.scene.props},
    )


def to_and_fro(clip: Clip, count: int) -> Iterator[Seen]:
    """So many frames of a clip, forward, backward, forward again: nothing jumps."""
    last = len(clip) - 1
    for index in range(count):
        yield frame(clip, last - abs(last - index % (2 * last)))


def known(clip: Clip) -> kinemesh.Calibration:
    """What the first half second shows of the person."""
    return kinemesh.Calibration.of(clip.crop(0, min(len(clip), round(SEEN * clip.fps) + 1)))


def stream(clip: Clip, robot: kinemesh.RobotModel, **options: Any) -> kinemesh.Stream:
    """A stream for the person of a clip, who is known."""
    return kinemesh.Stream(
        robot,
        skeleton=clip.skeleton,
        height=clip.stature,
        fps=clip.fps,
        scene=clip.scene,
        **{"calibration": known(clip), **options},
    )


def markdown(heads: list[str], rows: list[list[str]]) -> str:
    """A table."""
    lines = ["| " + " | ".join(row) + " |" for row in (heads, ["---"] * len(heads), *rows)]
    return "\n".join(lines) + "\n"
