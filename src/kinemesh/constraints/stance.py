"""A planted foot stays where it was planted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kinemesh.constraints.constraint import Constraint
from kinemesh.kernel import PointOffsets, Within
from kinemesh.problem import Frame, SoleApproach, Stance
from kinemesh.robot import RobotModel

_REFERENCE = 1.0 / 30.0
"""Frame time [s] that the tolerance of a planted edge is stated for."""

_Row = tuple[float, ...]
"""A joint, a point of the sole in its frame, a unit direction, and where it is measured from: ten
numbers."""


@dataclass(frozen=True)
class FootStance(Constraint):
    r"""A planted sole stays where it touched down, in x, y and z (eq. 3e, and more).

    With :math:`m_t, m_h` the middles of the sole's toe and heel edges, :math:`n` the surface's
    normal, :math:`s` a point of it, and :math:`m^{\mathrm{td}}, f` place and heading at
    touchdown,

    .. math:: |n \cdot (m_t - s)| \le \epsilon, \qquad
              |t_k \cdot (m_t - m^{\mathrm{td}})| \le \epsilon \quad (t_1, t_2 \perp n)

    (the first not while the foot still comes down; while the toe stands alone, of the foremost
    point of the underside, on which the foot rolls) and while the heel is down too

    .. math:: |(n \times f) \cdot (m_h - m^{\mathrm{td}})| \le \epsilon

    Place and heading are those of *touchdown*, not of the previous frame, where a tolerance a
    frame would add up to legal skating; in the frame of touchdown itself they are free.

    Within its tolerance an edge goes from side to side, one frame here and the next there: what
    is to be small is that speed, so that :math:`\epsilon` shrinks with the frame time,

    .. math:: \epsilon = \epsilon_0 \min(1, \Delta t / \Delta t_0), \qquad \Delta t_0 = 1/30 s
    """

    tolerance: float = 1e-5
    r""":math:`\epsilon_0`: how far a planted edge may be off at 30 frames/s or less [m]."""
    sacrifice: int = 2

    def rows(self, robot: RobotModel, frame: Frame) -> Within | None:
        """Up to four rows a planted sole [m]."""
        tolerance = self.tolerance * min(1.0, frame.dt / _REFERENCE)
        return _within([row for s in frame.stances for row in self._held(s)], tolerance)

    @staticmethod
    def _held(stance: Stance) -> list[_Row]:
        sole, n, down = stance.sole, stance.normal.tolist(), stance.touchdown
        heel, toe = sole.edges
        front = toe if stance.whole else toe + sole.overhang
        rows: list[_Row] = []
        if not stance.landing:
            rows.append((sole.joint, *front.tolist(), *n, *stance.point.tolist()))
        if down is not None:
            place, edge = down.toe.tolist(), toe.tolist()
            rows += [(sole.joint, *edge, *tangent, *place) for tangent in _tangents(n)]
            if stance.whole and down.heading is not None:
                across = _cross(n, down.heading.tolist())
                rows.append((sole.joint, *heel.tolist(), *across, *place))
        return rows


@dataclass(frozen=True)
class FootFlat(Constraint):
    r"""A planted sole lies flat on its surface.

    .. math:: |n \cdot (c_2 - s)|,\; |n \cdot (c_3 - s)| \le \epsilon
              \quad\text{and, while the heel is down too,}\quad |n \cdot (m_h - s)| \le \epsilon

    for the toe corners :math:`c_2, c_3` (moved to the foot's front while the toe stands alone)
    and the middle of the heel edge :math:`m_h`. Together
    with :class:`FootStance` these are the six independent rows of a rigid sole (the height of
    the toe edge stands in both). They give way first: in a wide lunge an ankle cannot roll far
    enough to lay the sole flat, but the foot can still stand.
    """

    tolerance: float = 2e-5
    """How far a planted corner may be off [m]."""
    sacrifice: int = 3

    def rows(self, robot: RobotModel, frame: Frame) -> Within | None:
        """Two or three rows a planted sole [m]."""
        return _within([row for s in frame.stances for row in self._held(s)], self.tolerance)

    @staticmethod
    def _held(stance: Stance) -> list[_Row]:
        if stance.landing:
            return []
        sole = stance.sole
        if stance.whole:
            held = [sole.corners[2], sole.corners[3], sole.edges[0]]
        else:
            held = [sole.corners[2] + sole.overhang, sole.corners[3] + sole.overhang]
        n, point = stance.normal.tolist(), stance.point.tolist()
        return [(sole.joint, *corner.tolist(), *n, *point) for corner in held]


@dataclass(frozen=True)
class FootEase(Constraint):
    r"""A foot comes down to its stance, and leaves it, without a jump.

    .. math:: n \cdot (c_i(q) - s) \le \max\left(\tfrac12 a t^2,\; h \min(1, t / t_0)\right)

    for the corners of an edge that is planted a time t from now, or was a time t ago: the
    height from which, or to which, a constant acceleration carries it, or the person's own
    height h where that is more (a jump from a box), let in over :math:`t_0`. Without these rows
    the sole snaps to the ground in the one frame of touchdown.
    """

    acceleration: float = 20.0
    """[m/s^2]."""
    blend: float = 0.1
    """:math:`t_0` [s]."""
    sacrifice: int = 3

    def rows(self, robot: RobotModel, frame: Frame) -> Within | None:
        """Two rows an edge [m]."""
        if not frame.sole_approaches:
            return None
        edges = [
            (ease.sole.joint, *corner, *ease.normal.tolist(), *ease.point.tolist())
            for ease in frame.sole_approaches
            for corner in ease.sole.corners[ease.corners].tolist()
        ]
        reach = [self._reach(ease) for ease in frame.sole_approaches for _ in range(2)]
        return Within(_offsets(edges), -np.inf, np.array(reach))

    def _reach(self, ease: SoleApproach) -> float:
        """The height allowed to an edge [m]."""
        own = ease.height * min(1.0, ease.time / self.blend)
        return max(0.5 * self.acceleration * ease.time**2, own)


def _offsets(rows: list[_Row]) -> PointOffsets:
    table = np.array(rows)
    return PointOffsets(table[:, 0].astype(np.int64), table[:, 1:4], table[:, 4:7], table[:, 7:])


def _within(rows: list[_Row], tolerance: float) -> Within | None:
    """Distances of sole points along directions, none larger than ``tolerance`` [m]."""
    return Within(_offsets(rows), -tolerance, tolerance) if rows else None


def _tangents(normal: list[float]) -> tuple[list[float], list[float]]:
    """Two unit directions in the surface, square to each other."""
    x, y, z = normal
    # Square to y, or to x where the normal is y.
    first = [z, 0.0, -x] if abs(y) < 0.9 else [0.0, -z, y]
    size = math.sqrt(first[0] * first[0] + first[1] * first[1] + first[2] * first[2])
    first = [number / size for number in first]
    return first, _cross(normal, first)


def _cross(one: list[float], other: list[float]) -> list[float]:
    """Written out, np.cross being slow on one vector."""
    x, y, z = one
    a, b, c = other
    return [y * c - z * b, z * a - x * c, x * b - y * a]
