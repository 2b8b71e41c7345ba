"""Doubts about props and people that are elsewhere from one frame to the next.

A tracker that loses a thing puts it elsewhere, freezes it and catches up, or turns a symmetric
one over. What moves gathers speed first and loses it again: a step that is far longer than those
before and after it is none that a body makes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.score import Doubt
from kinemesh.motion import Clip, Prop

_FAR = 0.05
"""A leap is longer than this [m] ..."""
_FAST = 3.0
"""... faster than this [m/s] ..."""
_TIMES = 4.0
"""... and so many times as long as the steps before and after it ..."""
_BESIDE = 2
"""... of which so many are looked at on each side ..."""
_MOST = 2
"""... and over in so many frames: between two lie the frames that resampling puts there."""


def leaps(clip: Clip) -> Iterator[Doubt]:
    """What leaps, and in which frames it is first elsewhere."""
    person = np.median(np.linalg.norm(np.diff(clip.landmarks(), axis=0), axis=2), axis=1)
    person[0] = 0.0  # a rest pose that was put before the motion has a warning of its own
    yield from _doubt("the person", person, clip.fps)
    for prop in clip.scene.props:
        yield from _doubt(prop.name, steps_of(prop), clip.fps)


def _doubt(name: str, steps: Array, fps: float) -> Iterator[Doubt]:
    found = _leaps(steps, fps)
    if found:
        far = max(length for _, _, length in found)
        frames = tuple((first, last) for first, last, _ in found)
        why = f"{name} leaps, by up to {far:.2f} m: no body is elsewhere from a frame to the next"
        yield Doubt("doubt.leaps", why, frames)


def steps_of(prop: Prop) -> Array:
    """How far the furthest corner of a prop's bounds goes from frame to frame ``(T - 1,)`` [m]."""
    return np.asarray(np.linalg.norm(np.diff(corners_of(prop), axis=0), axis=2).max(axis=1))


def corners_of(prop: Prop) -> Array:
    """The corners of a prop's bounds ``(T, 8, 3)`` [m]."""
    corners = np.array(list(product(*prop.shape.bounds.T)))
    return poses.apply(prop.track, np.broadcast_to(corners, (len(prop.track), 8, 3)))


def _leaps(steps: Array, fps: float) -> list[tuple[int, int, float]]:
    """The first frame of each leap that is elsewhere, the last, and how far it is [m]."""
    found: list[tuple[int, int, float]] = []
    for count in range(1, _MOST + 1):
        for first in range(len(steps) - count + 1):
            leap = steps[first : first + count]
            before = steps[max(first - _BESIDE, 0) : first]
            beside = np.append(before, steps[first + count : first + count + _BESIDE])
            least = float(leap.min())
            if not len(beside) or least <= max(_FAR / count, _FAST / fps):
                continue
            if least > _TIMES * float(beside.max()):
                found.append((first + 1, first + count, float(leap.max())))
    return sorted(found)
