"""Clips moved, turned and scaled as a whole: person, props, terrain and ground together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.transform import Rotation

from kinemesh.arguments import FARTHEST, floats, number
from kinemesh.arrays import Array
from kinemesh.errors import ClipError
from kinemesh.geometry.shape import ConvexPart, Shape
from kinemesh.motion.clip_fields import ClipT
from kinemesh.motion.scene import Scene, Terrain


def translated(clip: ClipT, offset: ArrayLike) -> ClipT:
    """The clip and its whole scene moved by ``offset`` ``(3,)`` [m].

    Raises:
        ClipError: not three finite numbers.
    """
    what = "x, y, z in metres"
    step = floats("offset", offset, what, shape=(3,), largest=FARTHEST, error=ClipError)
    scene = clip.scene
    props = tuple(
        replace(p, track=np.hstack([p.track[:, :3] + step, p.track[:, 3:]])) for p in scene.props
    )
    terrain = _terrain(scene, lambda points: points + step)
    ground = None if scene.ground is None else scene.ground + float(step[2])
    return replace(clip, positions=clip.positions + step, scene=Scene(props, terrain, ground))


def rotated(clip: ClipT, yaw: float) -> ClipT:
    """The clip and its whole scene turned about the world's z by ``yaw`` [rad].

    Raises:
        ClipError: ``yaw`` is not finite.
    """
    yaw = number("yaw", yaw, "an angle in radians", low=-1e6, high=1e6, error=ClipError)
    turn = Rotation.from_euler("z", yaw)
    matrix = turn.as_matrix()
    props = tuple(
        replace(p, track=np.hstack([p.track[:, :3] @ matrix.T, _turned(turn, p.track[:, 3:])]))
        for p in clip.scene.props
    )
    terrain = _terrain(clip.scene, lambda points: points @ matrix.T)
    return replace(
        clip,
        positions=clip.positions @ matrix.T,
        rotations=None if clip.rotations is None else _turned(turn, clip.rotations),
        scene=Scene(props, terrain, clip.scene.ground),
    )


def scaled(clip: ClipT, factor: float) -> ClipT:
    """The clip in a world ``factor`` times as large: person, stature, props, tracks, terrain.

    Raises:
        ClipError: ``factor`` is not positive, or makes a person of impossible size.
    """
    what = "a positive number, 0.01 to 100"
    k = number("factor", factor, what, low=0.01, high=100.0, error=ClipError)
    scene = clip.scene
    props = tuple(
        p.resized(k, np.hstack([p.track[:, :3] * k, p.track[:, 3:]])) for p in scene.props
    )
    terrain = (
        None
        if scene.terrain is None
        else replace(scene.terrain, shape=scene.terrain.shape.scaled(k))
    )
    return replace(
        clip,
        positions=clip.positions * k,
        height=clip.stature * k,
        scene=Scene(props, terrain, None if scene.ground is None else scene.ground * k),
    )


def mapped_shape(shape: Shape, move: Callable[[Array], Array], flips: bool = False) -> Shape:
    """A shape whose points ``(N, 3)`` [m] are moved rigidly; ``flips`` for a reflection.

    A reflection turns triangles inside out, so their corners are taken the other way round.
    """
    faces = shape.faces[:, ::-1] if flips else shape.faces
    parts = tuple(ConvexPart(move(part.vertices)) for part in shape.parts)
    return replace(shape, vertices=move(shape.vertices), faces=faces, parts=parts)


def _terrain(scene: Scene, move: Callable[[Array], Array]) -> Terrain | None:
    if scene.terrain is None:
        return None
    return replace(scene.terrain, shape=mapped_shape(scene.terrain.shape, move))


def _turned(turn: Rotation, quaternions: Array) -> Array:
    """Quaternions ``(..., 4)`` turned in the world."""
    flat = turn * Rotation.from_quat(np.reshape(quaternions, (-1, 4)))
    return np.reshape(flat.as_quat(), np.shape(quaternions))
