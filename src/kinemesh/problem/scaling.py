"""The robot's scene: the person's, scaled so that what rests still rests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from kinemesh.arrays import Array
from kinemesh.errors import ClipError
from kinemesh.motion import Prop, Scene, Shape, Terrain

_RESTS = 0.1
"""A prop whose lowest point comes this close to the ground [m] rests on it."""

_SAME = 1e-6
"""Shapes whose vertices differ by less [m] are the same."""
_SAMPLES = 20_000
"""Points that stand for a surface."""


def scaled_scene(scene: Scene, scale: float) -> Scene:
    """The robot's scene: terrain scaled; props at real size, on tracks that are scaled.

    A prop's track is scaled in x and y. In z its *lowest point* is scaled, above the height
    at which it rests, so that a prop of real size still rests on what supported it.
    """
    ground = scene.ground or 0.0
    props = []
    for prop in scene.props:
        lowest = prop.lowest()
        bottom = (lowest - sunk(prop, ground)) * scale
        track = np.array(prop.track)
        track[:, :2] *= scale
        track[:, 2] += bottom - lowest
        props.append(replace(prop, track=track))
    terrain = scene.terrain
    if terrain is not None:
        terrain = Terrain(terrain.shape.scaled(scale), terrain.name)
    return Scene(tuple(props), terrain, None if scene.ground is None else scene.ground * scale)


def sunk(prop: Prop, ground: float) -> float:
    """How far above the ground [m] a prop is that ought to rest on it; 0 if it does not rest."""
    above = float(prop.lowest().min()) - ground
    return above if abs(above) < _RESTS else 0.0


def same_prop(scene: Scene, prop: Prop) -> Prop:
    """The prop of ``scene`` that has the name of ``prop``.

    Raises:
        ClipError: there is none.
    """
    for candidate in scene.props:
        if candidate.name == prop.name:
            return candidate
    names = ", ".join(p.name for p in scene.props) or "none"
    raise ClipError(f"the scene lacks the clip's prop {prop.name!r}; it has {names}")


class Carrier:
    r"""Places of one shape, on another that stands in for it.

    By the place within the bounds, :math:`c' = b'_0 + (c - b_0) \oslash (b_1 - b_0) \odot
    (b'_1 - b'_0)`; where the other is not the same shape stretched, then to the nearest place of
    its surface.
    """

    def __init__(self, source: Shape, target: Shape) -> None:
        self._source, self._target = source.bounds, target.bounds
        there = source.vertices.shape == target.vertices.shape and np.allclose(
            self._stretched(source.vertices), target.vertices, rtol=0.0, atol=_SAME
        )
        self._surface: cKDTree | None = None
        if not there:
            rng = np.random.default_rng(0)
            self._surface = cKDTree(target.scatter(_SAMPLES, rng), balanced_tree=False)

    def __call__(self, points: Array) -> Array:
        """Points ``(..., 3)`` [m] of the one shape, on the other, each in its own frame."""
        moved = self._stretched(points)
        if self._surface is None:
            return moved
        return np.asarray(self._surface.data[self._surface.query(moved)[1]])

    def _stretched(self, points: Array) -> Array:
        return carried(points, self._source, self._target)


def carried(points: Array, source: Array, target: Array) -> Array:
    """Points moved from one shape to another by their place within the bounds ``(2, 3)``."""
    size = np.maximum(source[1] - source[0], 1e-12)
    return np.asarray(target[0] + (points - source[0]) / size * (target[1] - target[0]))
