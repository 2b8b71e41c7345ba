"""Whether the places of landmarks make a person, whatever the unit and the pose.

Only lengths are compared, which no pose changes, and the direction of the trunk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from kinemesh.arrays import Array

_WAIST = 0.15
"""The waist lies so far above the hip joints, as a share of thigh and shank: 0.13 m."""
_AT_WAIST = 0.04
"""Hips this little below it, as the same share, are the pelvis by themselves."""
_EVEN = 0.25
"""Bones of the left and the right differ by less than this share."""

_AROUND_WAIST = 0.09
"""A layout whose pelvis is further off the waist, as the same share, is not this body's."""
_SMPL_ROOT = (0.07, 0.17)
"""SMPL's first joint lies so far above its hip joints, as the same share,"""
_SMPL_CHEST = 0.6
"""and its third bone of the spine is this short beside the second (0.40 to 0.45; other bodies'
are about alike)."""

_SPAN = frozenset(f"{s}_{k}" for s in ("left", "right") for k in ("hip", "knee", "shoulder"))

_LENGTHS: tuple[tuple[str, str, str, float, float], ...] = (
    ("hip", "knee", "thigh", 0.35, 0.65),
    ("knee", "ankle", "shank", 0.35, 0.65),
    ("ankle", "toe", "foot", 0.06, 0.45),
    ("shoulder", "elbow", "upper arm", 0.2, 0.55),
    ("elbow", "hand", "forearm", 0.15, 0.5),
)
"""Bone from, to, its name, and between which shares of thigh and shank it is long. Widely: a
child's and a giant's limbs, and joints put where a tool likes them, all lie in between."""

_WIDTHS = (("hip", 0.06, 0.6), ("shoulder", 0.12, 0.9))
_TRUNK = (0.3, 1.1)


def check_body(
    places: Array, landmarks: Mapping[str, Mapping[int, float]]
) -> list[tuple[str, tuple[str, ...]]]:
    """What is odd about a body, in words, each with the landmarks concerned.

    Args:
        places: joints ``(T, J, 3)`` in any unit.
        landmarks: the weights of joints for every landmark.
    """
    doubts: list[tuple[str, tuple[str, ...]]] = []

    def at(landmark: str) -> Array:
        return np.asarray(sum(w * places[:, k] for k, w in landmarks[landmark].items()))

    def between(a: str, b: str) -> float:
        return float(np.median(np.linalg.norm(at(a) - at(b), axis=-1)))

    legs = [
        between(f"{s}_hip", f"{s}_knee") + between(f"{s}_knee", f"{s}_ankle")
        for s in ("left", "right")
    ]
    leg = float(np.mean(legs))
    if not np.isfinite(leg) or leg <= 0.0:
        return [("the legs have no length", ("left_knee", "right_knee"))]
    for a, b, bone, low, high in _LENGTHS:
        lengths = [between(f"{s}_{a}", f"{s}_{b}") / leg for s in ("left", "right")]
        for side, length in zip(("left", "right"), lengths, strict=True):
            if not low <= length <= high:
                doubts.append(
                    (
                        f"the {side} {bone} is {length:.2f} of the leg's length; expected "
                        f"{low} to {high}",
                        (f"{side}_{a}", f"{side}_{b}"),
                    )
                )
        if abs(lengths[0] - lengths[1]) > _EVEN * max(lengths):
            doubts.append(
                (
                    f"the {bone} differs between left and right by "
                    f"{abs(lengths[0] / lengths[1] - 1.0) if lengths[1] else 1.0:.0%}",
                    (f"left_{b}", f"right_{b}"),
                )
            )
    for part, low, high in _WIDTHS:
        width = between(f"left_{part}", f"right_{part}") / leg
        if not low <= width <= high:
            doubts.append(
                (
                    f"the {part}s are {width:.2f} of the leg's length apart; expected "
                    f"{low} to {high}",
                    (f"left_{part}", f"right_{part}"),
                )
            )
    hips = (at("left_hip") + at("right_hip")) / 2.0
    chest = (at("left_shoulder") + at("right_shoulder")) / 2.0
    trunk = float(np.median(np.linalg.norm(chest - hips, axis=-1))) / leg
    if not _TRUNK[0] <= trunk <= _TRUNK[1]:
        doubts.append(
            (
                f"shoulders are {trunk:.2f} of the leg's length from the hips; expected "
                f"{_TRUNK[0]} to {_TRUNK[1]}",
                ("left_shoulder", "right_shoulder"),
            )
        )
    return doubts


def is_smpl(places: Array, spine: Sequence[int], ends: Mapping[str, int]) -> bool:
    """Whether a body has the proportions of SMPL's family, whatever its joints are called.

    Args:
        places: joints ``(T, J, 3)`` in any unit.
        spine: joints from where the legs part to where the arms do, both included.
        ends: joints of the hips, knees, ankles and shoulders.
    """
    if len(spine) != 4 or not {*_SPAN, "left_ankle"} <= ends.keys():
        return False
    low, high = _SMPL_ROOT
    bones = [
        float(np.median(np.linalg.norm(places[:, a] - places[:, b], axis=-1)))
        for a, b in pairwise(spine)
    ]
    above = height_over_hips(places[:, spine[0]], places, ends)
    return low < above < high and bones[2] < _SMPL_CHEST * bones[1]


def at_waist(pelvis: Array, places: Array, ends: Mapping[str, int]) -> bool:
    """Whether ``pelvis`` ``(T, 3)`` is near the place that is the pelvis of any body."""
    return abs(height_over_hips(pelvis, places, ends) - _WAIST) < _AROUND_WAIST


def height_over_hips(point: Array, places: Array, ends: Mapping[str, int]) -> float:
    """How far ``point`` ``(T, 3)`` is above the hip joints towards the chest, as a share of a leg.

    NaN for a body without legs or trunk.
    """
    hips = (places[:, ends["left_hip"]] + places[:, ends["right_hip"]]) / 2.0
    up = (places[:, ends["left_shoulder"]] + places[:, ends["right_shoulder"]]) / 2.0 - hips
    leg = _leg(places, ends)
    length = np.linalg.norm(up, axis=-1, keepdims=True)
    if leg <= 0.0 or float(np.median(length)) <= 0.0:
        return float("nan")
    up = up / np.maximum(length, 1e-12)
    return float(np.median(np.sum((point - hips) * up, axis=-1))) / leg


def _leg(places: Array, ends: Mapping[str, int]) -> float:
    """Thigh and shank of the left."""
    return sum(
        float(np.median(np.linalg.norm(places[:, ends[a]] - places[:, ends[b]], axis=-1)))
        for a, b in (("left_hip", "left_knee"), ("left_knee", "left_ankle"))
    )


def waist(places: Array, spine: Sequence[int], ends: Mapping[str, int]) -> dict[int, float]:
    """Weights of one or two joints of the spine for the place 0.13 m above the hip joints.

    Tools put their hips level with the hip joints or anywhere up to the waist; a robot's pelvis
    is at the waist.

    Args:
        places: joints ``(T, J, 3)`` in any unit.
        spine: joints from the hips up.
        ends: joints of the hips, knees, ankles and shoulders.
    """
    if not {"left_knee", "left_ankle"} <= ends.keys():
        return {spine[0]: 1.0}
    heights = [height_over_hips(places[:, k], places, ends) for k in spine]
    if not np.all(np.isfinite(heights)):
        return {spine[0]: 1.0}
    if heights[0] > _WAIST - _AT_WAIST:
        return {spine[0]: 1.0}
    for i, (low, high) in enumerate(pairwise(heights)):
        if low < _WAIST <= high:
            share = round((_WAIST - low) / (high - low), 1)
            shares = {spine[i]: round(1.0 - share, 1), spine[i + 1]: share}
            return {joint: w for joint, w in shares.items() if w > 0.0}
    return {max(zip(heights, spine, strict=True))[1]: 1.0}
