"""The robot's scene: the person's, scaled so that what rests still rests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from kinemesh.arrays import Array
from kinemesh.detection.joined import joined
from kinemesh.detection.resting import Resting
from kinemesh.errors import ClipError
from kinemesh.motion import Prop, Scene, Shape, Terrain
from kinemesh.problem.placing import Placing, size_of

_SAME = 1e-6
"""Shapes whose vertices differ by less [m] are the same."""
_SAMPLES = 20_000
"""Points that stand for a surface."""


def scaled_scene(
    scene: Scene,
    scale: float,
    fps: float,
    *,
    offsets: Mapping[str, Array] | None = None,
    resting: Resting | None = None,
    joints: Mapping[int, int] | None = None,
) -> Scene:
    """The robot's scene: terrain scaled; props of their own size, at scaled places.

    What rests on the ground, on terrain or on another prop rests on the same thing in the robot's
    scene then, and on another prop at the same place of it. Parts of one thing (a door and its
    frame) keep their places on each other. Elsewhere the middle of a prop's bounds is scaled in x
    and y, and its *lowest point* in z, above the height at which it rests. Turns are kept.

    Args:
        scene: the person's.
        scale: robot height / human height.
        fps: frames a second, for rests are told by how long they last.
        offsets: by how much props are elsewhere while nothing but the ground bears them, by name
            ``(3,)`` [m], each in its own frame.
        resting: who bears whom in ``scene``, where that is known already.
        joints: which props are parts of one thing in it, where that is.

    Examples:
        >>> clip = kinemesh.demos.lift_box()
        >>> kinemesh.problem.scaled_scene(clip.scene, 0.75, clip.fps)
        Scene(box, ground=0.0)
    """
    target = sized_scene(scene, scale)
    if not target.props:
        return target
    resting = resting or Resting.in_scene(scene, fps)
    joints = joined(scene, resting) if joints is None else joints
    tracks = Placing(scene, target, resting, scale, fps, offsets or {}, joints).tracks()
    placed = zip(target.props, tracks, strict=True)
    return replace(target, props=tuple(replace(prop, track=track) for prop, track in placed))


def sized_scene(scene: Scene, scale: float) -> Scene:
    """The robot's scene with props wherever they are: terrain scaled, props of their own size.

    Args:
        scene: the person's.
        scale: of the robot's world against the person's.
    """
    props = []
    for prop in scene.props:
        size = size_of(prop, scale)
        copy = prop if size == 1.0 else prop.resized(size)
        props.append(replace(copy, robot_scale=1.0))
    terrain = scene.terrain
    if terrain is not None:
        terrain = Terrain(terrain.shape.scaled(scale), terrain.name)
    ground = None if scene.ground is None else scene.ground * scale
    return Scene(tuple(props), terrain, ground)


def settled(scene: Scene, resting: Resting) -> Scene:
    """The scene with what is a few centimetres above or below the ground on it.

    Recordings often put objects and person off one another in z, and only the contact could tell
    which is right.

    Args:
        scene: the person's.
        resting: who bears whom in it.
    """
    props = []
    for prop, sunk in zip(scene.props, resting.sunk, strict=True):
        track = np.array(prop.track)
        track[:, 2] -= sunk
        props.append(replace(prop, track=track))
    return replace(scene, props=tuple(props))


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
