"""The frame rate as a file states it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinemesh.export import WRITERS
from kinemesh.io import Contents
from kinemesh.lint.findings import Finding
from kinemesh.lint.held import Held

_SLOWEST, _FASTEST = 5.0, 1000.0
"""Frame rates [1/s] outside are none."""
_ARRAYS = ("beyondmimic", "mjlab", "holosoma-train")
_NUMBERS = ("holosoma", "omniretarget")


def states_rate(format: str) -> bool:
    """Whether files of ``format`` say their frame rate."""
    return format in WRITERS and WRITERS[format].states_fps


def stated(held: Held, contents: Contents) -> tuple[Held, tuple[Finding, ...]]:
    """The rate where it is one, and whether it has the shape that the format's files have."""
    found = []
    array = contents.arrays.get("fps")
    shaped = {**dict.fromkeys(_ARRAYS, (1,)), **dict.fromkeys(_NUMBERS, ())}
    wanted = shaped.get(held.format)
    if array is not None and wanted is not None and array.shape != wanted:
        has, wants = ("a number" if s == () else f"an array {s}" for s in (array.shape, wanted))
        found.append(
            Finding("frame-rate-shape", "fps", f"it is {has}", f"make it {wants}", note=True)
        )
    return (held if _possible(held.fps) else replace(held, fps=None)), tuple(found)


def settled(
    held: Held, said: float | None, given: float | None
) -> tuple[Held, tuple[Finding, ...]]:
    """What is left to say about the rate once velocities have been asked.

    Args:
        held: with the rate that is known by now.
        said: what the file states.
        given: what the caller states.
    """
    states, writer = states_rate(held.format), WRITERS.get(held.format)
    if not _possible(said) and states and held.fps in (None, given):
        finding = Finding(
            "frame-rate",
            "fps",
            f"{'none' if said is None else f'{said:g}/s'} stated; {held.format} has the frames "
            f"per second there",
            f"state {given:g}/s, as given" if given else "no velocities tell it: give it (fps=)",
            mendable=given is not None,
        )
        return replace(held, fps=given), (finding,)
    steps = None if writer is None else writer.fps
    if _possible(said) and states and steps is not None and held.fps == said != steps:
        note = Finding(
            "frame-rate",
            "fps",
            f"{said:g}/s; readers of {held.format} step at {steps:g}/s, whatever is stated",
            f"resample to {steps:g}/s",
            note=True,
        )
        return held, (note,)
    return held, ()


def _possible(fps: float | None) -> bool:
    return fps is not None and bool(np.isfinite(fps)) and _SLOWEST <= fps <= _FASTEST
