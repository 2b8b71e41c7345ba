"""Limbs of a stream that went another way than the person's, and the way back.

What :mod:`kinemesh.solve.hindsight` does for a whole clip, as far as it can be done in time:
another solution is looked for when a limb has been elsewhere for a while, and the limb is led there
by its motors, by a way on which nothing is broken: straight, or by another posture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from kinemesh.arrays import Array
from kinemesh.problem import Frame
from kinemesh.solve.evaluation import Evaluation
from kinemesh.solve.frames import Answer, FrameLoop
from kinemesh.solve.limbs import Limbs
from kinemesh.solve.program import Program

_OFF = np.deg2rad(30.0)
"""A limb that is turned from the person's by more than this [rad] ..."""
_LASTS = 0.4
"""... for so long [s] may have gone another way."""
_RESTS = 1.0
"""Where none is better it is looked for again after this [s]."""
_CLEARLY = 0.8
"""Another solution is better where its merit is below this share of the present one's."""
_PACE = 0.5
"""A limb is led at this share of its motors' speeds."""
_CHECKED = 8
"""A way is looked at in so many places."""
_ASIDE = 0.6
"""How far a joint goes towards its limit on a detour, as a share of what is left."""
_BROKEN = 0.005
"""A way on which a row is broken by this much more [m] than now is none."""
_QPS = 15
"""QPs [1] that a frame may spend on another solution."""


@dataclass(eq=False)
class _Search:
    """Other ways that a limb could be, and then the ways there: one is tried a frame."""

    ways: Iterator[Array]
    best: Answer | None = None
    detours: Iterator[list[Array]] | None = None


class Returns:
    """Watches the limbs of a robot that follows a stream.

    Args:
        loop: solves frames.
    """

    def __init__(self, loop: FrameLoop) -> None:
        self._loop, self._limbs = loop, Limbs.of(loop.kernel.robot)
        self._off = np.zeros(len(self._limbs.joints))  # for how long each has been elsewhere [s]
        self._search: _Search | None = None
        self._goal: Array | None = None
        self._joints = np.zeros(0, dtype=np.int64)
        self._stops: list[Array] = []  # of these joints, on the way to the goal

    def led(self, frame: Frame, last: Array) -> Frame:
        """The frame, with where joints are led in it.

        Args:
            frame: what is asked.
            last: the configuration ``(nq,)`` of the frame before.
        """
        if self._goal is None:
            return frame
        joints, robot = self._joints, self._loop.kernel.robot
        found = self._alone(frame, self._goal)
        self._goal = found.configuration.q
        there = self._stops[0] if self._stops else self._goal[7 + joints]
        way = there - last[7 + joints]
        reach = _PACE * robot.velocity[joints] * frame.dt
        share = float(np.abs(way / reach).max())
        lead = np.full(len(robot.lower), np.nan)
        lead[joints] = last[7 + joints] + way / max(share, 1.0)
        if share <= 1.0 and self._stops:
            self._stops.pop(0)
        elif share <= 1.0:  # there
            self._goal = None
            self._off[:] = 0.0
        return replace(frame, lead=lead)

    def watch(self, frame: Frame, answer: Answer) -> None:
        """Look at an answer, and for a better one where a limb is elsewhere for long."""
        if self._goal is not None:
            return
        person = frame.landmarks if frame.figure is None else frame.figure
        at = answer.configuration
        off = self._limbs.turned(at.landmarks(), person) > _OFF
        self._off = np.where(off, self._off + frame.dt, np.minimum(self._off, 0.0))
        if self._search is None:
            stray = off & (self._off > _LASTS)
            if stray.any():
                self._search = _Search(self._limbs.ways(at, person, stray))
                self._joints = np.concatenate(
                    [j for j, strays in zip(self._limbs.joints, stray, strict=True) if strays]
                )
            return
        if self._search.detours is not None:
            self._go(frame, at.q, self._search, self._search.detours)
            return
        way = next(self._search.ways, None)
        if way is None:
            self._decide(frame, at.q, self._search)
            return
        start = np.array(at.q)
        start[7 + self._joints] = way[7 + self._joints]
        found = self._alone(frame, start)
        best = self._search.best
        if best is None or found.merit < best.merit:
            self._search.best = found

    def _decide(self, frame: Frame, q: Array, search: _Search) -> None:
        """Look for a way to the best that was found, if that is worth it."""
        if search.best is not None:
            feasibility = self._loop.feasibility
            program = self._program(frame)
            found = self._alone(frame, search.best.configuration.q)
            goal = Evaluation(program, found.configuration.q).merit(feasibility)
            if goal < _CLEARLY * Evaluation(program, q).merit(feasibility):
                search.best = found
                own, end = q[7 + self._joints], found.configuration.q[7 + self._joints]
                search.detours = self._detours(own, end)
                return
        self._give_up()

    def _go(self, frame: Frame, q: Array, search: _Search, detours: Iterator[list[Array]]) -> None:
        """Go to the best that was found, by the next of the ways if that is free."""
        stops = next(detours, None)
        if stops is None or search.best is None:
            self._give_up()
            return
        search.best = self._alone(frame, search.best.configuration.q)
        goal, program = search.best.configuration.q, self._program(frame)
        places = [q[7 + self._joints], *stops, goal[7 + self._joints]]
        if self._is_free(program, Evaluation(program, q), places):
            self._goal, self._stops = goal, stops
            self._give_up()

    def _give_up(self) -> None:
        """Search no more for a while."""
        self._search = None
        self._off[:] = -_RESTS

    def _detours(self, own: Array, end: Array) -> Iterator[list[Array]]:
        """Where to go by: straight on, by the rest posture, by the middle with the limb spread."""
        robot, joints = self._loop.kernel.robot, self._joints
        rest = robot.rest[7 + joints]
        yield []
        yield [rest]
        middle = 0.5 * (own + end)
        for k in range(len(joints)):
            for limit in (robot.lower[joints[k]], robot.upper[joints[k]]):
                aside = np.array(middle)
                aside[k] += _ASIDE * (limit - aside[k])
                yield [aside]

    def _is_free(self, program: Program, now: Evaluation, places: list[Array]) -> bool:
        """Whether nothing is broken on the way from each of the places to the next.

        The last is not looked at: the rest of the robot is elsewhere by then.
        """
        for start, end in pairwise(places):
            for share in np.linspace(0.0, 1.0, _CHECKED + 2)[1:-1]:
                there = np.array(now.q)
                there[7 + self._joints] = start + share * (end - start)
                if Evaluation(program, there).violation > now.violation + _BROKEN:
                    return False
        return True

    def _program(self, frame: Frame) -> Program:
        """A frame looked at alone, without who touches what: a hand lets go on the way."""
        return Program(self._loop.terms, self._loop.kernel, replace(frame, contacts=(), lead=None))

    def _alone(self, frame: Frame, start: Array) -> Answer:
        """The solution of a frame, looked at alone, that is near a start ``(nq,)``."""
        program = Program(self._loop.terms, self._loop.kernel, replace(frame, lead=None))
        return self._loop.solved(program, start, _QPS)
