"""Terrain that is higher, lower, deeper or shallower, or has one of its boxes elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from kinemesh.arguments import unknown, whole
from kinemesh.augment.augmentation import (
    SceneAugmentation,
    axes_of,
    check_axes,
    check_clip,
    check_factors,
    check_numbers,
)
from kinemesh.errors import ClipError
from kinemesh.geometry.pieces import Piece, moved, pieces
from kinemesh.motion import LANDMARKS, Clip, Scene, Shape

_POINTS = 2000
"""Points that stand for the surface of a box."""


@dataclass(frozen=True)
class TerrainSize(SceneAugmentation):
    r"""Steps of another height and depth: the whole terrain stretched about the ground.

    .. math:: x' = c + k_d (x - c), \qquad z' = g + k_h (z - g)

    with :math:`c` the horizontal middle of the terrain and :math:`g` the height of the ground.

    Raises:
        ClipError: a factor that is not 0.1 to 10.

    Examples:
        >>> clip = kinemesh.demos.step_up()
        >>> kinemesh.augment.TerrainSize(height=1.2).apply(clip.scene, clip).terrain.shape
        Shape(closed, 0.8 x 1.2 x 0.24 m, 12 triangles, 1 part)
    """

    height: float = 1.0
    """:math:`k_h` [1]."""
    depth: float = 1.0
    """:math:`k_d`, in both horizontal directions [1]."""
    anchored = False  # legs have to step elsewhere

    def __post_init__(self) -> None:
        check_factors("the terrain's size", height=self.height, depth=self.depth)

    def apply(self, scene: Scene, clip: Clip) -> Scene:
        """The scene with its terrain stretched.

        Raises:
            ClipError: there is nothing to change; :meth:`unfit` says why.
        """
        check_clip(clip, scene)
        if scene.terrain is None:
            raise ClipError("the clip has no terrain")
        shape = scene.terrain.shape
        factors = np.array([self.depth, self.depth, self.height])
        middle = shape.bounds.mean(axis=0)
        middle[2] = scene.ground or 0.0
        away = middle * (1.0 - factors)
        parts = tuple(type(part)(part.vertices * factors + away) for part in shape.parts)
        stretched = replace(shape, vertices=shape.vertices * factors + away, parts=parts)
        return replace(scene, terrain=replace(scene.terrain, shape=stretched))

    def unfit(self, clip: Clip) -> str | None:
        """Why it cannot be applied: there is no terrain."""
        return "the clip has no terrain" if clip.scene.terrain is None else None


@dataclass(frozen=True)
class TerrainBox(SceneAugmentation):
    r"""One box of the terrain elsewhere, the others and the ground as they are.

    .. math:: x' = m + \Delta p + R_z(\Delta\theta)\,(x - m)

    with :math:`m` the middle of its bounds. A box is a connected piece of the terrain's surface.
    Feet that stand on it go with it, and in the air from one box to the next.

    Raises:
        ClipError: a number that is not finite, no number of a box, an unknown landmark or axes.

    Examples:
        >>> clip = kinemesh.demos.step_up()
        >>> before = clip.scene.terrain.shape.bounds
        >>> scene = kinemesh.augment.TerrainBox(box=1, x=0.1).apply(clip.scene, clip)  # [m]
        >>> round(float((scene.terrain.shape.bounds - before)[0, 0]), 3)
        0.1
    """

    box: int | str = 1
    """Its number, from 1, as ``kinemesh augment`` lists them; or a landmark: the box that this one
    of the person's is nearest to, in the mean of all frames."""
    x: float = 0.0
    """Offset along the first of :attr:`axes` [m]."""
    y: float = 0.0
    """Along the second [m]."""
    z: float = 0.0
    """Upwards [m]."""
    turn: float = 0.0
    """Turn about the vertical [rad]; positive is to the left."""
    axes: str = "person"
    """Those of the offset. ``person``: x points from the person to the box at the first frame, y
    to the left; ``world``: the world's."""
    anchored = False  # legs have to step elsewhere

    def __post_init__(self) -> None:
        check_numbers("the box's place", x=self.x, y=self.y, z=self.z, turn=self.turn)
        check_axes(self.axes)
        if not isinstance(self.box, str):
            whole(
                "box",
                self.box,
                "a number from 1, or a landmark",
                low=1,
                high=10**6,
                error=ClipError,
            )
        if isinstance(self.box, str) and self.box not in LANDMARKS:
            unknown("landmark", self.box, LANDMARKS, ClipError)

    def apply(self, scene: Scene, clip: Clip) -> Scene:
        """The scene with the box elsewhere.

        Raises:
            ClipError: there is nothing to change; :meth:`unfit` says why.
        """
        check_clip(clip, scene)
        reason = self.unfit(clip)
        if reason is not None or scene.terrain is None:
            raise ClipError(reason or "the clip has no terrain")
        shape = scene.terrain.shape
        piece = self._chosen(shape, clip)
        middle = shape.vertices[piece.vertices]
        middle = (middle.min(axis=0) + middle.max(axis=0)) / 2.0
        frame = axes_of(self.axes, clip, middle)
        turn = Rotation.from_rotvec([0.0, 0.0, self.turn]).as_matrix()
        offset = middle - turn @ middle + frame @ np.array([self.x, self.y, self.z])
        new = moved(shape, piece, turn, offset)
        return replace(scene, terrain=replace(scene.terrain, shape=new))

    def unfit(self, clip: Clip) -> str | None:
        """Why it cannot be applied: there is no terrain, or no box of that number."""
        if clip.scene.terrain is None:
            return "the clip has no terrain"
        count = len(pieces(clip.scene.terrain.shape))
        if isinstance(self.box, int) and self.box > count:
            are = "is 1 box" if count == 1 else f"are {count} boxes"
            return f"the terrain has no box {self.box}: there {are}"
        return None

    def _chosen(self, shape: Shape, clip: Clip) -> Piece:
        found = pieces(shape)
        if isinstance(self.box, int):
            return found[self.box - 1]
        track = clip.landmark(self.box)
        gaps = []
        for piece in found:
            surface = piece.of(shape).scatter(_POINTS, np.random.default_rng(0))
            gaps.append(np.mean(cKDTree(surface).query(track)[0]))
        return found[int(np.argmin(gaps))]
