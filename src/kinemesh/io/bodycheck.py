"""Whether the places of landmarks make a person, whatever the unit and the pose.

Only lengths are compared, which no pose changes, and the direction of the trunk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from kinemesh.motion.arrays import Array

_WAIST = 0.15
"""The waist lies so far above the hip joints, as a share of thigh and shank: 0.13 m."""
_AT_WAIST = 0.04
"""Hips this little below it, as the same share, are the pelvis by themselves."""
_EVEN = 0.25
"""Bones of the left and the right differ by less than this share."""

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
    hips = (places[:, ends["left_hip"]] + places[:, ends["right_hip"]]) / 2.0
    chest = (places[:, ends["left_shoulder"]] + places[:, ends["right_shoulder"]]) / 2.0
    leg = sum(
        float(np.median(np.linalg.norm(places[:, ends[a]] - places[:, ends[b]], axis=-1)))
        for a, b in (("left_hip", "left_knee"), ("left_knee", "left_ankle"))
    )
    up = chest - hips
    length = np.linalg.norm(up, axis=-1, keepdims=True)
    if leg <= 0.0 or float(np.median(length)) <= 0.0:
        return {spine[0]: 1.0}
    up = up / np.maximum(length, 1e-12)
    heights = [float(np.median(np.sum((places[:, k] - hips) * up, axis=-1))) / leg for k in spine]
    if heights[0] > _WAIST - _AT_WAIST:
        return {spine[0]: 1.0}
    for i, (low, high) in enumerate(pairwise(heights)):
        if low < _WAIST <= high:
            share = round((_WAIST - low) / (high - low), 1)
            shares = {spine[i]: round(1.0 - share, 1), spine[i + 1]: share}
            return {joint: w for joint, w in shares.items() if w > 0.0}
    return {max(zip(heights, spine, strict=True))[1]: 1.0}
