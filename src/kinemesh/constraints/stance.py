"""A planted foot stays where it was planted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.constraints.constraint import Constraint
from kinemesh.motion.arrays import Array
from kinemesh.problem import Bounded, Frame, Stance
from kinemesh.robot import Configuration


@dataclass(frozen=True)
class FootStance(Constraint):
    r"""A planted sole stays where it touched down, in x, y, z and flat (eq. 3e, and more).

    With toe edge :math:`c_2, c_3` and heel edge :math:`c_0, c_1` of the sole, :math:`m_t, m_h`
    their middles, :math:`n` the surface's normal, :math:`s` a point of it, and
    :math:`m^{\mathrm{td}}, f` place and heading at touchdown,

    .. math:: |n \cdot (c_2 - s)|,\; |n \cdot (c_3 - s)| \le \epsilon, \qquad
              |t_k \cdot (m_t - m^{\mathrm{td}})| \le \epsilon \quad (t_1, t_2 \perp n)

    and while the heel is down too

    .. math:: |n \cdot (m_h - s)| \le \epsilon, \qquad
              |(n \times f) \cdot (m_h - m^{\mathrm{td}})| \le \epsilon

    Of the twelve numbers of a rigid rectangle six are independent: these six. Place and
    heading are those of *touchdown*, not of the previous frame, where a tolerance a frame
    would add up to legal skating; in the frame of touchdown itself they are free.
    """

    tolerance: float = 1e-4
    """How far a planted edge may be off [m]."""
    sacrifice: int = 2

    def evaluate(self, configuration: Configuration, frame: Frame) -> Bounded | None:
        """Up to six rows a planted sole [m]."""
        if not frame.stances:
            return None
        blocks = [self._rows(configuration, stance) for stance in frame.stances]
        return Bounded(
            np.concatenate([value for value, _ in blocks]),
            np.concatenate([jacobian for _, jacobian in blocks]),
            -self.tolerance,
            self.tolerance,
        )

    def _rows(self, configuration: Configuration, stance: Stance) -> tuple[Array, Array]:
        sole, n, down = stance.sole, stance.normal, stance.touchdown
        corners = configuration.positions(np.full(4, sole.joint), sole.corners)
        heel, toe = corners[:2].mean(axis=0), corners[2:].mean(axis=0)
        rows = [(corners[2], n, stance.point), (corners[3], n, stance.point)]
        if stance.whole:
            rows.append((heel, n, stance.point))
        if down is not None:
            rows += [(toe, tangent, down.toe) for tangent in _tangents(n)]
            if stance.whole and down.heading is not None:
                rows.append((heel, np.cross(n, down.heading), down.toe))
        points, directions, origins = (np.array(column) for column in zip(*rows, strict=True))
        value = np.sum(directions * (points - origins), axis=1)
        return value, configuration.rows(np.full(len(rows), sole.joint), points, directions)


def _tangents(normal: Array) -> tuple[Array, Array]:
    """Two unit directions in the surface, square to each other."""
    axis = np.array([0.0, 1.0, 0.0]) if abs(normal[1]) < 0.9 else np.array([1.0, 0.0, 0.0])
    first = np.cross(axis, normal)
    first = first / np.linalg.norm(first)
    return first, np.cross(normal, first)
