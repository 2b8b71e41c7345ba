"""One Newton step of many frames at once: what frame by frame would take hundreds of sweeps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.objectives import Differences
from kinemesh.solve.mechanics.banded import Banded
from kinemesh.solve.mechanics.forces import Forces
from kinemesh.solve.mechanics.linear import Balance
from kinemesh.solve.program import Program

_TURNS = 3
"""Times that forces and motion are found in turn."""
_HELD, _NEAR, _KEPT = 1e6, 1e5, 1e4
"""Prices [1/m^2], [1/rad^2] of rows that are equations, of those that are at their bounds, and of
others that a change breaks: the visits afterwards keep them all exactly."""
_EQUAL = 1e-3
"""Rows with bounds so near [m] are equations, and those so near a bound are at it."""
_STAY = 5.0
"""Price of change itself [1/m^2], [1/rad^2]: what forces do not ask for stays as it is."""
_TRUST = 0.25
"""Joints change by no more than this at once [rad], [m]."""
_KNOWN = 1e8
"""Price of frames that are decided [1/m^2], [1/rad^2]."""
REACH = 3
"""Frames that a frame is tied to, on each side."""


class _Rows:
    """The bounded rows of all frames, one after the other, along the world's axes."""

    def __init__(self, rows: Sequence[tuple[Array, Array, Array]]) -> None:
        self._frames = np.repeat(np.arange(len(rows)), [len(lower) for _, lower, _ in rows])
        matrix, lower, upper = (np.concatenate(parts) for parts in zip(*rows, strict=True))
        self._matrix, self._lower, self._upper = matrix, lower, upper
        self._bound = np.clip(0.0, lower, upper)
        self._near = np.minimum(np.abs(lower), np.abs(upper)) < _EQUAL
        self._prices = np.where(self._near, _NEAR, 0.0)
        self._prices[upper - lower < _EQUAL] = _HELD

    def add(self, change: Array, system: Banded) -> None:
        """Put rows that changes ``(T, nv)`` leave out of bounds, or are equations, in a system."""
        value = np.einsum("rv,rv->r", self._matrix, change[self._frames])
        there = np.clip(value, self._lower, self._upper)
        prices = np.where((there != value) & (self._prices == 0.0), _KEPT, self._prices)
        there = np.where(self._near, self._bound, there)
        held = np.flatnonzero(prices > 0.0)
        active = self._matrix[held]
        priced = prices[held, None] * active
        pull = there[held, None] * priced
        frames = self._frames[held]
        starts = np.searchsorted(frames, np.arange(len(change) + 1)).tolist()
        for k, (start, stop) in enumerate(pairwise(starts)):
            if start < stop:
                system.blocks[k, 0] += active[start:stop].T @ priced[start:stop]
                system.gradient[k] -= pull[start:stop].sum(axis=0)


class WholeStep:
    """Small changes of consecutive frames that make their costs and what forces leave least.

    Args:
        programs: what every frame is asked, without its neighbours.
        balance: the frames' equations of motion.
        forces: of contacts; made anew as the frames change.
        smoothness: what ties the frames.
        weight: of what the forces leave.
        rate: of the frames, of those that the smoothness is stated for: 1 for 30 a second, at
            most.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        balance: Balance,
        forces: Forces,
        smoothness: Sequence[Differences],
        weight: float,
        rate: float,
    ) -> None:
        self._balance, self._forces, self._weight = balance, forces, weight
        robot = self._robot = balance.robot
        count, nv = len(balance), robot.nv
        self._own = Banded(count, nv, REACH)
        hessians, gradients, turns = self._own.blocks[:, 0], self._own.gradient, balance.turns
        rows = []
        for k, (program, q) in enumerate(zip(programs, balance.qs, strict=True)):
            found = program.evaluate(q)
            hessians[k], gradients[k] = found.normal()
            matrix, lower, upper = found.stacked()
            for base in (slice(3), slice(3, 6)):
                matrix[:, base] = matrix[:, base] @ turns[k].T
            rows.append((matrix, lower, upper))
        for base in (slice(3), slice(3, 6)):
            hessians[:, base] = turns @ hessians[:, base]
            hessians[:, :, base] = hessians[:, :, base] @ turns.transpose(0, 2, 1)
            gradients[:, base] = (turns @ gradients[:, base, None])[:, :, 0]
        hessians += _STAY * np.eye(nv)
        if robot.coupling is not None:
            hessians += _HELD * (np.eye(nv) - robot.coupling @ robot.coupling.T)
        self._rows = _Rows(rows)
        self._smooth(smoothness, rate)
        joints = np.array(balance.qs)[:, 7:]
        self._lower = np.maximum(robot.lower - joints, -_TRUST)
        self._upper = np.minimum(robot.upper - joints, _TRUST)

    def changes(self, known: Array, stuck: NDArray[np.bool_]) -> Array:
        """The changes ``(T, nv)`` of the frames, along the world's axes.

        Args:
            known: those of the first frames, which are decided ``(k, nv)``.
            stuck: frames ``(T,)`` that stay as they are.
        """
        change = np.zeros((len(self._balance), self._robot.nv))
        change[: len(known)] = known
        for _ in range(_TURNS):
            if change.any():
                self._forces.make(change)
            system = self._own.copy()
            self._add_forces(system)
            self._rows.add(change, system)
            joints = np.clip(change[:, 6:], self._lower, self._upper)
            frame, over = np.nonzero(joints != change[:, 6:])
            system.blocks[frame, 0, 6 + over, 6 + over] += _HELD
            system.gradient[frame, 6 + over] -= _HELD * joints[frame, over]
            diagonal = np.einsum("tvv->tv", system.blocks[:, 0])
            diagonal[stuck] += _KNOWN
            diagonal[: len(known)] += _KNOWN
            system.gradient[: len(known)] -= _KNOWN * known
            change = system.minimum()
        return change

    def _add_forces(self, system: Banded) -> None:
        """What the forces leave, as a function of the frames."""
        forces, n = self._forces, self._balance.stride
        off = forces.residual - forces.of_changes(forces.blocks, forces.at)
        weights = self._weight * forces.weights
        weighted = weights[:, None, None, None] * forces.blocks
        down = np.einsum("fm,fmkv->fkv", off, weighted)
        first, count = forces.frames.start - n, len(forces.frames)
        for a in range(3):
            there = slice(first + a * n, first + a * n + count)
            across = weighted[:, :, a].transpose(0, 2, 1)
            for b in range(a, 3):
                system.blocks[there, (b - a) * n] += across @ forces.blocks[:, :, b]
            system.gradient[there] += down[:, a]
        for k in range(count):
            strained = forces.strained(k)
            if strained is None:
                continue
            value, rates = strained[0], strained[1].transpose(1, 0, 2)
            around = forces.at[first + k : first + k + 2 * n + 1 : n]
            left = value - (rates @ around[:, :, None]).sum(axis=0)[:, 0]
            own = weights[k] * rates.transpose(0, 2, 1)
            pull = own @ left
            for a in range(3):
                place = first + k + a * n
                system.gradient[place] += pull[a]
                system.blocks[place, : (2 - a) * n + 1 : n] += own[a] @ rates[a:]

    def _smooth(self, terms: Sequence[Differences], rate: float) -> None:
        balance, nv = self._balance, self._robot.nv
        count, every = len(balance), np.arange(nv)
        steps = [
            balance.outward(self._robot.difference(a, b), k)
            for k, (a, b) in enumerate(zip(balance.qs[:-1], balance.qs[1:], strict=True))
        ]
        # The base's place as it is in the world: a step's own counts its turn.
        velocity = np.array(steps).reshape(count - 1, nv)
        velocity[:, :3] = np.diff(np.array(balance.qs)[:, :3], axis=0)
        for term in terms:
            n = term.order
            if count <= n:
                continue
            weights = np.full(nv, term.weight * rate ** (2 * n))
            weights[:3] *= term.base
            differences = np.diff(velocity, n=n - 1, axis=0)
            stencil = [(-1) ** (n - k) * math.comb(n, k) for k in range(n + 1)]
            for i, one in enumerate(stencil):
                there = slice(i, count - n + i)
                self._own.gradient[there] += one * weights * differences
                for j, other in enumerate(stencil[i:], i):
                    self._own.blocks[there, j - i, every, every] += one * other * weights
