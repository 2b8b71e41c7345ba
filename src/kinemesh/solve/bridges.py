"""Bridges from one chain of solutions to another, no faster than the motors allow."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.robot import RobotModel
from kinemesh.solve.chains import Chain

_REFERENCE = 1.0 / 30.0
"""Frame time [s] that the weights are stated for."""
_SPEED, _CHANGE = 0.2, 6.0
"""Weights of a step and of its change [1/rad^2], as in the whole-clip pass."""
_SHARE = 0.95
"""Share of the velocity limits that a bridge may use."""
_BASE = 2.0
"""The base goes from chain to chain no faster than this [m/s], [rad/s]."""
_SLOWER = (1.0, 1.5, 2.0, 3.0, 4.0)
"""A bridge takes so many times as long as it has to,"""
_LONGEST = 1.5
"""but no longer than this [s]."""
_BEGINNINGS = 24
"""About so many frames of a chain have bridges that leave it."""


def bridge_costs(robot: RobotModel, dt: float, start: Chain, end: Chain) -> Array:
    """What even steps from one chain to another cost by their length, and by start and halt.

    Returns:
        Costs ``(M, N)`` from each frame of the first to each of the second, infinite where there
        is no time for it, or where a bridge next to it will do.
    """
    first, second = np.array(start.qs), np.array(end.qs)
    costs = np.full((len(first), len(second)), np.inf)
    reach, rate = _SHARE * dt * robot.velocity, _REFERENCE / dt
    every = max(1, len(first) // _BEGINNINGS)
    # By how many frames they take: all pairs at once would be gigabytes of a long stretch.
    for steps in range(1, 1 + round(_LONGEST / dt)):
        i = np.arange(0, len(first), 1 if steps == 1 else every)
        j = i + start.first + steps - end.first
        there = (j >= 0) & (j < len(second))
        i, j = i[there], j[there]
        a, b = first[i], second[j]
        joints = b[:, 7:] - a[:, 7:]
        moved = np.linalg.norm(b[:, :3] - a[:, :3], axis=-1)
        cosine = np.abs(np.sum(a[:, 3:7] * b[:, 3:7], axis=-1))
        turned = 2.0 * np.arccos(np.clip(cosine, 0.0, 1.0))
        need = np.maximum(moved, turned) / (_BASE * dt)
        need = np.maximum(need, np.max(np.abs(joints) / reach, axis=-1, initial=0.0))
        fewest = np.maximum(1.0, np.ceil(need))
        taken = np.any(np.rint(np.multiply.outer(_SLOWER, fewest)) == steps, axis=0)
        taken &= fewest <= steps
        square = (joints**2).sum(axis=-1) + moved**2 + turned**2
        cost = _SPEED * rate * square / steps + 2.0 * _CHANGE * rate**2 * square / steps**2
        costs[i, j] = np.where(taken, 0.5 * cost, np.inf)
    return costs


def step_costs(robot: RobotModel, dt: float, chain: Chain) -> Array:
    """What the steps of a chain cost by their length ``(N - 1,)``."""
    pairs = zip(chain.qs[:-1], chain.qs[1:], strict=True)
    steps = [robot.difference(a, b) for a, b in pairs]
    squares = np.array([step @ step for step in steps])
    return np.asarray(0.5 * _SPEED * (_REFERENCE / dt) * squares)


def straight(robot: RobotModel, start: Array, end: Array, steps: int) -> list[Array]:
    """The configurations between two, evenly spaced, without the ends."""
    way = robot.difference(start, end)
    return [robot.integrate(start, (k / steps) * way) for k in range(1, steps)]
