"""Clips looked at frame by frame, as a stream is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from kinemesh.arrays import Array
from kinemesh.detection.causal.calibration import Calibration
from kinemesh.detection.causal.instant import Instant
from kinemesh.detection.causal.standing import Foot, Standing
from kinemesh.detection.stance import StanceRule
from kinemesh.detection.support import Land
from kinemesh.motion import Clip

SIDES = ("left", "right")


def instants(clip: Clip) -> list[Instant]:
    """The frames of a clip, one by one."""
    return [
        Instant(
            clip.skeleton,
            clip.positions[k],
            1.0 / clip.fps,
            None if clip.rotations is None else clip.rotations[k],
            {prop.name: prop.track[k] for prop in clip.scene.props},
        )
        for k in range(len(clip))
    ]


def footsteps(clip: Clip, known: Calibration) -> list[dict[str, Foot]]:
    """What the feet do in each frame, from what came before it."""
    land = Land(clip.scene)
    standing = {side: Standing(StanceRule(), known.feet[side]) for side in SIDES}
    found = []
    for now in instants(clip):
        marks = {s: [now.landmark(f"{s}_{m}")[0] for m in ("toe", "ankle", "knee")] for s in SIDES}
        under = land.support(np.array([marks[side][0] for side in SIDES]))[0]
        found.append(
            {
                side: standing[side].step(*marks[side], float(height), now.dt)
                for side, height in zip(SIDES, under, strict=True)
            }
        )
    return found


def flags(steps: Iterable[dict[str, Foot]], side: str, part: str) -> Array:
    """When a foot did something ``(T,)``: an attribute of :class:`Foot`."""
    return np.array([bool(getattr(feet[side], part)) for feet in steps])


def same(one: Any, other: Any, at: str = "") -> None:
    """See that two values are equal to the bit, whatever they are made of."""
    if one is other:
        return
    assert type(one) is type(other), at
    if isinstance(one, np.ndarray):
        assert one.shape == other.shape and one.dtype == other.dtype, at
        assert np.array_equal(one, other, equal_nan=one.dtype.kind == "f"), at
    elif is_dataclass(one):
        for field in fields(one):
            a, b = getattr(one, field.name), getattr(other, field.name)
            same(a, b, f"{at}.{field.name}")
    elif isinstance(one, list | tuple):
        assert len(one) == len(other), at
        for k, (a, b) in enumerate(zip(one, other, strict=True)):
            same(a, b, f"{at}[{k}]")
    elif isinstance(one, dict):
        assert list(one) == list(other), at
        for key in one:
            same(one[key], other[key], f"{at}[{key!r}]")
    else:
        assert one == other, f"{at}: {one} and {other}"
