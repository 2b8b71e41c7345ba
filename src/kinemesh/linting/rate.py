"""The frame rate as a file states it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinemesh.trajectories.containers import Contents
from kinemesh.trajectories.findings import Finding
from kinemesh.trajectories.raw import RawMotion

_SLOWEST, _FASTEST = 5.0, 1000.0
"""Frame rates [1/s] outside are none."""


def stated(raw: RawMotion, contents: Contents) -> tuple[RawMotion, tuple[Finding, ...]]:
    """The rate where it is one, and whether it has the shape that the format's files have."""
    found = []
    array, wanted = contents.arrays.get("fps"), raw.facts.fps_shape
    if array is not None and wanted is not None and array.shape != wanted:
        has, wants = ("a number" if s == () else f"an array {s}" for s in (array.shape, wanted))
        found.append(
            Finding("frame-rate-shape", "fps", f"it is {has}", f"make it {wants}", note=True)
        )
    return (raw if _possible(raw.fps) else replace(raw, fps=None)), tuple(found)


def settled(
    raw: RawMotion, said: float | None, given: float | None
) -> tuple[RawMotion, tuple[Finding, ...]]:
    """What is left to say about the rate once velocities have been asked.

    Args:
        raw: with the rate that is known by now.
        said: what the file states.
        given: what the caller states.
    """
    states, steps = raw.facts.states_fps, raw.facts.fps
    if not _possible(said) and states and raw.fps in (None, given):
        finding = Finding(
            "frame-rate",
            "fps",
            f"{'none' if said is None else f'{said:g}/s'} stated; {raw.format} has the frames "
            f"per second there",
            f"state {given:g}/s, as given" if given else "no velocities tell it: give it (fps=)",
            mendable=given is not None,
        )
        return replace(raw, fps=given), (finding,)
    if _possible(said) and states and steps is not None and raw.fps == said != steps:
        note = Finding(
            "frame-rate",
            "fps",
            f"{said:g}/s; readers of {raw.format} step at {steps:g}/s, whatever is stated",
            f"resample to {steps:g}/s",
            note=True,
        )
        return raw, (note,)
    return raw, ()


def _possible(fps: float | None) -> bool:
    return fps is not None and bool(np.isfinite(fps)) and _SLOWEST <= fps <= _FASTEST
