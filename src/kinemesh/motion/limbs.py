"""A person as limbs that others meet: convex bodies as wide as a person of that stature.

Shares of stature are those of Drillis and Contini (Winter 2009, "Biomechanics and Motor Control of
Human Movement", figure 4.1) where they are lengths and breadths of the whole body; how thick limbs
are is this module's own choice, about that of a slim adult.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arguments import instance, text
from kinemesh.arrays import Array
from kinemesh.geometry.shape import Shape
from kinemesh.motion.clip import Clip
from kinemesh.motion.scene import Prop

_SHORTEST = 0.01
"""A limb shorter than this [m] is where no joint was recorded."""
_DIVISIONS = 8
"""Corners of a limb's section: its radius is right to 5 %."""
_MARKS = ("hip", "knee", "ankle", "toe", "shoulder", "elbow", "hand")
_HEAD = ("head", "Head")
"""Names of a joint that says where the head is."""

_Ball = tuple[float, float, float]
"""How far along the limb from its end, or its start, to the left, and the radius: of stature."""


@dataclass(frozen=True)
class _Limb:
    """A hull of balls, along the line between two places of a person."""

    name: str
    start: str
    end: str
    first: _Ball
    """At the start, and again to the right where it is aside;"""
    last: _Ball
    """at the end."""
    across: str = ""
    """The pair of landmarks that says how it is turned; it turns as little as it can without."""


_TRUNK = (
    _Limb("hips", "hip", "pelvis", (0.0, 0.045, 0.055), (0.0, 0.030, 0.058), "hip"),
    _Limb("chest", "pelvis", "shoulder", (0.0, 0.030, 0.058), (-0.045, 0.055, 0.058), "shoulder"),
    _Limb("head", "shoulder", "head", (0.075, 0.0, 0.050), (0.125, 0.0, 0.055)),
)
"""Places are landmarks, or the middle of two; the head's balls are both told from its start."""
_SIDED = (
    _Limb("upper_arm", "shoulder", "elbow", (0.0, 0.0, 0.028), (0.0, 0.0, 0.025)),
    # Half of a hand: fingers go round what they hold.
    _Limb("forearm", "elbow", "hand", (0.0, 0.0, 0.025), (0.05, 0.0, 0.019)),
    _Limb("thigh", "hip", "knee", (0.0, 0.0, 0.050), (0.0, 0.0, 0.036)),
    _Limb("shank", "knee", "ankle", (0.0, 0.0, 0.035), (0.0, 0.0, 0.024)),
    _Limb("foot", "ankle", "toe", (0.0, 0.0, 0.030), (0.025, 0.0, 0.016)),
)


def limbs(clip: Clip, name: str) -> tuple[Prop, ...]:
    """The person of a clip as props that others meet, for the scene of a clip of as many frames.

    Hips, chest, head, upper arms, forearms with half of a hand, thighs, shanks and feet, each
    rigid and called ``name/left_forearm``, on the tracks of the person's joints. The robot's
    copies are scaled as its person is, about the ground, so that distances between the two are:
    ``robot_scale`` is None.

    Args:
        clip: the person; its stature says how wide the limbs are.
        name: whose limbs they are, as ``person2``.

    Returns:
        Up to 13 props; a limb that was not recorded, as a foot without a toe, is left out.

    Raises:
        TypeError: an argument of another kind.

    Examples:
        >>> [prop.name for prop in kinemesh.motion.limbs(kinemesh.demos.walk(), "Eve")][:3]
        ['Eve/hips', 'Eve/chest', 'Eve/head']
    """
    instance("clip", clip, Clip, "a Clip")
    text("name", name, "whose limbs they are, a text")
    stature = clip.stature
    found = []
    for limb, start, end, across in _placed(clip):
        lengths = np.linalg.norm(end - start, axis=1)
        length = float(np.median(lengths))
        if length >= _SHORTEST:
            found.append((limb, start, end - start, across, length))
    turns = _turns(
        np.stack([along for _, _, along, _, _ in found]),
        np.stack([across for _, _, _, across, _ in found]),
    )
    return tuple(
        Prop(
            f"{name}/{limb}",
            _body(kind, length, stature),
            np.hstack([start, turn]),
            robot_scale=None,
            limb_of=name,
        )
        for ((kind, limb), start, _, _, length), turn in zip(found, turns, strict=True)
    )


def _placed(clip: Clip) -> Iterator[tuple[tuple[_Limb, str], Array, Array, Array]]:
    """Each limb with its name, start, end and what is to its left ``(T, 3)``, NaN if unknown."""
    sides = {side: {m: clip.landmark(f"{side}_{m}") for m in _MARKS} for side in ("left", "right")}
    left, right = sides["left"], sides["right"]
    middle = {mark: (left[mark] + right[mark]) / 2.0 for mark in _MARKS}
    middle["pelvis"] = clip.landmark("pelvis")
    bare = {joint.rpartition(":")[2]: k for k, joint in enumerate(clip.skeleton.joints)}
    head = next((bare[joint] for joint in _HEAD if joint in bare), None)
    if head is None:
        middle["head"] = 2.0 * middle["shoulder"] - middle["pelvis"]
    else:
        middle["head"] = np.asarray(clip.positions[:, head])
    for limb in _TRUNK:
        across = left[limb.across] - right[limb.across] if limb.across else np.nan * middle["hip"]
        yield (limb, limb.name), middle[limb.start], middle[limb.end], across
    for side, places in sides.items():
        for limb in _SIDED:
            start, end = places[limb.start], places[limb.end]
            yield (limb, f"{side}_{limb.name}"), start, end, np.nan * start


def _body(limb: _Limb, length: float, stature: float) -> Shape:
    """A limb of that length [m] along z, from its start."""
    balls = []
    (low, aside, thick), (high, apart, thin) = limb.first, limb.last
    top = high * stature if limb.end == "head" else length + high * stature
    for z, y, radius in ((low * stature, aside, thick), (top, apart, thin)):
        for side in (-1.0, 1.0) if y else (0.0,):
            balls.append(np.array([0.0, side * y * stature, z]) + radius * stature * _ball())
    return Shape.convex(np.concatenate(balls))


def _ball() -> Array:
    """Corners ``(N, 3)`` of a ball of radius 1, as far out as in on average."""
    angles = 2.0 * np.pi * np.arange(_DIVISIONS) / _DIVISIONS
    ring = np.stack([np.cos(angles), np.sin(angles), np.zeros(_DIVISIONS)], axis=1)
    half = np.sqrt(0.5)
    rings = [ring, *(ring * half + [0.0, 0.0, z] for z in (-half, half))]
    ends = np.array([[0.0, 0.0, -1.0], [0.0, 0.0, 1.0]])
    return np.asarray(1.04 * np.concatenate([*rings, ends]))


def _turns(along: Array, across: Array) -> Array:
    """Quaternions ``(L, T, 4)``: z is ``along`` ``(L, T, 3)``, y as near as can be to ``across``.

    Where that is NaN a limb turns about itself as little as it can.
    """
    left = np.eye(3)[np.abs(along[:, 0]).argmin(axis=1)]
    up = np.zeros_like(left)
    up[:, 2] = 1.0
    axes = np.zeros((*along.shape, 3))
    for k in range(along.shape[1]):
        up = _unit(along[:, k], up)
        wanted = np.where(np.isnan(across[:, k]), left, across[:, k])
        # Never along what is up: the axis that up is least along is left at worst.
        spare = np.eye(3)[np.abs(up).argmin(axis=1)]
        left = _unit(_square(wanted, up), _unit(_square(left, up), _unit(_square(spare, up), left)))
        axes[:, k] = np.stack([np.cross(left, up), left, up], axis=-1)
    turns = Rotation.from_matrix(axes.reshape(-1, 3, 3)).as_quat()
    return np.asarray(turns.reshape(*along.shape[:2], 4))


def _square(vectors: Array, up: Array) -> Array:
    """Vectors ``(L, 3)`` without what of them is along unit vectors ``up``."""
    return np.asarray(vectors - up * np.sum(vectors * up, axis=1, keepdims=True))


def _unit(vectors: Array, otherwise: Array) -> Array:
    """Unit vectors ``(L, 3)``; ``otherwise`` where there is no length."""
    sizes = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.where(sizes > 1e-6, vectors / np.maximum(sizes, 1e-6), otherwise))
