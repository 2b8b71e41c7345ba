"""Signed distances between the robot's hulls and the world.

Convex parts by a broad phase and coal; solids of any other shape by their true surface; what
bounds no solid by its triangles.

Sign convention: positive apart, negative inside. Normals point from the world to the robot,
so that a distance grows when the robot's point moves along the normal.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.proximity.narrow_phase import distances_to_solid
from kinemesh.proximity.obstacle import Obstacle
from kinemesh.proximity.sheet import near_sheet
from kinemesh.proximity.signed_distances import SignedDistances
from kinemesh.proximity.surface import near_surface
from kinemesh.robot.model import Configuration

NEAR = 0.05
"""Distance [m] within which places of robot and world are worth a row."""

_LOWEST = 0.03
"""Vertices no higher than this above a hull's lowest one [m] are worth a row."""


def distances_to_ground(
    configuration: Configuration, height: float, within: float
) -> SignedDistances:
    """Hull vertices less than ``within`` [m] above the plane ``z = height``, up to four a hull.

    For each hull the lowest vertex in each quadrant around its own centre: a foot flat on the
    ground gets one row a corner, so that it cannot tip a corner into the ground.
    """
    table = configuration.robot.hull_table
    close = configuration.spheres[:, 2] - height - table.radii < within
    vertices = np.flatnonzero(close[table.owners])
    joints = table.vertex_joints[vertices]
    above = np.einsum("ij,ij->i", configuration.rotations[joints, 2], table.vertices[vertices])
    above += configuration.translations[joints, 2] - height
    lowest = np.full(len(close), np.inf)
    np.minimum.at(lowest, table.owners[vertices], above)
    near = above < np.minimum(within, lowest[table.owners[vertices]] + _LOWEST)
    vertices, above = vertices[near], above[near]
    owners = table.owners[vertices]
    points = configuration.positions(table.vertex_joints[vertices], table.vertices[vertices])
    flat = points[:, :2] - configuration.spheres[owners, :2]
    quadrant = 4 * owners + 2 * (flat[:, 0] > 0.0) + (flat[:, 1] > 0.0)
    # Lowest first, and of those on one level the outermost: the first of a quadrant is its row.
    order = np.argsort(above - 1e-5 * np.abs(flat).sum(axis=1), kind="stable")
    chosen = order[np.unique(quadrant[order], return_index=True)[1]]
    normals = np.zeros((len(chosen), 3))
    normals[:, 2] = 1.0
    owners = owners[chosen]
    return SignedDistances(above[chosen], table.joints[owners], points[chosen], normals, owners)


def distances_to_obstacle(
    configuration: Configuration,
    obstacle: Obstacle,
    pose: Array,
    within: float,
    hulls: NDArray[np.int64] | None = None,
) -> SignedDistances:
    """Hulls less than ``within`` [m] from a solid at ``pose`` ``(7,)``.

    One row a pair of hull and convex part, and up to four more where a face lies on a face; some
    rows a hull for a true surface. ``hulls`` names
    those of ``robot.hulls`` to look at; all if left out.
    """
    chosen = np.arange(len(configuration.robot.hulls)) if hulls is None else hulls
    return _near(configuration, obstacle, pose, within, chosen)


def _near(
    configuration: Configuration,
    obstacle: Obstacle,
    pose: Array,
    within: float,
    chosen: NDArray[np.int64],
) -> SignedDistances:
    placed = (poses.matrix(pose), pose[:3], within, chosen)
    found = []
    if obstacle.sheet is not None:
        found.append(near_sheet(configuration, obstacle.sheet, *placed))
    if obstacle.surface is not None:
        found.append(near_surface(configuration, obstacle.surface, *placed))
    if obstacle.parts and obstacle.surface is None:
        found.append(_near_parts(configuration, obstacle, *placed))
    return found[0] if len(found) == 1 else SignedDistances.together(*found)


def _near_parts(
    configuration: Configuration,
    obstacle: Obstacle,
    rotation: Array,
    translation: Array,
    within: float,
    chosen: NDArray[np.int64],
) -> SignedDistances:
    table = configuration.robot.hull_table
    planes, starts = obstacle.planes
    local = (configuration.spheres[chosen] - translation) @ rotation
    # A point is at least as far from a convex solid as from the worst of its planes.
    over = np.maximum.reduceat(local @ planes[:, :3].T + planes[:, 3], starts, axis=1)
    close = over - table.radii[chosen, None] < within
    found = [
        distances_to_solid(
            configuration, solid, rotation, translation, within, chosen[close[:, part]]
        )
        for part, solid in enumerate(obstacle.parts)
        if part == 0 or close[:, part].any()
    ]
    columns = found[0] if len(found) == 1 else map(np.concatenate, zip(*found, strict=True))
    distance, points, normals, index = columns
    if obstacle.dents is not None and len(distance):
        distance = obstacle.dents.entered(distance, points, normals, rotation, translation)
    return SignedDistances(distance, table.joints[index], points, normals, index)
