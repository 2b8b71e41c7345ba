"""The demo's box as things of two parts: two halves, a case with a lid, a chest with a drawer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh import demos
from kinemesh.geometry import poses
from kinemesh.motion import Clip, Prop, Scene, Shape


def between(low: object, high: object) -> Shape:
    """A box from one corner to the other."""
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    return Shape.box(high - low, (low + high) / 2.0)


def with_parts(*parts: tuple[str, Shape, np.ndarray]) -> Clip:
    """The demo with these in place of its box."""
    clip = demos.lift_box()
    props = tuple(Prop(name, shape, track) for name, shape, track in parts)
    return replace(clip, scene=Scene(props, clip.scene.terrain, clip.scene.ground))


def halves(common: float = 0.0, own_origins: bool = False) -> Clip:
    """Each hand has a half; they have ``common`` [m] of their width in common."""
    (box,) = demos.lift_box().scene.props
    low, high = box.shape.bounds
    right = between(low, [high[0], common / 2.0, high[2]])
    left = between([low[0], -common / 2.0, low[2]], high)
    tracks = [box.track, box.track]
    if own_origins:
        shapes = [right, left]
        for k, shape in enumerate(shapes):
            middle = shape.bounds.mean(axis=0)
            at = np.tile([*middle, 0.0, 0.0, 0.0, 1.0], (len(box.track), 1))
            tracks[k] = poses.compose(box.track, at)
            shapes[k] = between(shape.bounds[0] - middle, shape.bounds[1] - middle)
        right, left = shapes
    return with_parts(("right_half", right, tracks[0]), ("left_half", left, tracks[1]))


def lidded(opens: float = 1.0, common: float = 0.0) -> Clip:
    """A case whose lid opens by so much [rad] while it is carried."""
    (box,) = demos.lift_box().scene.props
    low, high = box.shape.bounds
    edge = high[2] - 0.06
    case = between(low, [high[0], high[1], edge + common])
    lid = between([low[0], low[1], edge], high)
    frames = len(box.track)
    angles = opens * np.clip((np.arange(frames) / frames - 0.35) / 0.3, 0.0, 1.0)
    turn = Rotation.from_rotvec(np.outer(angles, [0.0, 1.0, 0.0]))
    hinge = np.array([high[0], 0.0, edge])
    inner = np.hstack([hinge - turn.apply(hinge), turn.as_quat()])
    return with_parts(("case", case, box.track), ("lid", lid, poses.compose(box.track, inner)))


def relative(scene: Scene) -> np.ndarray:
    """Poses ``(T, 7)`` of the second part in the first."""
    one, other = scene.props
    return poses.compose(poses.inverse(one.track), other.track)
