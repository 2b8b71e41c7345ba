"""Signed distances between the robot's hulls and the world: broad phase, then coal.

Sign convention: positive apart, negative inside. Normals point from the world to the robot,
so that a distance grows when the robot's point moves along the normal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import coal
import numpy as np
from numpy.typing import NDArray

from kinemesh.motion import poses
from kinemesh.motion.arrays import Array, readonly
from kinemesh.motion.shape import ConvexPart, Shape
from kinemesh.robot.configuration import Configuration
from kinemesh.robot.convex import convex_geometry


@dataclass(frozen=True, eq=False)
class Near:
    """Places where the robot is near the world, one row each."""

    distance: Array
    """Signed distance ``(N,)`` [m]."""
    joints: NDArray[np.int64]
    """Joint that moves the robot's point ``(N,)``."""
    points: Array
    """The robot's nearest points in the world ``(N, 3)`` [m]."""
    normals: Array
    """Unit normals ``(N, 3)``, from the world to the robot."""
    hulls: NDArray[np.int64]
    """Index into ``robot.hulls`` ``(N,)``."""

    def rates(self, configuration: Configuration) -> Array:
        """How the distances change ``(N, nv)`` with a tangent step."""
        return configuration.rows(self.joints, self.points, self.normals)


@dataclass(frozen=True, eq=False)
class Obstacle:
    """A solid of the world as coal knows it: convex parts, built once for all frames."""

    name: str
    parts: tuple[tuple[ConvexPart, Any, Array], ...]
    """Convex part, coal's geometry of it, and its distinct facet planes ``(F, 4)``."""

    @classmethod
    def of(cls, name: str, shape: Shape) -> Obstacle:
        """Prepare ``shape`` for distance queries."""
        parts = []
        for part in shape.parts:
            planes = np.unique(np.round(part.planes, 9), axis=0)
            parts.append((part, convex_geometry(part.vertices), readonly(planes)))
        return cls(name, tuple(parts))


def near_ground(configuration: Configuration, height: float, within: float) -> Near:
    """Hull vertices less than ``within`` [m] above the plane ``z = height``, up to four a hull.

    For each hull the lowest vertex in each quadrant around its own centre: a foot flat on the
    ground gets one row a corner, so that it cannot tip a corner into the ground.
    """
    robot = configuration.robot
    table = robot.hull_table
    joints, local, starts = table.vertex_joints, table.vertices, table.starts
    heights = np.einsum("ij,ij->i", configuration.rotations[joints, 2], local)
    heights += configuration.translations[joints, 2] - height
    lowest = np.minimum.reduceat(heights, starts)
    chosen: list[int] = []
    for hull in np.flatnonzero(lowest < within):
        first = int(starts[hull])
        last = first + len(robot.hulls[hull].vertices)
        inside = first + np.flatnonzero(heights[first:last] < min(within, lowest[hull] + 0.03))
        offset = local[inside] - robot.hulls[hull].centre
        world = offset @ configuration.rotations[joints[first]].T
        quadrant = 2 * (world[:, 0] > 0.0) + (world[:, 1] > 0.0)
        for k in np.unique(quadrant):
            members = inside[quadrant == k]
            chosen.append(int(members[np.argmin(heights[members])]))
    index = np.array(chosen, dtype=np.int64)
    normals = np.zeros((len(index), 3))
    normals[:, 2] = 1.0
    return Near(
        heights[index],
        joints[index],
        configuration.positions(joints[index], local[index]),
        normals,
        table.owners[index],
    )


def near_obstacle(
    configuration: Configuration, obstacle: Obstacle, pose: Array, within: float
) -> Near:
    """Hulls less than ``within`` [m] from a solid at ``pose`` ``(7,)``, one row a pair."""
    robot = configuration.robot
    rotation, translation = poses.matrix(pose), pose[:3]
    table = robot.hull_table
    world = configuration.positions(table.joints, table.centres)
    local = (world - translation) @ rotation
    placed = coal.Transform3s(rotation, translation)
    request, result = coal.DistanceRequest(), coal.DistanceResult()
    found: list[tuple[float, int, Array, Array]] = []
    for _, geometry, planes in obstacle.parts:
        # A point is at least as far from a convex solid as from the worst of its planes.
        bound = (local @ planes[:, :3].T + planes[:, 3]).max(axis=1) - table.radii
        for k in np.flatnonzero(bound < within):
            hull = robot.hulls[k]
            at = coal.Transform3s(
                configuration.rotations[hull.joint], configuration.translations[hull.joint]
            )
            result.clear()
            distance = coal.distance(hull.geometry, at, geometry, placed, request, result)
            if distance < within:
                found.append((distance, int(k), result.getNearestPoint1(), -result.normal))
    index = np.array([f[1] for f in found], dtype=np.int64)
    return Near(
        np.array([f[0] for f in found]),
        table.joints[index],
        np.reshape([f[2] for f in found], (-1, 3)),
        np.reshape([f[3] for f in found], (-1, 3)),
        index,
    )
