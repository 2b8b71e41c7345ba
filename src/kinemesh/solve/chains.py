"""Chains of solutions: from one frame on, forwards or backwards in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from kinemesh.arrays import Array
from kinemesh.problem import Frame, Neighbours
from kinemesh.solve.evaluation import Evaluation
from kinemesh.solve.frames import FrameLoop
from kinemesh.solve.program import Program

_SAME = 0.05
"""Solutions of a frame that differ by less than this in every number [rad], [m] are one."""


class Alone:
    """Frames looked at alone, without the ones before and after.

    Args:
        loop: what solves them.
        frames: of a clip, the feet's places known.
    """

    def __init__(self, loop: FrameLoop, frames: Sequence[Frame]) -> None:
        self.loop, self.frames = loop, frames
        self._programs: dict[int, Program] = {}

    def program(self, index: int) -> Program:
        """What frame ``index`` asks."""
        if index not in self._programs:
            loop, frame = self.loop, self.frames[index]
            self._programs[index] = Program(loop.terms, loop.kernel, frame)
        return self._programs[index]

    def merit(self, index: int, q: Array) -> float:
        """What a search lowers in frame ``index``, at ``q`` ``(nq,)``."""
        return Evaluation(self.program(index), q).merit(self.loop.feasibility)

    def violation(self, index: int, q: Array) -> float:
        """The worst violation of all constraints there."""
        return Evaluation(self.program(index), q).violation


@dataclass(frozen=True, eq=False)
class Chain:
    """Solutions of frames in a row, each within reach of the next."""

    first: int
    """The frame of the first of them."""
    qs: Sequence[Array]
    """Configurations ``(nq,)``."""

    @property
    def frames(self) -> range:
        """The frames that are solved."""
        return range(self.first, self.first + len(self.qs))

    def __getitem__(self, index: int) -> Array:
        """The configuration of frame ``index``."""
        return self.qs[index - self.first]


def followed(loop: FrameLoop, frames: Sequence[Frame], start: int, q: Array, usual: Chain) -> Chain:
    """The solutions that follow from ``q`` in frame ``start``, both ways.

    They end where they meet the usual ones, and with these.

    Args:
        loop: what solves.
        frames: of the clip, the feet's places known.
        start: a frame of ``usual``.
        q: a configuration ``(nq,)`` there.
        usual: the solutions there are.
    """
    there = usual.frames
    alone = Alone(loop, frames)
    before = _one_way(alone, q, usual, range(start - 1, there[0] - 1, -1))
    after = _one_way(alone, q, usual, range(start + 1, there[-1] + 1))
    return Chain(start - len(before), [*reversed(before), q, *after])


def _one_way(alone: Alone, q: Array, usual: Chain, way: range) -> list[Array]:
    """The frames on the ``way``, each solved from the one before it there."""
    loop, qs = alone.loop, [q]
    robot = loop.kernel.robot
    carriers = robot.support[[hand.joint for hand in robot.hands], 6:]
    upper = 7 + np.flatnonzero(carriers.max(axis=0, initial=0.0))
    for k in way:
        frame = alone.frames[k] if way.step > 0 else _reversed(alone.frames[k])
        # The last one first: -1, -2.
        neighbours = Neighbours({-n: q for n, q in enumerate(reversed(qs[-2:]), 1)})
        answer, _ = loop.following(frame, neighbours)
        found = answer.configuration.q
        if alone.merit(k, found) > alone.merit(k, usual[k]):
            # A step was missed on this way, perhaps, that the usual solution takes.
            start = np.array(usual[k])
            start[upper] = found[upper]
            reach = robot.velocity * frame.dt
            start[7:] = np.clip(start[7:], qs[-1][7:] - reach, qs[-1][7:] + reach)
            other = loop.solved(answer.evaluation.program, start, loop.iterations)
            found = other.configuration.q if other.merit < answer.merit else found
        qs.append(found)
        if np.abs(robot.difference(qs[-1], usual[k])).max() < _SAME:
            break
    return qs[1:]


def _reversed(frame: Frame) -> Frame:
    """What a frame asks where time runs backwards: the one after it comes before it."""
    slow = tuple(replace(toe, other=-toe.other) for toe in frame.slow_toes)
    return replace(frame, slow_toes=slow)
