"""Change little, and change that little."""

from __future__ import annotations

import math
from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from kinemesh.arrays import Array, readonly
from kinemesh.kernel import LeastSquares, TangentDifference
from kinemesh.objectives.objective import Objective
from kinemesh.problem import Frame, Neighbours
from kinemesh.robot import RobotModel

_REFERENCE = 1.0 / 30.0
"""Frame time [s] that the weights are stated for."""
_ONE = readonly([-1.0])
"""Share of the one configuration that q is compared with."""


@dataclass(frozen=True)
class Smoothness(Objective):
    r"""First difference to the previous frame, on the manifold (OmniRetarget, eq. 3a).

    .. math:: w \frac{\Delta t_0}{\Delta t} \|q_t \ominus q_{t-1}\|^2,
              \qquad \Delta t_0 = 1/30 s

    The factor keeps the lag that this term causes the same in seconds at every frame rate.
    """

    weight: float = 0.1
    """Weight [1/rad^2], [1/m^2] for the base's place."""

    def neighbour_rows(
        self, robot: RobotModel, frame: Frame, neighbours: Neighbours
    ) -> LeastSquares | None:
        """The difference to the frame before ``(nv,)``; None in the first frame."""
        previous = neighbours.previous
        if previous is None:
            return None
        return LeastSquares(
            TangentDifference((previous,), _ONE), self.weight * (_REFERENCE / frame.dt)
        )


@dataclass(frozen=True)
class Acceleration(Objective):
    r"""Second difference over three frames, on the manifold.

    .. math:: w \left(\frac{\Delta t_0}{\Delta t}\right)^2
              \|(q_t \ominus q_{t-1}) - (q_{t-1} \ominus q_{t-2})\|^2,
              \qquad \Delta t_0 = 1/30 s
    """

    weight: float = 0.25
    """Weight [1/rad^2], [1/m^2] for the base's place."""

    def neighbour_rows(
        self, robot: RobotModel, frame: Frame, neighbours: Neighbours
    ) -> LeastSquares | None:
        """The change of the last step ``(nv,)``; None in the first two frames."""
        previous, before = neighbours.previous, neighbours.before
        if previous is None or before is None:
            return None
        last = robot.difference(before, previous)
        return LeastSquares(
            TangentDifference((previous,), _ONE, last), self.weight * (_REFERENCE / frame.dt) ** 2
        )


@dataclass(frozen=True)
class Differences(Objective):
    r"""Finite differences of the whole trajectory, as far as this frame enters them.

    .. math:: w \min\left(1, \frac{\Delta t_0}{\Delta t}\right)^{2n}
              \sum_s \|\Delta^n q_s\|^2, \qquad \Delta t_0 = 1/30 s

    over all windows s of n + 1 frames that hold this one: n = 1 is velocity, 2 acceleration,
    3 jerk. At higher rates than 30 frames/s the factor stays 1, for no row could move a frame off
    its neighbours any more. With the other frames fixed the sum is, up to a constant,

    .. math:: w\, C \,\Big\| \tfrac1C \sum_{k \ne 0} c_k (q_{t+k} \ominus q_t) \Big\|^2

    with the sums :math:`c_k` of products of binomial coefficients and :math:`C` their value at
    k = 0. The frame needs its neighbours on both sides; at the ends windows drop out.
    """

    order: int = 3
    """n."""
    weight: float = 3.0
    """Weight [1/rad^2], [1/m^2] for the base's place."""
    base: float = 1.0
    """The base's place weighs this many times as much."""

    @property
    def name(self) -> str:
        """The name that reports use."""
        return f"differences{self.order}"

    def neighbour_rows(
        self, robot: RobotModel, frame: Frame, neighbours: Neighbours
    ) -> LeastSquares | None:
        """The difference to the windows' blend ``(nv,)``; None where no window fits."""
        n, known = self.order, neighbours.known
        offsets, shares, centre = _blend(n, tuple(k in known for k in range(-n, n + 1)))
        if not centre:
            return None
        rate = min(1.0, _REFERENCE / frame.dt) ** (2 * n)
        weights = np.full(robot.nv, self.weight * centre * rate)
        weights[:3] *= self.base
        return LeastSquares(TangentDifference(tuple(known[k] for k in offsets), shares), weights)


@lru_cache(maxsize=64)
def _blend(n: int, known: tuple[bool, ...]) -> tuple[tuple[int, ...], Array, int]:
    """The offsets of the frames that a blend is made of, their shares, and the sum C.

    Args:
        n: order of the differences.
        known: which of the frames -n to n are known, but for this one.
    """
    total = _summed(n, {k for k, there in enumerate(known, -n) if there})
    offsets = tuple(k for k in range(-n, n + 1) if k and total[k + n])
    shares = [total[k + n] / total[n] for k in offsets] if total[n] else []
    return offsets, readonly(shares), total[n]


def _summed(n: int, known: Container[int]) -> list[int]:
    """What the offsets -n to n have together in the windows of n + 1 frames that are known."""
    if all(k == 0 or k in known for k in range(-n, n + 1)):
        # All of them: Vandermonde's identity.
        return [(-1) ** k * math.comb(2 * n, k + n) for k in range(-n, n + 1)]
    stencil = [(-1) ** (n - k) * math.comb(n, k) for k in range(n + 1)]
    total = [0] * (2 * n + 1)
    for start in range(-n, 1):
        if all(k == 0 or k in known for k in range(start, start + n + 1)):
            for k, coefficient in enumerate(stencil, start + n):
                total[k] += stencil[-start] * coefficient
    return total
