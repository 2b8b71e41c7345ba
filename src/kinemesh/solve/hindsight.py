"""One pose, one answer: what the loop decided too early is decided again, the whole clip known.

A frame has several solutions, and the loop keeps to the one that it is in: an arm that went round
the wrong way stays so, and so does what a first frame took for right. Where a limb goes another
way than the person's, the frame with the worst of it is solved from many seeds, the best solution
is followed forwards and backwards until it meets the usual ones, and of all these, and of bridges
between them, the cheapest way through the stretch is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array, runs
from kinemesh.problem import Frame, Neighbours
from kinemesh.solve.bridges import straight
from kinemesh.solve.chains import Alone, Chain, followed
from kinemesh.solve.choice import Bridge, Way, cheapest
from kinemesh.solve.frames import FrameLoop
from kinemesh.solve.limbs import STRAYED, Limbs
from kinemesh.solve.program import Program, Terms

_CLEARLY = 0.8
"""A seed is followed where its merit is below this share of the usual solution's."""
_DOUBTED = np.deg2rad(25.0)
"""What strays at its worst may have been in that way for as long as it is turned by this [rad]."""
_ROUNDS = 3
"""Times that is looked for limbs that stray."""
_LONGEST = 60.0
"""A longer stretch [s] is decided again in pieces."""
_SHORTEST = 0.25
"""A limb that is doubted for less time than this [s] is left alone: it could not go and return."""
_GAP = 1.0
"""Two stretches with less time than this between them [s] are one."""
_AROUND = 1.0
"""So much time [s] before and after a stretch may be solved again too."""
_SWEEPS = 6
"""Times that the frames of a bridge are revisited,"""
_STEPS = 3
"""with so many QPs at most,"""
_MARGIN = 3
"""and so many frames before and after it."""
_WORSE = 0.01
"""No constraint may be broken by so much more [m] than it was."""


class Hindsight:
    """Solves stretches of a clip again.

    Args:
        loop: what solved them.
        terms: of the whole-clip pass, which know the frames on both sides.
        frames: of the clip, the feet's places known.
        qs: the solutions ``(nq,)`` of all frames; changed in place.
    """

    def __init__(
        self, loop: FrameLoop, terms: Terms, frames: Sequence[Frame], qs: list[Array]
    ) -> None:
        self._loop, self._terms, self._frames, self._qs = loop, terms, frames, qs
        self._robot = loop.kernel.robot
        self._limbs = Limbs.of(self._robot)

    def mended(self, landmarks: Sequence[Array]) -> set[int]:
        """The frames that were given another solution.

        Args:
            landmarks: of the robot ``(K, 3)`` [m] in the solution of every frame.
        """
        changed: set[int] = set()
        person = np.array([frame.landmarks for frame in self._frames])
        turned = self._turned(np.array(landmarks), person)
        near, around = set(range(len(turned))), round(_AROUND / self._frames[0].dt)
        for _ in range(_ROUNDS):
            new: set[int] = set()
            for begin, end, worst in list(self._stretches(turned)):
                if not near.isdisjoint(range(begin - around, end + around)):
                    new |= self._mended(begin, end, worst)
            if not new:
                break
            changed, near = changed | new, new
            now = np.array(sorted(new))
            places = [self._robot.configuration(self._qs[k]).landmarks() for k in now]
            turned[now] = self._turned(np.array(places), person[now])
        return changed

    def _turned(self, landmarks: Array, person: Array) -> Array:
        """How far the limb that is furthest is from the person's ``(T,)`` [rad]."""
        return np.asarray(self._limbs.turned(landmarks, person).max(axis=1, initial=0.0))

    def _stretches(self, turned: Array) -> Iterator[tuple[int, int, int]]:
        """Where limbs stray: first, past the last, and the worst frame."""
        dt = self._frames[0].dt
        for start, stop in _stretches(turned > _DOUBTED, _GAP / dt, _SHORTEST / dt):
            for begin in range(start, stop, round(_LONGEST / dt)):
                end = min(stop, begin + round(_LONGEST / dt))
                worst = begin + int(turned[begin:end].argmax())
                if turned[worst] > STRAYED:
                    yield begin, end, worst

    def _mended(self, start: int, stop: int, worst: int) -> set[int]:
        """The frames solved anew for a limb that strays from ``start`` to ``stop``."""
        frames, qs, dt = self._frames, self._qs, self._frames[0].dt
        alone = Alone(self._loop, frames)
        seed = self._seed(alone, worst)
        if seed is None:
            return set()
        around = round(_AROUND / dt)
        first, last = max(0, start - around), min(len(frames), stop + around) - 1
        usual = Chain(first, qs[first : last + 1])
        chains = usual, followed(self._loop, frames, worst, seed, usual)

        def price(bridge: Bridge) -> float:
            between = enumerate(self._between(chains, bridge), bridge.leaves + 1)
            return sum(alone.merit(k, q) for k, q in between)

        most = max(alone.violation(k, usual[k]) for k in usual.frames) + _WORSE

        def merit(k: int, q: Array) -> float:
            # No way leads through a frame in which a foot, say, is not where it stands.
            return alone.merit(k, q) if alone.violation(k, q) <= most else np.inf

        ends = first > 0, last < len(frames) - 1
        way = cheapest(self._robot, dt, chains, merit, price, ends)
        return self._taken(alone, chains, way, most)

    def _seed(self, alone: Alone, index: int) -> Array | None:
        """A clearly better solution ``(nq,)`` of a frame looked at alone; None if there is none."""
        found = self._robot.configuration(self._qs[index])
        best = self._loop.otherwise(alone.program(index), found)
        if best is None or best.merit >= _CLEARLY * alone.merit(index, found.q):
            return None
        return best.configuration.q

    def _between(self, chains: Sequence[Chain], bridge: Bridge) -> list[Array]:
        """The configurations of the frames of a bridge."""
        ends = chains[bridge.start][bridge.leaves], chains[bridge.end][bridge.comes]
        return straight(self._robot, *ends, bridge.comes - bridge.leaves)

    def _taken(self, alone: Alone, chains: Sequence[Chain], way: Way, most: float) -> set[int]:
        """Go the way, unless a constraint is broken by more than ``most`` [m]: what changes."""
        usual, qs = chains[0], self._qs
        there = slice(usual.first, usual.frames[-1] + 1)
        qs[there] = self._along(chains, way)
        for bridge in way.bridges:
            self._smooth(bridge, usual.frames)
        if max(alone.violation(k, qs[k]) for k in usual.frames) > most:
            qs[there] = usual.qs
            return set()
        return {k for k in usual.frames if qs[k] is not usual[k]}

    def _along(self, chains: Sequence[Chain], way: Way) -> list[Array]:
        """The configurations of the frames of the stretch, along a way through it."""
        chain, done, found = chains[way.start], chains[0].first, []
        for bridge in way.bridges:
            found += [chain[k] for k in range(done, bridge.leaves + 1)]
            found += self._between(chains, bridge)
            chain, done = chains[bridge.end], bridge.comes
        return [*found, *(chain[k] for k in range(done, chains[0].frames[-1] + 1))]

    def _smooth(self, bridge: Bridge, frames: range) -> None:
        """Revisit a bridge, and a few of the ``frames`` around it, both sides of each known."""
        if bridge.comes == bridge.leaves + 1:
            return
        qs, loop = self._qs, self._loop
        first = max(frames[0], bridge.leaves - _MARGIN)
        there = range(first, min(frames[-1], bridge.comes + _MARGIN) + 1)
        programs = {k: Program(self._terms, loop.kernel, self._frames[k]) for k in there}
        for sweep in range(_SWEEPS):
            for k in there if sweep % 2 == 0 else reversed(there):
                program = programs[k].among(Neighbours.around(qs, k))
                qs[k] = loop.solved(program, qs[k], _STEPS).configuration.q


def _stretches(flags: NDArray[np.bool_], gap: float, shortest: float) -> list[tuple[int, int]]:
    """Where flags are set, first and past the last; with less than ``gap`` between, as one."""
    found: list[tuple[int, int]] = []
    for start, last in runs(flags):
        begin = found.pop()[0] if found and start - found[-1][1] < gap else start
        found.append((begin, last + 1))
    return [one for one in found if one[1] - one[0] >= shortest]
