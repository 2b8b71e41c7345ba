"""Distances between the robot's own hulls: which pairs count, and which are near."""

from __future__ import annotations

from dataclasses import dataclass

import coal
import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.robot.kinematic_model import KinematicModel
from kinemesh.robot.kinematics import Kinematics


@dataclass(frozen=True, eq=False)
class SelfDistances:
    """Pairs of the robot's hulls that are near each other, one row a pair."""

    distance: Array
    """Signed distance ``(N,)`` [m]."""
    pairs: NDArray[np.int64]
    """Indices into ``robot.hulls`` ``(N, 2)``."""
    points: Array
    """Nearest points of first and second hull in the world ``(N, 2, 3)`` [m]."""
    normals: Array
    """Unit normals ``(N, 3)``, from the second hull to the first."""

    def jacobian(self, configuration: Kinematics) -> Array:
        """How the distances change ``(N, nv)`` with a tangent step."""
        joints = configuration.robot.hull_table.joints[self.pairs]
        return configuration.relative_directional_jacobian(joints, self.points, self.normals)


def self_pairs(robot: KinematicModel, neighbours: int) -> NDArray[np.int64]:
    """Pairs of hulls ``(P, 2)`` that may collide.

    Left out are pairs within ``neighbours`` joints of each other in the tree, whose shells
    overlap by design, and pairs that overlap at rest.
    """
    table = robot.hull_table
    first, second = np.triu_indices(len(robot.hulls), 1)
    apart = robot.tree_distance[table.joints[first], table.joints[second]] > neighbours
    pairs = np.stack([first[apart], second[apart]], axis=1)
    rest = self_distances(Kinematics(robot, robot.rest), pairs, 0.0)
    overlapping = {tuple(pair) for pair in rest.pairs[rest.distance < 0.0].tolist()}
    return np.array([p for p in pairs.tolist() if tuple(p) not in overlapping]).reshape(-1, 2)


def overlaps_at_rest(robot: KinematicModel) -> list[tuple[str, str, float]]:
    """Pairs of links that overlap at rest although no neighbours, and how deep [m].

    These are not held apart, for at rest the robot could not stand.

    Examples:
        >>> kinemesh.robot.overlaps_at_rest(kinemesh.RobotModel.load("g1"))
        []
    """
    table = robot.hull_table
    first, second = np.triu_indices(len(robot.hulls), 1)
    apart = robot.tree_distance[table.joints[first], table.joints[second]] > robot.neighbours
    rest = self_distances(
        Kinematics(robot, robot.rest), np.stack([first[apart], second[apart]], axis=1), 0.0
    )
    return [
        (robot.hulls[a].link, robot.hulls[b].link, -float(depth))
        for (a, b), depth in zip(rest.pairs.tolist(), rest.distance, strict=True)
    ]


def self_distances(
    configuration: Kinematics, pairs: NDArray[np.int64], within: float
) -> SelfDistances:
    """Pairs of hulls less than ``within`` [m] apart: bounding spheres first, then coal."""
    robot = configuration.robot
    table = robot.hull_table
    centres = configuration.spheres
    first, second = pairs[:, 0], pairs[:, 1]
    gap = centres[first] - centres[second]
    reach = table.radii[first] + table.radii[second] + within
    close = np.einsum("ij,ij->i", gap, gap) < reach * reach
    return pair_distances(configuration, pairs[close], within)


def pair_distances(
    configuration: Kinematics, pairs: NDArray[np.int64], within: float
) -> SelfDistances:
    """Pairs of hulls less than ``within`` [m] apart, by coal."""
    robot = configuration.robot
    request, result = coal.DistanceRequest(), coal.DistanceResult()
    distances, kept, points, normals = [], [], [], []
    for a, b in pairs.tolist():
        one, other = robot.hulls[a], robot.hulls[b]
        result.clear()
        distance = coal.distance(
            one.geometry,
            configuration.placed(one.joint),
            other.geometry,
            configuration.placed(other.joint),
            request,
            result,
        )
        if distance < within:
            distances.append(distance)
            kept.append((a, b))
            points.append((result.getNearestPoint1(), result.getNearestPoint2()))
            normals.append(-result.normal)
    return SelfDistances(
        np.array(distances),
        np.array(kept, dtype=np.int64).reshape(-1, 2),
        np.reshape(points, (-1, 2, 3)),
        np.reshape(normals, (-1, 3)),
    )
