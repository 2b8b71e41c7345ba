"""Signed distances between the robot's hulls and the world.

Convex parts by a broad phase and coal; solids of any other shape by their true surface; what
bounds no solid by its triangles.

Sign convention: positive apart, negative inside. Normals point from the world to the robot,
so that a distance grows when the robot's point moves along the normal.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.proximity.narrow_phase import Places, distances_to_solid, together
from kinemesh.proximity.obstacle import Obstacle
from kinemesh.proximity.sheet import near_sheet
from kinemesh.proximity.signed_distances import SignedDistances
from kinemesh.proximity.surface import near_surface
from kinemesh.robot.hulls import HullTable
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

    Examples:
        >>> robot = kinemesh.RobotModel.load("g1")
        >>> posture = robot.configuration(robot.rest)
        >>> found = kinemesh.proximity.distances_to_ground(posture, 0.0, within=0.05)
        >>> bool(abs(found.distance.min()) < 1e-3)
        True
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
    rows a hull for a true surface. ``hulls`` names those of ``robot.hulls`` to look at; all if
    left out.
    """
    return distances_over_frames([configuration], obstacle, pose[None], within, hulls)[0]


def distances_over_frames(
    configurations: Sequence[Configuration],
    obstacle: Obstacle,
    track: Array,
    within: float,
    hulls: NDArray[np.int64] | None = None,
) -> list[SignedDistances]:
    """:func:`distances_to_obstacle` of several configurations, faster than one by one.

    Args:
        configurations: of one robot.
        obstacle: what is near them.
        track: its pose in each ``(T, 7)``.
        within: how near [m].
        hulls: those of ``robot.hulls`` to look at; all if left out.
    """
    robot = configurations[0].robot
    chosen = np.arange(len(robot.hulls)) if hulls is None else hulls
    rotations, translations = np.array([poses.matrix(pose) for pose in track]), track[:, :3]
    placed = list(zip(configurations, rotations, translations, strict=True))
    found = []
    if obstacle.sheet is not None:
        sheet = obstacle.sheet
        found.append([near_sheet(at, sheet, r, t, within, chosen) for at, r, t in placed])
    if obstacle.surface is not None:
        surface = obstacle.surface
        found.append([near_surface(at, surface, r, t, within, chosen) for at, r, t in placed])
    if obstacle.parts and obstacle.surface is None:
        parts = _near_parts(configurations, obstacle, rotations, translations, within, chosen)
        found.append(parts)
    if len(found) == 1:
        return found[0]
    return [SignedDistances.together(*near) for near in zip(*found, strict=True)]


def _near_parts(
    configurations: Sequence[Configuration],
    obstacle: Obstacle,
    rotations: Array,
    translations: Array,
    within: float,
    chosen: NDArray[np.int64],
) -> list[SignedDistances]:
    table = configurations[0].robot.hull_table
    spheres = np.array([at.spheres[chosen] for at in configurations])
    local = (spheres - translations[:, None]) @ rotations
    found: list[list[Places]] = [[] for _ in configurations]
    for solid in obstacle.parts:
        # A point is at least as far from a convex solid as from the worst of its planes.
        over = (local @ solid.planes[:, :3].T + solid.planes[:, 3]).max(axis=2)
        close = over - table.radii[chosen] < within
        there = np.flatnonzero(close.any(axis=1)).tolist()
        own = [chosen[close[n]] for n in there]
        at, placed = [configurations[n] for n in there], (rotations[there], translations[there])
        near = distances_to_solid(at, solid, *placed, within, own)
        for n, places in zip(there, near, strict=True):
            found[n].append(places)
    return [
        _as_rows(obstacle, table, *placed)
        for placed in zip(found, rotations, translations, strict=True)
    ]


def _as_rows(
    obstacle: Obstacle, table: HullTable, found: list[Places], rotation: Array, translation: Array
) -> SignedDistances:
    """What was found near the parts of an obstacle, in one configuration."""
    distance, points, normals, index = together(found)
    if obstacle.dents is not None and len(distance):
        distance = obstacle.dents.entered(distance, points, normals, rotation, translation)
    return SignedDistances(distance, table.joints[index], points, normals, index)
