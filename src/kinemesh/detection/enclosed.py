"""A person inside of a solid: no demonstration, and no program that has an answer."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ClipError
from kinemesh.geometry import poses
from kinemesh.geometry.shape import Shape
from kinemesh.motion.clip import Clip

_FRAMES = 16
"""So many frames are looked at."""
_DEEP = 0.05
"""A landmark this far [m] below a surface is inside."""
_SHARE = 0.75
"""A person with this share of her landmarks inside is inside."""
_SOLID = 0.9
"""A shape fills at least this share of its convex parts, or it is hollow: a room, a cage."""


def check_outside(clip: Clip) -> None:
    """Refuse a clip whose person is inside of a solid prop or terrain most of the time.

    What the whole trunk is inside of is none: the clip has made a sheet of it, a room.

    Every row of every frame's program is broken there, which takes a hundred times as long as a
    frame does and gives nothing.

    Raises:
        ClipError: which solid it is.
    """
    chosen = np.unique(np.linspace(0, len(clip) - 1, _FRAMES).astype(int))
    marks = clip.landmarks()[chosen]
    terrain = clip.scene.terrain
    things = [(p.name, p.shape, p.track[chosen]) for p in clip.scene.props]
    if terrain is not None:
        still = np.tile(poses.IDENTITY, (len(chosen), 1))
        things.append((terrain.name, terrain.shape, still))
    for name, shape, track in things:
        solid = shape.solid  # a room that the person is in is a sheet
        if solid is None or not _is_solid(solid):
            continue
        local = np.einsum("tkj,tji->tki", marks - track[:, None, :3], poses.matrix(track))
        inside = _depth(solid, local) > _DEEP
        if np.mean(inside.mean(axis=1) >= _SHARE) >= 0.5:
            raise ClipError(
                f"the person is inside of {name!r} in most frames: clip and scene are in different "
                f"frames or units, or the mesh is another's; see it with `kinemesh info`"
            )


def _is_solid(shape: Shape) -> bool:
    corners = shape.vertices[shape.faces]
    enclosed = abs(np.einsum("ij,ij->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2]))) / 6
    return bool(enclosed >= _SOLID * sum(part.volume for part in shape.parts))


def _depth(shape: Shape, points: Array) -> Array:
    """How far ``points`` ``(..., 3)`` are inside of the deepest convex part [m]."""
    depths = [
        -(points @ part.planes[:, :3].T + part.planes[:, 3]).max(axis=-1) for part in shape.parts
    ]
    return np.asarray(np.max(depths, axis=0))
