"""From when to when a prop is on the same things, and how long it is over them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np

from kinemesh.arrays import runs
from kinemesh.detection.resting import Resting, over
from kinemesh.motion import Scene


@dataclass(frozen=True, eq=False)
class Stay:
    """A prop on the same things for some time: frames ``first`` to ``last``, both included.

    It is over them from ``enters`` to ``leaves``: over other props as far as bounds tell, over
    ground and terrain always, but for the way to other props and from them.
    """

    first: int
    last: int
    enters: int
    leaves: int
    on: tuple[int, ...]

    @property
    def props(self) -> list[int]:
        """The numbers of the props among them."""
        return [j for j in self.on if j >= 0]


def stays_of(scene: Scene, prop: int, resting: Resting, way: int) -> list[Stay]:
    """The stays of one prop, in order; ``way``: how many frames lead from ground to another."""
    bearers = resting.bearers(prop)
    if not bearers:
        return []
    flags = np.array([rest.flags for rest in bearers.values()])
    frames, numbers = flags.shape[1], np.array(list(bearers))
    changes = 1 + np.flatnonzero(np.any(flags[:, 1:] != flags[:, :-1], axis=0))
    starts = [0, *changes.tolist(), frames]
    spans = [(a, b - 1) for a, b in itertools.pairwise(starts) if flags[:, a].any()]
    above = {j: over(scene.props[prop], scene.props[j]) for j in bearers if j >= 0}
    stays = []
    for n, (first, last) in enumerate(spans):
        start = spans[n - 1][1] + 1 if n else 0
        end = spans[n + 1][0] - 1 if n + 1 < len(spans) else frames - 1
        stay = Stay(first, last, start, end, tuple(int(j) for j in numbers[flags[:, first]]))
        if stay.props:
            there = runs(np.any([above[j] for j in stay.props], axis=0))
            a, b = next(run for run in there if run[0] <= first <= run[1])
            stay = replace(stay, enters=min(first, max(a, start)), leaves=max(last, min(b, end)))
        stays.append(stay)
    for n, stay in enumerate(stays):
        if stay.props:
            continue
        if n and stays[n - 1].props:
            stay = replace(stay, enters=min(stay.first, stays[n - 1].leaves + way))
        if n + 1 < len(stays) and stays[n + 1].props:
            stay = replace(stay, leaves=max(stay.last, stays[n + 1].enters - way))
        stays[n] = stay
    return stays
