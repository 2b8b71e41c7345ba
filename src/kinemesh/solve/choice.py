"""A choice among several solutions of every frame: dynamic programming over a stretch of a clip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations
from typing import NamedTuple

import numpy as np

from kinemesh.arrays import Array
from kinemesh.robot import RobotModel
from kinemesh.solve.bridges import bridge_costs, step_costs
from kinemesh.solve.chains import Chain


class Bridge(NamedTuple):
    """From a solution of one chain to a later one of another."""

    start: int
    """The chain it leaves,"""
    leaves: int
    """in this frame,"""
    end: int
    """and the one it comes to,"""
    comes: int
    """in that."""

    def later(self, frames: int) -> Bridge:
        """The same so many frames later."""
        return self._replace(leaves=self.leaves + frames, comes=self.comes + frames)


class Way(NamedTuple):
    """A way through a stretch."""

    start: int
    """The chain it begins in."""
    bridges: list[Bridge]
    """Where it changes."""


def cheapest(
    robot: RobotModel,
    dt: float,
    chains: Sequence[Chain],
    merit: Callable[[int, Array], float],
    price: Callable[[Bridge], float],
    ends: tuple[bool, bool],
) -> Way:
    """The way through a stretch that costs least: its frames' merits and the length of its steps.

    The frames of a bridge are taken to cost no less than in the cheapest of the chains, which are
    at their minima; what they cost in truth is asked of those bridges alone that the best way
    would take, until it takes none that was not asked about.

    Args:
        robot: whose solutions they are.
        dt: frame time [s].
        chains: solutions to choose from; the first runs through the whole stretch.
        merit: of a configuration ``(nq,)`` in a frame.
        price: the merits of the frames of a bridge.
        ends: whether the way has to begin, and to end, in the first chain.
    """
    first, count = chains[0].first, len(chains[0].qs)
    merits = np.full((len(chains), count), np.inf)
    onward = np.full((len(chains), count), np.inf)
    for c, chain in enumerate(chains):
        there = np.array(chain.frames) - first
        merits[c, there] = [merit(k, chain[k]) for k in chain.frames]
        onward[c, there[:-1]] = step_costs(robot, dt, chain)
    before = np.concatenate([[0.0], np.cumsum(merits.min(axis=0))])
    ways: dict[tuple[int, int], Array] = {}
    for a, b in permutations(range(len(chains)), 2):
        leaves, comes = (np.array(chains[c].frames) - first for c in (a, b))
        between = before[comes][None, :] - before[leaves + 1][:, None]
        ways[a, b] = np.full((count, count), np.inf)
        costs = bridge_costs(robot, dt, chains[a], chains[b])
        ways[a, b][np.ix_(leaves, comes)] = costs + between
    asked: set[Bridge] = set()
    while True:
        way = _shortest(merits, onward, ways, ends)
        new = [one for one in way.bridges if one not in asked and one.comes > one.leaves + 1]
        if not new:
            return Way(way.start, [one.later(first) for one in way.bridges])
        for one in new:
            asked.add(one)
            guess = before[one.comes] - before[one.leaves + 1]
            more = max(0.0, price(one.later(first)) - guess)
            ways[one.start, one.end][one.leaves, one.comes] += more


def _shortest(
    merits: Array, onward: Array, ways: dict[tuple[int, int], Array], ends: tuple[bool, bool]
) -> Way:
    """The shortest way, by dynamic programming; frames are counted from the stretch's first.

    Args:
        merits: of every frame in every chain ``(C, N)``, infinite where it has no solution.
        onward: what the step to the next frame costs within a chain ``(C, N)``.
        ways: by the chains of its ends, what a bridge costs from frame to frame ``(N, N)``.
        ends: whether the way has to begin, and to end, in the first chain.
    """
    chains, count = merits.shape
    total = np.full((chains, count), np.inf)
    total[:, 0] = merits[:, 0]
    if ends[0]:
        total[1:, 0] = np.inf
    came: dict[tuple[int, int], Bridge] = {}
    for k in range(1, count):
        arrived = total[:, k - 1] + onward[:, k - 1]
        for (a, b), cost in ways.items():
            by = total[a, :k] + cost[:k, k]
            best = int(by.argmin())
            if by[best] < arrived[b]:
                arrived[b] = by[best]
                came[b, k] = Bridge(a, best, b, k)
        total[:, k] = arrived + merits[:, k]
    c, k = 0 if ends[1] else int(total[:, -1].argmin()), count - 1
    taken: list[Bridge] = []
    while k > 0:
        bridge = came.get((c, k))
        if bridge is None:
            k -= 1
        else:
            taken.append(bridge)
            c, k = bridge.start, bridge.leaves
    return Way(c, taken[::-1])
