"""The kernel in numpy, Pinocchio, coal and Qhull: slow, and the oracle of the compiled one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from kinemesh.arrays import Array
from kinemesh.kernel.rows import (
    AxisAlignment,
    Bounded,
    Clearance,
    HandDistances,
    JointOffsets,
    Joints,
    LeastSquares,
    PointMixture,
    PointOffsets,
    Residual,
    Rows,
    SelfClearance,
    TangentDifference,
    TangentMixture,
    Within,
)
from kinemesh.proximity import (
    NEAR,
    Obstacle,
    SignedDistances,
    distances_to_ground,
    distances_to_obstacle,
)
from kinemesh.robot import Configuration, RobotModel, self_distances

Linearised = tuple[Array, Array]
"""Values ``(m,)`` and Jacobian ``(m, nv)`` of rows at a configuration."""


class ReferenceKernel:
    """Evaluates tables of rows of one robot."""

    def __init__(self, robot: RobotModel) -> None:
        self.robot = robot

    def holding(self, obstacles: Iterable[Obstacle]) -> ReferenceKernel:
        """The same: obstacles are ready as they are."""
        return self

    def compiled(self, table: LeastSquares | Within) -> LeastSquares | Within:
        """The table, made ready."""
        return table

    def evaluate(self, program: Sequence[Any], q: Array) -> ReferenceEvaluated:
        """Tables made ready at ``q`` ``(nq,)``."""
        return ReferenceEvaluated(program, self.robot.configuration(q))

    def search(self, *_: Any) -> None:
        """Left to the caller: what it does is the oracle of the kernel that does it."""


class ReferenceEvaluated:
    """A program at one configuration: see :class:`kinemesh.kernel.Evaluated`."""

    def __init__(
        self, program: Sequence[LeastSquares | Within], configuration: Configuration
    ) -> None:
        self.configuration = configuration
        self._nv = configuration.robot.nv
        point = Point(configuration)
        self._rows = [point.at(asked) for asked in program]
        self.counts = [len(rows.value) for rows in self._rows]
        self.figures = [
            rows.cost if isinstance(rows, Residual) else rows.violation() for rows in self._rows
        ]

    @property
    def cost(self) -> float:
        """The cost of all entries together."""
        return sum(rows.cost for rows in self._rows if isinstance(rows, Residual))

    @property
    def violation(self) -> float:
        """By how much the worst row of all is out of bounds."""
        worst = (rows.violation() for rows in self._rows if isinstance(rows, Bounded))
        return max(worst, default=0.0)

    def excess(self, k: int, allowed: float) -> float:
        """By how much all rows of entry ``k`` are out of bounds widened by ``allowed``."""
        rows = self._rows[k]
        assert isinstance(rows, Bounded)
        return float(np.maximum(rows.excess() - allowed, 0.0).sum())

    def rows(self, k: int) -> Linearised:
        """Values ``(m,)`` and Jacobian ``(m, nv)`` of entry ``k``."""
        return self._rows[k].value, self._rows[k].jacobian

    def normal(self) -> tuple[Array, Array]:
        """Hessian ``(nv, nv)`` and gradient ``(nv,)`` of half the cost."""
        return normal(self._nv, [rows for rows in self._rows if isinstance(rows, Residual)])

    def stacked(self) -> tuple[Array, Array, Array]:
        """Matrix ``(m, nv)`` and bounds ``(m,)`` of a step, for all bounded rows."""
        return stacked(self._nv, [rows for rows in self._rows if isinstance(rows, Bounded)])


def normal(nv: int, residuals: Sequence[Residual]) -> tuple[Array, Array]:
    """Hessian ``(nv, nv)`` and gradient ``(nv,)`` of half the cost of all residuals."""
    jacobian = np.concatenate([np.zeros((0, nv)), *(r.jacobian for r in residuals)])
    value = np.concatenate([np.zeros(0), *(r.value for r in residuals)])
    weighted = np.zeros((len(jacobian), nv))
    start = 0
    for residual in residuals:
        here = slice(start, start + len(residual.value))
        np.multiply(residual.jacobian.T, residual.weight, out=weighted[here].T)
        start = here.stop
    return weighted.T @ jacobian, value @ weighted


def stacked(nv: int, rows: Sequence[Bounded]) -> tuple[Array, Array, Array]:
    """Matrix ``(m, nv)`` and bounds ``(m,)`` of a step, one term's rows below the other's."""
    bounds = [bounded.step_bounds() for bounded in rows]
    return (
        np.concatenate([np.zeros((0, nv)), *(bounded.jacobian for bounded in rows)]),
        np.concatenate([np.zeros(0), *(low for low, _ in bounds)]),
        np.concatenate([np.zeros(0), *(high for _, high in bounds)]),
    )


class Point:
    """A configuration at which rows are evaluated, and the distances that several of them share."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self._near: dict[tuple[Obstacle, bytes, float], tuple[SignedDistances, Array]] = {}

    def near(self, obstacle: Obstacle, pose: Array, within: float) -> tuple[SignedDistances, Array]:
        """Where the hulls are near an obstacle, and the rates ``(N, nv)`` of the distances."""
        question = (obstacle, pose.tobytes(), within)
        if question not in self._near:
            near = distances_to_obstacle(self.configuration, obstacle, pose, within)
            self._near[question] = near, near.jacobian(self.configuration)
        return self._near[question]

    def at(self, asked: LeastSquares | Within) -> Residual | Bounded:
        """What a table comes to here."""
        rows = self.linearised(asked.rows)
        if isinstance(asked, LeastSquares):
            return Residual(*rows, asked.weight, asked.constant)
        return Bounded(*rows, asked.lower, asked.upper)

    def linearised(self, rows: Rows) -> Linearised:
        """What rows come to here."""
        evaluate: Callable[[Any, Point], Linearised] = _KINDS[type(rows)]
        return evaluate(rows, self)


def _point_offsets(rows: PointOffsets, at: Point) -> Linearised:
    points = at.configuration.positions(rows.joints, rows.points)
    value = np.einsum("nk,nk->n", rows.directions, points - rows.origins)
    return value, at.configuration.directional_jacobian(rows.joints, points, rows.directions)


def _point_mixture(rows: PointMixture, at: Point) -> Linearised:
    points, count = at.configuration.positions(rows.joints, rows.points), len(rows.joints)
    single = at.configuration.jacobians(rows.joints, points).reshape(count, -1)
    value = np.ravel(rows.factor @ points + rows.offset)
    return value, (rows.factor @ single).reshape(3 * count, -1)


def _axis_alignment(rows: AxisAlignment, at: Point) -> Linearised:
    axes = at.configuration.rotations[rows.joints] @ rows.axes
    vectors = np.swapaxes(axes, 1, 2).reshape(-1, 3)
    # A vector a turns with omega x a.
    turns = np.repeat(at.configuration.angular_jacobians(rows.joints), 3, axis=0)
    rates = -np.cross(vectors[:, :, None], turns, axis=1)
    return np.swapaxes(axes - rows.targets, 1, 2).ravel(), rates.reshape(3 * len(vectors), -1)


def _tangent_difference(rows: TangentDifference, at: Point) -> Linearised:
    here, nv = at.configuration, at.configuration.robot.nv
    value, turning = np.zeros(nv), np.zeros((6, 6))
    for other, share in zip(rows.others, rows.shares, strict=True):
        away, rate = here.difference(other)
        value -= share * away
        turning -= share * rate[:6, :6]
    # Joints are numbers: they change as the step does.
    rates = np.eye(nv)
    rates[:6, :6] = turning
    return (value if rows.offset is None else value - rows.offset), rates


def _tangent_mixture(rows: TangentMixture, at: Point) -> Linearised:
    away, rate = at.configuration.difference(rows.origin)
    return rows.factor @ away + rows.offset, rows.factor @ rate


def _joint_offsets(rows: JointOffsets, at: Point) -> Linearised:
    return at.configuration.q[7:] - rows.reference, np.eye(at.configuration.robot.nv)[6:]


def _clearance(rows: Clearance, at: Point) -> Linearised:
    found = [at.near(obstacle, pose, rows.within) for obstacle, pose in rows.obstacles]
    if rows.ground is not None:
        near = distances_to_ground(at.configuration, rows.ground, rows.within)
        found.append((near, near.jacobian(at.configuration)))
    nothing = np.zeros((0, at.configuration.robot.nv))
    return (
        np.concatenate([np.zeros(0), *(near.distance for near, _ in found)]),
        np.concatenate([nothing, *(rates for _, rates in found)]),
    )


def _self_clearance(rows: SelfClearance, at: Point) -> Linearised:
    near = self_distances(at.configuration, at.configuration.robot.self_pairs, rows.within)
    return near.distance, near.jacobian(at.configuration)


def _hand_distances(rows: HandDistances, at: Point) -> Linearised:
    hands = zip(rows.obstacles, rows.hulls, strict=True)
    found = [_hand_distance(obstacle, pose, hulls, at) for (obstacle, pose), hulls in hands]
    return np.array([value for value, _ in found]), np.array([rate for _, rate in found])


def _hand_distance(
    obstacle: Obstacle | None, pose: Array, hulls: Joints, at: Point
) -> tuple[float, Array]:
    """The least distance of some hulls to an obstacle, and how it changes ``(nv,)``."""
    if obstacle is None:
        near = distances_to_ground(at.configuration, float(pose[2]), np.inf)
        least = np.where(np.isin(near.hulls, hulls), near.distance, np.inf)
        lowest = int(np.argmin(least))
        return float(least[lowest]), near.jacobian(at.configuration)[lowest]
    # Near by, these are the places that clearance asks for too.
    near, rates = at.near(obstacle, pose, NEAR)
    own = hulls.tolist()
    mine = [k for k, hull in enumerate(near.hulls.tolist()) if hull in own]
    if not mine:
        near = distances_to_obstacle(at.configuration, obstacle, pose, np.inf, hulls)
        rates, mine = near.jacobian(at.configuration), list(range(len(near.distance)))
    distance = near.distance.tolist()
    closest = min(mine, key=distance.__getitem__)
    return distance[closest], rates[closest]


_KINDS: dict[type, Callable[..., Linearised]] = {
    PointOffsets: _point_offsets,
    PointMixture: _point_mixture,
    AxisAlignment: _axis_alignment,
    TangentDifference: _tangent_difference,
    TangentMixture: _tangent_mixture,
    JointOffsets: _joint_offsets,
    Clearance: _clearance,
    SelfClearance: _self_clearance,
    HandDistances: _hand_distances,
}
