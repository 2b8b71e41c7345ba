"""What carries the person: which places of the body are at a surface, and when she flies.

Read from the clip alone, by rules of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.surface import Surface, Surfaces
from kinemesh.metrics.person.human import Flags, speed
from kinemesh.metrics.score import runs
from kinemesh.motion import LANDMARKS, Clip, Scene, Shape

REACH: Mapping[str, float] = {
    **{"pelvis": 0.20, "hip": 0.18, "shoulder": 0.20},
    **{"knee": 0.14, "ankle": 0.14, "elbow": 0.12, "hand": 0.15, "toe": 0.10},
}
"""How far [m] a joint's centre may be from a surface that carries the body there, for a person
of 1.75 m: the flesh, a cushion, a heel or a fist lies between."""
_STATURE = 1.75
_SHORTEST = 0.15
"""Nothing need be near for less than this [s]: a joint leaves its reach before the body flies."""
FREE_FALL = (6.0, 15.0)
"""The body falls [m/s^2] by something in between while it flies: 9.8, and what the joints, which
are no centres of mass, make of it."""
_MASSES: Mapping[str, float] = {
    **{"hip": 0.161, "knee": 0.070, "ankle": 0.034},
    **{"shoulder": 0.201, "elbow": 0.019, "hand": 0.015},
}
"""Shares of the body's mass that stand for it at these joints, each side, from Winter's table of
segments (Biomechanics and Motor Control of Human Movement, 2009); the head's at trunk's ends."""

_FEET = np.array([name.endswith(("_toe", "_ankle")) for name in LANDMARKS])
_REACH = np.array([REACH[name.rsplit("_", maxsplit=1)[-1]] for name in LANDMARKS])


@dataclass(frozen=True, eq=False)
class Bearing:
    """What is at a surface, frame by frame."""

    near: NDArray[np.bool_]
    """Landmarks that are at the ground, the terrain or a prop ``(T, K)``."""
    flies: Flags
    """The body falls freely and nothing is at a surface ``(T,)``."""
    falls: Array
    """Acceleration downwards [m/s^2] in the stretches in which nothing is near ``(T,)``; NaN
    elsewhere, and where they are too short to tell."""
    pace: Array
    """Speed along the ground [m/s] of the slowest toe or ankle that is near ``(T,)``; infinite
    where none is."""

    @property
    def feet(self) -> Flags:
        """A toe or an ankle is at a surface ``(T,)``."""
        return np.asarray(self.near[:, _FEET].any(axis=1))

    @property
    def others(self) -> Flags:
        """Another place of the body is: hand, elbow, knee, seat, back ``(T,)``."""
        return np.asarray(self.near[:, ~_FEET].any(axis=1))

    @property
    def nothing(self) -> Flags:
        """Nothing is, for longer than a moment, and the body does not fall freely ``(T,)``."""
        return np.isfinite(self.falls) & ~self.flies


class Bearings:
    """What carries the person of a clip: by the ground alone, and by all; asked once each."""

    def __init__(self, clip: Clip, surfaces: Surfaces) -> None:
        self.clip = clip
        self.surfaces = surfaces

    @cached_property
    def on_ground(self) -> Bearing:
        """By the ground alone, which costs next to nothing."""
        return bearing(self.clip, None)

    @cached_property
    def on_all(self) -> Bearing:
        """By the ground, the terrain and the props."""
        return bearing(self.clip, self.surfaces) if self.clip.scene.things else self.on_ground


def bearing(clip: Clip, surfaces: Surfaces | None) -> Bearing:
    """What carries the person of ``clip``; without ``surfaces`` the ground alone is looked at."""
    places = clip.landmarks()
    reach = _REACH * clip.stature / _STATURE
    near = np.zeros(places.shape[:2], dtype=bool)
    if clip.scene.ground is not None:
        near |= np.abs(places[..., 2] - clip.scene.ground) < reach
    if surfaces is not None:
        for shape, track in _solids(clip.scene):
            near |= _at(surfaces[shape], poses.apply(poses.inverse(track), places), reach)
    falls = _falls(clip, np.logical_not(near.any(axis=1)), places)
    paces = [
        np.where(near[:, k], speed(places[:, k] * (1.0, 1.0, 0.0), clip.fps), np.inf)
        for k in np.flatnonzero(_FEET)
    ]
    flies = (falls > FREE_FALL[0]) & (falls < FREE_FALL[1])
    return Bearing(near, flies, falls, np.min(paces, axis=0))


def _solids(scene: Scene) -> Iterator[tuple[Shape, Array]]:
    """Shapes and their poses ``(T, 7)`` or ``(1, 7)``."""
    for prop in scene.props:
        yield prop.shape, prop.track
    if scene.terrain is not None:
        yield scene.terrain.shape, poses.IDENTITY[None]


def _at(surface: Surface, local: Array, reach: Array) -> NDArray[np.bool_]:
    """Which of the places ``(T, K, 3)`` [m] are within ``reach`` ``(K,)`` [m] of a surface."""
    low, high = surface.shape.bounds
    close = np.all((local > low - reach[:, None]) & (local < high + reach[:, None]), axis=-1)
    if close.any():
        distance = surface.nearest(local[close])[1]
        close[close] = distance < np.broadcast_to(reach, close.shape)[close]
    return np.asarray(close)


def _falls(clip: Clip, free: Flags, places: Array) -> Array:
    """Acceleration downwards [m/s^2] in each stretch of ``free`` frames, by a parabola."""
    height = np.zeros(len(clip))
    for joint, share in _MASSES.items():
        for side in ("left", "right"):
            height += share * places[:, LANDMARKS.index(f"{side}_{joint}"), 2]
    height /= 2.0 * sum(_MASSES.values())
    falls = np.full(len(clip), np.nan)
    for first, last in runs(free):
        count = last - first + 1
        if count < max(5, round(_SHORTEST * clip.fps)):
            continue
        time = np.arange(count) / clip.fps
        falls[first : last + 1] = -2.0 * np.polyfit(time, height[first : last + 1], 2)[0]
    return falls
