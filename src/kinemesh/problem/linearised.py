"""What tables of rows come to at one configuration: values, and how they change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kinemesh.motion.arrays import Array
from kinemesh.problem.rows import (
    AxisAlignment,
    Bounded,
    Box,
    Clearance,
    HandDistances,
    JointOffsets,
    JointRange,
    Joints,
    LeastSquares,
    PointMixture,
    PointOffsets,
    Residual,
    Rows,
    SelfClearance,
    TangentDifference,
    Within,
)
from kinemesh.robot import (
    NEAR,
    Configuration,
    Near,
    Obstacle,
    near_ground,
    near_obstacle,
    near_self,
)

Linearised = tuple[Array, Array]
"""Values ``(m,)`` and Jacobian ``(m, nv)`` of rows at a configuration."""


class Point:
    """A configuration at which rows are evaluated, and the distances that several of them share."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self._near: dict[tuple[Obstacle, bytes, float], tuple[Near, Array]] = {}

    def near(self, obstacle: Obstacle, pose: Array, within: float) -> tuple[Near, Array]:
        """Where the hulls are near an obstacle, and the rates ``(N, nv)`` of the distances."""
        question = (obstacle, pose.tobytes(), within)
        if question not in self._near:
            near = near_obstacle(self.configuration, obstacle, pose, within)
            self._near[question] = near, near.rates(self.configuration)
        return self._near[question]

    def residual(self, asked: LeastSquares) -> Residual | None:
        """What an objective's rows come to; None where there are none now."""
        found = _evaluated(asked.rows, self)
        return None if found is None else Residual(*found, asked.weight, asked.constant)

    def bounded(self, asked: Within) -> Bounded | None:
        """What a constraint's rows come to; None where there are none now."""
        found = _evaluated(asked.rows, self)
        return None if found is None else Bounded(*found, asked.lower, asked.upper)

    def box(self, asked: JointRange | Box) -> Box:
        """Bounds of the step, given those of where it leads."""
        if isinstance(asked, Box):
            return asked
        # From its second number on q lies as the step does, as far as the joints go.
        now = self.configuration.q[1:]
        return Box(asked.lower - now, asked.upper - now)


def _evaluated(rows: Rows, at: Point) -> Linearised | None:
    evaluate: Callable[[Any, Point], Linearised | None] = _KINDS[type(rows)]
    return evaluate(rows, at)


def _point_offsets(rows: PointOffsets, at: Point) -> Linearised:
    return at.configuration.along(rows.joints, rows.points, rows.directions, rows.origins)


def _point_mixture(rows: PointMixture, at: Point) -> Linearised:
    value, rates = at.configuration.mixed(rows.joints, rows.points, rows.factor, rows.offset)
    return np.ravel(value), rates


def _axis_alignment(rows: AxisAlignment, at: Point) -> Linearised:
    return at.configuration.turned(rows.joints, rows.axes, rows.targets)


def _tangent_difference(rows: TangentDifference, at: Point) -> Linearised:
    value, rates = at.configuration.blended(rows.others, rows.shares)
    return (value if rows.offset is None else value - rows.offset), rates


def _joint_offsets(rows: JointOffsets, at: Point) -> Linearised:
    return at.configuration.q[7:] - rows.reference, np.eye(at.configuration.robot.nv)[6:]


def _clearance(rows: Clearance, at: Point) -> Linearised | None:
    found = [at.near(obstacle, pose, rows.within) for obstacle, pose in rows.obstacles]
    if rows.ground is not None:
        near = near_ground(at.configuration, rows.ground, rows.within)
        found.append((near, near.rates(at.configuration)))
    found = [(near, rates) for near, rates in found if len(near.distance)]
    if not found:
        return None
    return (
        np.concatenate([near.distance for near, _ in found]),
        np.concatenate([rates for _, rates in found]),
    )


def _self_clearance(rows: SelfClearance, at: Point) -> Linearised | None:
    near = near_self(at.configuration, at.configuration.robot.self_pairs, rows.within)
    return (near.distance, near.rates(at.configuration)) if len(near.distance) else None


def _hand_distances(rows: HandDistances, at: Point) -> Linearised:
    hands = zip(rows.obstacles, rows.hulls, strict=True)
    found = [_hand_distance(obstacle, pose, hulls, at) for (obstacle, pose), hulls in hands]
    return np.array([value for value, _ in found]), np.array([rate for _, rate in found])


def _hand_distance(
    obstacle: Obstacle, pose: Array, hulls: Joints, at: Point
) -> tuple[float, Array]:
    """The least distance of some hulls to an obstacle, and how it changes ``(nv,)``."""
    # Near by, these are the places that clearance asks for too.
    near, rates = at.near(obstacle, pose, NEAR)
    own = hulls.tolist()
    mine = [k for k, hull in enumerate(near.hulls.tolist()) if hull in own]
    if not mine:
        near = near_obstacle(at.configuration, obstacle, pose, np.inf, hulls)
        rates, mine = near.rates(at.configuration), list(range(len(near.distance)))
    distance = near.distance.tolist()
    closest = min(mine, key=distance.__getitem__)
    return distance[closest], rates[closest]


_KINDS: dict[type, Callable[..., Linearised | None]] = {
    PointOffsets: _point_offsets,
    PointMixture: _point_mixture,
    AxisAlignment: _axis_alignment,
    TangentDifference: _tangent_difference,
    JointOffsets: _joint_offsets,
    Clearance: _clearance,
    SelfClearance: _self_clearance,
    HandDistances: _hand_distances,
}
