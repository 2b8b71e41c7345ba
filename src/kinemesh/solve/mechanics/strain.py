"""Motors near their limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.robot.momentum import Pushes, torque_rates, torques
from kinemesh.solve.mechanics.linear import Balance
from kinemesh.solve.mechanics.supports import Support

NEAR = 0.9
"""Motors that give less than this share of their limit are left alone."""


@dataclass(frozen=True, eq=False)
class Strain:
    """The motors near their limits in one frame."""

    value: Array
    """Torques that nothing pushes, of the limits, in the direction of the strain ``(m,)``."""
    blocks: Array
    """How they change with the frame before, the frame and the one after ``(m, 3, nv)``, the
    forces of contacts being what they are."""
    arms: Array
    """What forces at the places of the support take off them ``(m, N, 3)`` [1/N]."""

    def after(self, changes: Array) -> Array:
        """The torques ``(m,)`` when the three frames have changed by ``changes`` ``(3, nv)``."""
        return np.asarray(self.value + np.einsum("mkv,kv->m", self.blocks, changes))


def strain_of(balance: Balance, index: int, support: Support, forces: Array) -> Strain | None:
    """The motors near their limits in frame ``index``; None if there are none.

    Args:
        balance: the frames.
        index: one that has neighbours.
        support: its places,
        forces: and what pushes there ``(N, 3)`` [N].
    """
    robot, n, h = balance.robot, balance.stride, balance.interval
    before, q, after = (balance.qs[index + m] for m in (-n, 0, n))
    on, back = robot.difference(q, after), robot.difference(q, before)
    v, a = (on - back) / (2.0 * h), (on + back) / h**2
    borne = forces.ravel() @ support.rates.reshape(forces.size, robot.nv)[:, 6:]
    load = (torques(robot, q, v, a) - borne) / robot.effort
    joints = np.flatnonzero(np.abs(load) > NEAR)
    if not len(joints):
        return None
    sign = np.sign(load[joints]) / robot.effort[joints]
    rates = torque_rates(robot, q, v, a, Pushes(support.joints, support.points, forces))
    by_q, by_v, by_a = (sign[:, None] * rate[joints] for rate in rates[1:])
    ahead = by_a / h**2
    swift = by_v / (2.0 * h)
    blocks = np.stack([ahead - swift, by_q - 2.0 * ahead, ahead + swift], axis=1)
    for k in (0, 3):
        blocks[:, :, k : k + 3] = blocks[:, :, k : k + 3] @ balance.turns[index].T
    arms = sign[:, None, None] * support.rates[:, :, 6 + joints].transpose(2, 0, 1)
    return Strain(
        np.abs(load[joints]) + arms.reshape(len(joints), forces.size) @ forces.ravel(), blocks, arms
    )
