"""The robot's scene: the person's, scaled so that what rests still rests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinemesh.errors import ClipError
from kinemesh.motion import Prop, Scene, Terrain
from kinemesh.motion.arrays import Array

_RESTS = 0.1
"""A prop whose lowest point comes this close to the ground [m] rests on it."""


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


def carried(points: Array, source: Array, target: Array) -> Array:
    """Points moved from one shape to another by their place within the bounds ``(2, 3)``."""
    size = np.maximum(source[1] - source[0], 1e-12)
    return np.asarray(target[0] + (points - source[0]) / size * (target[1] - target[0]))
