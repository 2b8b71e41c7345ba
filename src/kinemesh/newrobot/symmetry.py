"""Left and right: which joints mirror which across the sagittal plane, at zero posture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kinemesh.motion.arrays import Array
from kinemesh.newrobot.source import SLIDING, Source

_NEAR = 0.02
"""Mirrored joints lie within this share of the robot's size of each other."""
_PARALLEL = np.cos(np.radians(10.0))


@dataclass(frozen=True, eq=False)
class Symmetry:
    """Which link mirrors which."""

    across: Array
    """Unit normal ``(3,)`` of the plane in the root's frame."""
    twins: Mapping[int, tuple[int, float]]
    """Moving link to its mirror image, itself in the middle, and the factor of joint angles."""

    @property
    def pairs(self) -> int:
        """How many links have another one for a mirror image."""
        return sum(twin != link for link, (twin, _) in self.twins.items())


def find_symmetry(source: Source) -> Symmetry:
    """The plane, of those across y and across x through the root's origin, that pairs most."""
    found = [_across(source, np.array(normal)) for normal in ((0.0, 1.0, 0.0), (1.0, 0.0, 0.0))]
    return max(found, key=lambda one: one.pairs)


def moving_children(source: Source, link: int) -> list[int]:
    """The links that joints move next below ``link`` and what is fixed to it."""
    return [c for k in source.rigid(link) for c in source.children(k) if source.moves(c)]


def _across(source: Source, normal: Array) -> Symmetry:
    turns, places = source.frames()
    size = float(np.ptp(places, axis=0).max()) or 1.0
    mirror = np.eye(3) - 2.0 * np.outer(normal, normal)
    twins: dict[int, tuple[int, float]] = {}
    stack = [(0, 0)]
    while stack:
        left, right = stack.pop()
        free = moving_children(source, right)
        for child in moving_children(source, left):
            joint = source.joint_of(child)
            wanted = mirror @ places[child]
            # A turn is mirrored as its axis is, with the other sense.
            axis = mirror @ turns[child] @ joint.axis * (1.0 if joint.kind == SLIDING else -1.0)
            near = []
            for other in free:
                theirs = source.joint_of(other)
                along = float(axis @ turns[other] @ theirs.axis)
                gap = places[other] - wanted
                gap = gap - axis * (gap @ axis)  # where along its axis a joint sits says nothing
                off = float(np.linalg.norm(gap))
                if theirs.kind == joint.kind and abs(along) > _PARALLEL and off < _NEAR * size:
                    away = float(np.linalg.norm(places[other] - wanted))
                    near.append((away, other, float(np.sign(along))))
            if near:
                _, other, sign = min(near)
                free.remove(other)
                twins[child] = (other, sign)
                stack.append((child, other))
    # Only what is agreed on from both sides counts.
    kept = {a: (b, s) for a, (b, s) in twins.items() if twins.get(b, (-1, 0.0))[0] == a}
    return Symmetry(normal, kept)
