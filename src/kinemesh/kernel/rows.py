"""Rows as data: what a term asks of a frame, and what it comes to at one configuration.

A term knows which points, along which directions, from which origins, within which bounds: that
is fixed for a frame, and only the configuration q moves. So it hands over tables, once, and
a kernel evaluates all of them at q as often as the solver likes. What no table says a term
evaluates itself, into a :class:`Residual`, :class:`Bounded` or :class:`Box`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.proximity import NEAR, Obstacle

Joints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PointOffsets:
    r"""How far points of the robot are along directions, :math:`d_k \cdot (p_k(q) - o_k)`."""

    joints: Joints
    """Joints that carry the points ``(N,)``."""
    points: Array
    """The points in their joints' frames ``(N, 3)`` [m]."""
    directions: Array
    """:math:`d_k` in the world ``(N, 3)``."""
    origins: Array
    """:math:`o_k` in the world ``(N, 3)`` [m]."""


@dataclass(frozen=True, eq=False)
class PointMixture:
    """Linear combinations of points of the robot, :math:`F P(q) + o`: 3 K rows."""

    joints: Joints
    """Joints that carry the points ``(K,)``."""
    points: Array
    """The points in their joints' frames ``(K, 3)`` [m]."""
    factor: Array
    """:math:`F` ``(K, K)``, upper triangular."""
    offset: Array
    """:math:`o` ``(K, 3)`` [m]."""


@dataclass(frozen=True, eq=False)
class AxisAlignment:
    r"""What axes fixed to joints miss wanted ones by, :math:`R_p(q) A_p - \hat R_p`: 9 P rows."""

    joints: Joints
    """Joints that carry the axes ``(P,)``."""
    axes: Array
    """:math:`A_p` in the joints' frames ``(P, 3, 3)``, as columns."""
    targets: Array
    r""":math:`\hat R_p` in the world ``(P, 3, 3)``, as columns."""


@dataclass(frozen=True, eq=False)
class TangentDifference:
    r"""How far q is from a blend of other configurations: nv rows.

    .. math:: - \sum_k s_k (q \ominus q_k) - c, \qquad \sum_k s_k = -1
    """

    others: tuple[Array, ...]
    """:math:`q_k` ``(nq,)``."""
    shares: Array
    """:math:`s_k` ``(N,)``."""
    offset: Array | None = None
    """:math:`c` ``(nv,)``; none where it is None."""


@dataclass(frozen=True, eq=False)
class TangentMixture:
    r"""Linear combinations of how far q is from elsewhere, :math:`F (q \ominus q_0) + o`.

    What is linear about :math:`q_0` in more than one frame at once, such as forces, is said so.
    """

    origin: Array
    """:math:`q_0` ``(nq,)``."""
    factor: Array
    """:math:`F` ``(m, nv)``."""
    offset: Array
    """:math:`o` ``(m,)``."""


@dataclass(frozen=True, eq=False)
class JointOffsets:
    """How far every joint is from a reference, :math:`q_j - r_j`."""

    reference: Array
    """:math:`r_j` ``(n,)`` [rad], [m]."""


@dataclass(frozen=True, eq=False)
class Clearance:
    """Signed distances of the robot's hulls to the world, one row a near place."""

    obstacles: tuple[tuple[Obstacle, Array], ...] = ()
    """Terrain and props, each with its pose ``(7,)``."""
    ground: float | None = None
    """Height of the ground plane [m]; None: there is none."""
    within: float = NEAR
    """Distance [m] below which a place becomes a row."""


@dataclass(frozen=True, eq=False)
class SelfClearance:
    """Signed distances of the robot's hulls to one another, one row a near pair."""

    within: float
    """Distance [m] below which a pair becomes a row."""


@dataclass(frozen=True, eq=False)
class HandDistances:
    """Signed distance of each hand, or other pad, to what it touches: one row a pad."""

    obstacles: tuple[tuple[Obstacle | None, Array], ...]
    """What is touched, with its pose ``(7,)``; None: the ground plane at the pose's height."""
    hulls: tuple[Joints, ...]
    """Of each pad, indices into ``robot.hulls``."""


Rows = (
    PointOffsets
    | PointMixture
    | AxisAlignment
    | TangentDifference
    | TangentMixture
    | JointOffsets
    | Clearance
    | SelfClearance
    | HandDistances
)


@dataclass(frozen=True, eq=False)
class LeastSquares:
    r"""What an objective asks of a frame: :math:`\sum_k w_k r_k(q)^2 + c` over its rows."""

    rows: Rows
    """The residuals :math:`r`, a table."""
    weight: float | Array = 1.0
    """Weight :math:`w`, one number or one a row."""
    constant: float = 0.0
    """Part of the cost that no step can change."""


@dataclass(frozen=True, eq=False)
class Within:
    r"""What a constraint asks of a frame: :math:`l \le f(q) \le u` of its rows."""

    rows: Rows
    """What is bounded, :math:`f`, a table."""
    lower: float | Array
    """Lower bounds, one number or one a row; ``-inf`` for none."""
    upper: float | Array
    """Upper bounds, one number or one a row; ``inf`` for none."""


@dataclass(frozen=True, eq=False)
class JointRange:
    """What a step box asks of a frame: where the joints may be after the step."""

    lower: Array
    """``(n,)`` [rad], [m]; ``-inf`` for none."""
    upper: Array
    """``(n,)`` [rad], [m]; ``inf`` for none."""

    @classmethod
    def meet(cls, ranges: Sequence[JointRange]) -> JointRange | None:
        """What ``ranges`` allow together; None without any."""
        if not ranges:
            return None
        lower, upper = ranges[0].lower, ranges[0].upper
        for other in ranges[1:]:
            lower, upper = np.maximum(lower, other.lower), np.minimum(upper, other.upper)
        return cls(lower, upper)

    def box(self, q: Array) -> Box:
        """The bounds on a step from ``q`` ``(nq,)``: none on the base."""
        lower, upper = np.full(len(q) - 1, -np.inf), np.full(len(q) - 1, np.inf)
        np.subtract(self.lower, q[7:], out=lower[6:])
        np.subtract(self.upper, q[7:], out=upper[6:])
        return Box(lower, upper)

    def violation(self, q: Array) -> float:
        """How far the joints of ``q`` ``(nq,)`` are out of their ranges."""
        joints = q[7:]
        return max(0.0, float((self.lower - joints).max()), float((joints - self.upper).max()))


class Residual(NamedTuple):
    r"""A weighted least-squares term :math:`\sum_k w_k r_k^2 + c` and its linearisation."""

    value: Array
    """Residual :math:`r` ``(m,)``."""
    jacobian: Array
    r""":math:`\partial r / \partial v` ``(m, nv)``."""
    weight: float | Array = 1.0
    """Weight :math:`w`, one number or ``(m,)``."""
    constant: float = 0.0
    """Part of the cost that no step can change."""

    @property
    def cost(self) -> float:
        """The term's cost at this configuration."""
        return float(np.dot(self.weight * self.value, self.value)) + self.constant


@dataclass(frozen=True, eq=False)
class Bounded:
    r"""Rows :math:`l \le f(q) \le u` and their linearisation :math:`l \le f + J v \le u`.

    One description gives the rows of the QP, the violation that is left afterwards, and what
    the finite-difference test compares.
    """

    value: Array
    """:math:`f(q)` ``(m,)``."""
    jacobian: Array
    """:math:`\\partial f / \\partial v` ``(m, nv)``."""
    lower: Array | float
    """Lower bounds, one number or ``(m,)``; ``-inf`` for none."""
    upper: Array | float
    """Upper bounds, one number or ``(m,)``; ``inf`` for none."""

    def step_bounds(self) -> tuple[Array, Array]:
        """Bounds ``(m,)`` on ``jacobian @ v``."""
        return np.asarray(self.lower - self.value), np.asarray(self.upper - self.value)

    def excess(self) -> Array:
        """By how much each row is out of bounds now ``(m,)``; 0 where it holds."""
        over = np.maximum(self.value - self.upper, self.lower - self.value)
        return np.maximum(over, 0.0, out=over)

    def violation(self) -> float:
        """The largest amount by which a row is out of bounds now; 0 when all hold."""
        return float(self.excess().max(initial=0.0))


@dataclass(frozen=True, eq=False)
class Box:
    """Bounds on the tangent step itself: limits, velocity limits, trust region."""

    lower: Array
    """Lower bounds ``(nv,)``; ``-inf`` for none."""
    upper: Array
    """Upper bounds ``(nv,)``; ``inf`` for none."""
    radius: float | None = None
    """Bound on the Euclidean length of the step; None for none."""

    @classmethod
    def meet(cls, nv: int, boxes: Iterable[Box]) -> Box:
        """What ``boxes`` allow together."""
        lower, upper, radius = np.full(nv, -np.inf), np.full(nv, np.inf), None
        for box in boxes:
            np.maximum(lower, box.lower, out=lower)
            np.minimum(upper, box.upper, out=upper)
            if box.radius is not None:
                radius = box.radius if radius is None else min(radius, box.radius)
        return cls(lower, upper, radius)

    def violation(self) -> float:
        """How far the zero step, the configuration as it is, is out of bounds."""
        return max(0.0, float(self.lower.max()), -float(self.upper.min()))
