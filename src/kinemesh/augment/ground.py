"""Flat ground that is tilted, or gives way to steps: person and scene are lifted together."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.augment.augmentation import ClipAugmentation, check_clip, check_numbers
from kinemesh.augment.stairs import lifted, staircase
from kinemesh.errors import ClipError
from kinemesh.motion import Clip, Scene, Shape, Terrain
from kinemesh.motion.moved import mapped_shape

_STEEPEST = np.deg2rad(20.0)
"""A steeper slope is no longer walked on as flat ground is."""
_AROUND = 1.0
"""The tilted ground reaches this far beyond the motion [m],"""
_THICK = 0.2
"""and is this thick [m]."""


@dataclass(frozen=True)
class Slope(ClipAugmentation):
    r"""Ground and terrain tilted, the person lifted with what he stands on.

    .. math:: z' = z + \tan\alpha \; u^\top (p - c)

    with :math:`c` the person's place in the first frame and :math:`u` the way up, horizontal.
    What is vertical stays so, and what touches goes on touching. Feet are turned as the ground is.

    Raises:
        ClipError: a number that is not finite, or a slope of more than 20 degrees.

    Examples:
        >>> clip = kinemesh.augment.Slope(angle=0.1).apply(kinemesh.demos.walk())
        >>> clip.scene.things
        ('slope',)
    """

    angle: float = 0.0
    """:math:`\\\\alpha` [rad]; negative is down."""
    heading: float = 0.0
    """The way up, to the left of where the person goes, or looks if he stays [rad]."""

    def __post_init__(self) -> None:
        check_numbers("the slope", angle=self.angle, heading=self.heading)
        if not (abs(self.angle) <= _STEEPEST and np.isfinite(self.heading)):
            raise ClipError(
                f"expected a slope of at most {np.rad2deg(_STEEPEST):.0f} degrees and a finite "
                f"heading; got {np.rad2deg(self.angle):g} and {np.rad2deg(self.heading):g} degrees"
            )

    def unfit(self, clip: Clip) -> str | None:
        """Why it cannot be applied: there is a prop, or no ground."""
        if clip.scene.props:
            return "the clip has a prop, which would slide on a slope"
        return None if clip.scene.ground is not None else "the clip has no level ground"

    def apply(self, clip: Clip) -> Clip:
        """The clip on the slope; the ground is a part of its terrain then.

        Raises:
            ClipError: there is nothing to change; :meth:`unfit` says why.
        """
        check_clip(clip)
        reason = self.unfit(clip)
        if reason is not None:
            raise ClipError(reason)
        start = clip.landmark("pelvis")[0]
        x, y = way(clip)
        cos, sin = np.cos(self.heading), np.sin(self.heading)
        up = np.array([x * cos - y * sin, y * cos + x * sin])
        rise = np.tan(self.angle) * up

        def move(points: Array) -> Array:
            lift = (points[..., :2] - start[:2]) @ rise
            return np.concatenate([points[..., :2], points[..., 2:] + lift[..., None]], axis=-1)

        terrain = clip.scene.terrain
        shapes = [_slab(clip)] + ([] if terrain is None else [terrain.shape])
        shape = mapped_shape(Shape.union(shapes) if terrain else shapes[0], move)
        ground = Terrain(shape, "slope" if terrain is None else terrain.name)
        turn = Rotation.from_rotvec(self.angle * np.array([up[1], -up[0], 0.0]))
        return replace(
            clip,
            positions=move(np.asarray(clip.positions)),
            rotations=_feet_turned(clip, turn),
            scene=Scene((), ground, None),
            notes=(*clip.notes, f"slope: {np.rad2deg(self.angle):g} degrees"),
        )


@dataclass(frozen=True)
class Steps(ClipAugmentation):
    """Flat ground made a flight of steps on which the person's footfalls land.

    A tread begins between two footfalls, once the one before is deep enough; feet are lifted by
    the height of their treads, and in the air so that they clear the edges (docs/augmentation.md).

    Raises:
        ClipError: a number that is not finite, or steps of more than 0.4 m or 10 m deep.

    Examples:
        >>> clip = kinemesh.augment.Steps(height=0.1).apply(kinemesh.demos.walk())
        >>> clip.scene.terrain
        Terrain(shape=Shape(closed, 4.25 x 1.82 x 0.6 m, 72 triangles, 6 parts), name='steps')
    """

    height: float = 0.1
    """Of each step [m]; negative leads down."""
    depth: float = 0.0
    """The least depth of a tread [m]; 0: a step between every two footfalls that leave room."""
    start: float = 0.0
    """How far along the way the first step may be [m]."""

    def __post_init__(self) -> None:
        check_numbers("the steps", height=self.height, depth=self.depth, start=self.start)
        if not (0.0 < abs(self.height) <= 0.4 and 0.0 <= self.depth < 10.0):
            raise ClipError(
                f"expected steps of up to 0.4 m, up or down, and a depth of 0 to 10 m; "
                f"got {self.height} and {self.depth}"
            )

    def unfit(self, clip: Clip) -> str | None:
        """Why it cannot be applied: no flat ground, a prop, or nowhere between footfalls."""
        scene = clip.scene
        if scene.props or scene.terrain is not None:
            return "steps are for flat ground alone; the clip has a prop or terrain"
        if scene.ground is None:
            return "the clip has no level ground"
        if not staircase(clip, way(clip), self.height, self.depth, self.start).edges:
            return "there is no room for a step between the footfalls: try a part of the motion"
        return None

    def apply(self, clip: Clip) -> Clip:
        """The clip on the steps.

        Raises:
            ClipError: there is nothing to change; :meth:`unfit` says why.
        """
        check_clip(clip)
        reason = self.unfit(clip)
        if reason is not None:
            raise ClipError(reason)
        stairs = staircase(clip, way(clip), self.height, self.depth, self.start)
        scene = replace(clip.scene, terrain=Terrain(stairs.shape(clip), "steps"))
        said = f"{len(stairs.edges)} steps of {self.height:g} m"
        return replace(clip, positions=lifted(clip, stairs), scene=scene, notes=(*clip.notes, said))


def way(clip: Clip) -> Array:
    """Unit direction ``(2,)`` in which the person goes, or looks where he stays in place."""
    pelvis = clip.landmark("pelvis")[:, :2]
    away = pelvis - pelvis[0]
    distance = np.linalg.norm(away, axis=1)
    if distance.max() > 0.3:
        furthest = int(distance.argmax())
        return np.asarray(away[furthest] / distance[furthest])
    across = (clip.landmark("left_hip") - clip.landmark("right_hip"))[0, :2]
    return np.array([across[1], -across[0]]) / max(float(np.linalg.norm(across)), 1e-9)


def _slab(clip: Clip) -> Shape:
    """The level ground under a motion."""
    ground = clip.scene.ground or 0.0
    points = clip.positions[..., :2].reshape(-1, 2)
    low, high = points.min(axis=0) - _AROUND, points.max(axis=0) + _AROUND
    middle = (low + high) / 2.0
    return Shape.box((*(high - low), _THICK), (*middle, ground - _THICK / 2.0))


def _feet_turned(clip: Clip, turn: Rotation) -> Array | None:
    """Rotations ``(T, J, 4)`` with those of the feet turned by ``turn``."""
    if clip.rotations is None:
        return None
    turned = np.array(clip.rotations)
    for name in ("left_ankle", "right_ankle", "left_toe", "right_toe"):
        for joint in clip.skeleton.weights(name):
            k = clip.skeleton.index(joint)
            turned[:, k] = (turn * Rotation.from_quat(clip.rotations[:, k])).as_quat()
    return turned
