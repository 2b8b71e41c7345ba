"""Left and right: which joints mirror which across the sagittal plane, at zero posture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import RobotError
from kinemesh.newrobot.reading.source import SLIDING, Source

_NEAR = 0.02
"""Mirrored joints lie within this share of the robot's size of each other."""
_MOST = 400
"""A humanoid has no more joints, all of its fingers' among them."""
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
    """The plane, of those across y and across x through the root's origin, that pairs most.

    Raises:
        RobotError: more joints than a humanoid has.
    """
    if len(source.moving) > _MOST:
        raise RobotError(
            f"{source.path.name} has {len(source.moving)} joints; expected a humanoid, of at most "
            f"{_MOST}"
        )
    found = [_across(source, np.array(normal)) for normal in ((0.0, 1.0, 0.0), (1.0, 0.0, 0.0))]
    return max(found, key=lambda one: one.pairs)


def moving_children(source: Source, link: int) -> list[int]:
    """The links that joints move next below ``link`` and what is fixed to it."""
    return [c for k in source.rigid(link) for c in source.children(k) if source.moves(c)]


def _across(source: Source, normal: Array) -> Symmetry:
    fits = _fitting(source, normal)
    # Of several joints that mirror one the whole limb tells: both shoulders may lie in the middle.
    below: dict[tuple[int, int], list[tuple[int, int]]] = {}
    stack = [(0, 0)]
    while stack:
        pair = stack.pop()
        if pair not in below:
            below[pair] = [(a, b) for a, b, _, _ in fits(*pair)]
            stack += below[pair]
    sizes: dict[tuple[int, int], int] = {}
    for pair in sorted(below, key=lambda one: -one[0]):  # children stand after their parents
        sizes[pair] = 1 + sum(sizes[kept] for kept in _best(below[pair], sizes))
    twins: dict[int, tuple[int, float]] = {}
    stack = [(0, 0)]
    while stack:
        pair = stack.pop()
        signs = {(a, b): sign for a, b, _, sign in fits(*pair)}
        for a, b in _best(below[pair], sizes):
            twins[a] = (b, signs[a, b])
            stack.append((a, b))
    # Only what is agreed on from both sides counts.
    kept = {a: (b, s) for a, (b, s) in twins.items() if twins.get(b, (-1, 0.0))[0] == a}
    return Symmetry(normal, kept)


def _best(
    pairs: list[tuple[int, int]], sizes: Mapping[tuple[int, int], int]
) -> list[tuple[int, int]]:
    """Of pairs, nearest first, those that have most alike below them; each link once."""
    chosen: dict[int, int] = {}
    taken: set[int] = set()
    for a, b in sorted(pairs, key=lambda pair: -sizes[pair]):
        if a not in chosen and b not in taken:
            chosen[a] = b
            taken.add(b)
    return list(chosen.items())


def _fitting(
    source: Source, normal: Array
) -> Callable[[int, int], list[tuple[int, int, float, float]]]:
    """What tells which links below two links mirror each other: pairs, nearest first.

    Each is a link below the first, one below the second, how far off it is [m], and the factor of
    joint angles.
    """
    turns, places = source.frames()
    size = float(np.ptp(places, axis=0).max()) or 1.0
    mirror = np.eye(3) - 2.0 * np.outer(normal, normal)
    children = cache(lambda link: moving_children(source, link))

    @cache
    def fits(left: int, right: int) -> list[tuple[int, int, float, float]]:
        found = []
        for child, other in product(children(left), children(right)):
            joint, theirs = source.joint_of(child), source.joint_of(other)
            # A turn is mirrored as its axis is, with the other sense.
            axis = mirror @ turns[child] @ joint.axis * (1.0 if joint.kind == SLIDING else -1.0)
            along = float(axis @ turns[other] @ theirs.axis)
            gap = places[other] - mirror @ places[child]
            away = float(np.linalg.norm(gap))
            gap = gap - axis * (gap @ axis)  # where along its axis a joint sits says nothing
            off = float(np.linalg.norm(gap))
            if theirs.kind == joint.kind and abs(along) > _PARALLEL and off < _NEAR * size:
                found.append((child, other, away, float(np.sign(along))))
        return sorted(found, key=lambda one: one[2])

    return fits
