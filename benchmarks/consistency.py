"""One pose, one answer: the same motion retargeted from other ends, in the mirror, in reverse.

    python benchmarks/consistency.py [--data DIR] [--robot g1_base] [--frames N] [CLIP ...]

Each recording is retargeted as it is, reversed in time, begun at five places and mirrored, and
the answers are laid over each other. Where they part, the loop has answered one pose in two ways.
The table has how far elbows, hands and knees are apart [cm] (median, 99 % quantile, largest) and
the share of frames in which all six are within 3 cm, counted from ten frames after a beginning.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from quality import RECORDINGS, SHARED
from rich.console import Console
from rich.table import Table

import kinemesh
from kinemesh.arrays import Array
from kinemesh.motion import LANDMARKS, Clip
from kinemesh.motion.mirror import other_landmark

LIMBS = [f"{side}_{limb}" for limb in ("elbow", "hand", "knee") for side in ("left", "right")]
SETTLED = 10
"""Frames after a beginning that are not counted."""
NEAR = 0.03
"""Two answers that are nearer than this [m] are one."""
BEGINNINGS = 5


def reversed_in_time(clip: Clip) -> Clip:
    """The clip run backwards: person, props, labels. What the user said of contacts is left out."""
    props = tuple(replace(prop, track=prop.track[::-1]) for prop in clip.scene.props)
    return replace(
        clip,
        positions=clip.positions[::-1],
        rotations=None if clip.rotations is None else clip.rotations[::-1],
        scene=replace(clip.scene, props=props),
        contacts={name: flags[::-1] for name, flags in clip.contacts.items()},
        edits=(),
    )


def limbs(retargeter: kinemesh.Retargeter, clip: Clip, *, mirrored: bool = False) -> Array:
    """Where the answer to ``clip`` has the limbs ``(T, 6, 3)`` [m]; in the mirror if asked."""
    names = [other_landmark(name) for name in LIMBS] if mirrored else LIMBS
    which = [LANDMARKS.index(name) for name in names]
    result = retargeter.retarget(clip)
    configuration = retargeter.robot.configuration
    places = np.array([configuration(q).landmarks()[which] for q in result.trajectory.q])
    return places * np.array([1.0, -1.0, 1.0]) if mirrored else places


def answers(retargeter: kinemesh.Retargeter, clip: Clip) -> Iterator[tuple[str, int, Array]]:
    """Other answers to the same motion: name, the frame they begin at, limbs ``(T, 6, 3)``."""
    yield "reversed", 0, limbs(retargeter, reversed_in_time(clip))[::-1]
    yield "mirrored", 0, limbs(retargeter, clip.mirrored(), mirrored=True)
    for place in range(1, BEGINNINGS + 1):
        start = place * len(clip) // (BEGINNINGS + 1)
        yield f"from {start}", start, limbs(retargeter, clip.crop(start, len(clip)))


def row(name: str, start: int, apart: Array) -> list[str]:
    """What the table says of distances ``(T, 6)`` [m] between an answer and the usual one."""
    first = SETTLED if name != "reversed" else 0
    last = len(apart) - (SETTLED if name == "reversed" else 0)
    apart = apart[first:last]
    worst = apart.max(axis=1)
    share = float(np.mean(worst <= NEAR))
    limb = LIMBS[int(apart.max(axis=0).argmax())]
    quantiles = 100.0 * np.quantile(worst, (0.5, 0.99, 1.0))
    where = f"{start + first + int(worst.argmax())}, {limb}"
    said = f"{100.0 * share:.1f}{'' if share >= 0.99 else ' !'}"
    return [name, *(f"{value:.1f}" for value in quantiles), where, said]


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    data = os.environ.get("KINEMESH_DATA", SHARED / "data")
    parser.add_argument("--data", type=Path, default=Path(data))
    parser.add_argument("--robot", default="g1_base")
    parser.add_argument("--frames", type=int, default=600, help="of each clip, at most")
    parser.add_argument("clips", nargs="*", help="names to run; all if left out")
    options = parser.parse_args()
    console = Console(width=100)
    retargeter = kinemesh.Retargeter(options.robot)
    heads = "answer", "median", "99 %", "most", "where", "within 3 cm [%]"
    for recording in RECORDINGS:
        if options.clips and recording.name not in options.clips:
            continue
        clip = recording.read(options.data).crop(0, options.frames)
        # A part of a clip has its own bone lengths, and so another estimate of the stature.
        clip = replace(clip, height=clip.stature)
        usual = limbs(retargeter, clip)
        title = f"{recording.name}: {len(clip)} frames, apart [cm]".replace("[", r"\[")
        table = Table(*(head.replace("[", r"\[") for head in heads), title=title)
        for name, start, places in answers(retargeter, clip):
            table.add_row(*row(name, start, np.linalg.norm(places - usual[start:], axis=-1)))
        console.print(table)


if __name__ == "__main__":
    main()
