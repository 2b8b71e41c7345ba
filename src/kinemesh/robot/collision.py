"""Signed distances between the robot's hulls and the world.

Convex parts by a broad phase and coal; solids of any other shape by their true surface.

Sign convention: positive apart, negative inside. Normals point from the world to the robot,
so that a distance grows when the robot's point moves along the normal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import coal
import numpy as np
from numpy.typing import NDArray

from kinemesh.motion.arrays import Array, readonly
from kinemesh.motion.shape import ConvexPart, Shape
from kinemesh.robot.configuration import Configuration
from kinemesh.robot.convex import convex_geometry
from kinemesh.robot.dents import Dents
from kinemesh.robot.near import Near
from kinemesh.robot.surface import TrueSurface, is_hollow, near_surface

NEAR = 0.05
"""Distance [m] within which places of robot and world are worth a row."""


@dataclass(frozen=True, eq=False)
class Obstacle:
    """A solid of the world, made ready once for all frames."""

    name: str
    parts: tuple[tuple[ConvexPart, Any, Array], ...]
    """Convex part, coal's geometry of it, and its distinct facet planes ``(F, 4)``."""
    surface: TrueSurface | None = None
    """The true surface, where the parts only cover it and distances are to be to it."""
    dents: Dents | None = None
    """How far the one part may be entered, where it is the hull of a surface with dents."""

    @classmethod
    def of(cls, name: str, shape: Shape, *, true: bool = False) -> Obstacle:
        """Prepare ``shape`` for distance queries.

        Args:
            name: what to call it.
            shape: the solid.
            true: measure from the true surface where the convex parts leave it far inside, and
                let hulls be entered as far as the surface lies below them, 1 mm at most.
        """
        parts = []
        for part in shape.parts:
            planes = np.unique(np.round(part.planes, 9), axis=0)
            parts.append((part, convex_geometry(part.vertices), readonly(planes)))
        if not (true and shape.warnings) or shape.split:
            return cls(name, tuple(parts))
        if is_hollow(shape):
            return cls(name, tuple(parts), TrueSurface.of(shape))
        if len(parts) > 1:
            return cls(name, tuple(parts))
        return cls(name, tuple(parts), dents=Dents.of(shape, parts[0][0]))


def near_ground(configuration: Configuration, height: float, within: float) -> Near:
    """Hull vertices less than ``within`` [m] above the plane ``z = height``, up to four a hull.

    For each hull the lowest vertex in each quadrant around its own centre: a foot flat on the
    ground gets one row a corner, so that it cannot tip a corner into the ground.
    """
    robot = configuration.robot
    table = robot.hull_table
    spheres = np.einsum("ij,ij->i", configuration.rotations[table.joints, 2], table.centres)
    spheres += configuration.translations[table.joints, 2] - height - table.radii
    found: list[Array] = []
    heights: list[Array] = []
    owners: list[int] = []
    for k in np.flatnonzero(spheres < within):
        hull = robot.hulls[k]
        rotation = configuration.rotations[hull.joint]
        above = hull.vertices @ rotation[2]
        above += configuration.translations[hull.joint, 2] - height
        lowest = above.min()
        if lowest >= within:
            continue
        near = np.flatnonzero(above < min(within, lowest + 0.03))
        near = near[np.argsort(above[near])]
        flat = (hull.vertices[near] - hull.centre) @ rotation[:2].T
        quadrant = (2 * (flat[:, 0] > 0.0) + (flat[:, 1] > 0.0)).tolist()
        # Lowest first: the first of a quadrant is its lowest.
        chosen = near[[quadrant.index(part) for part in set(quadrant)]]
        found.append(hull.vertices[chosen])
        heights.append(above[chosen])
        owners += [int(k)] * len(chosen)
    index = np.array(owners, dtype=np.int64)
    joints = table.joints[index]
    local = np.concatenate([np.zeros((0, 3)), *found])
    normals = np.zeros((len(index), 3))
    normals[:, 2] = 1.0
    return Near(
        np.concatenate([np.zeros(0), *heights]),
        joints,
        configuration.positions(joints, local),
        normals,
        index,
    )


def _rotation(quaternion: Array) -> Array:
    """Rotation matrix of one unit quaternion ``x y z w``; scipy's takes thirty times as long."""
    x, y, z, w = quaternion.tolist()
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def near_obstacle(
    configuration: Configuration,
    obstacle: Obstacle,
    pose: Array,
    within: float,
    hulls: NDArray[np.int64] | None = None,
) -> Near:
    """Hulls less than ``within`` [m] from a solid at ``pose`` ``(7,)``.

    One row a pair of hull and convex part; some rows a hull for a true surface. ``hulls`` names
    those of ``robot.hulls`` to look at; all if left out.
    """
    if hulls is not None:
        return _near(configuration, obstacle, pose, within, hulls)
    # Several constraints ask for the same places.
    question = (obstacle, pose.tobytes(), within)
    if question not in configuration.memo:
        every = np.arange(len(configuration.robot.hulls))
        configuration.memo[question] = _near(configuration, obstacle, pose, within, every)
    known: Near = configuration.memo[question]
    return known


def _near(
    configuration: Configuration,
    obstacle: Obstacle,
    pose: Array,
    within: float,
    chosen: NDArray[np.int64],
) -> Near:
    robot = configuration.robot
    rotation, translation = _rotation(pose[3:]), pose[:3]
    table = robot.hull_table
    if obstacle.surface is not None:
        surface = obstacle.surface
        return near_surface(configuration, surface, rotation, translation, within, chosen)
    world = configuration.positions(table.joints[chosen], table.centres[chosen])
    local = (world - translation) @ rotation
    placed = coal.Transform3s(rotation, translation)
    request, result = coal.DistanceRequest(), coal.DistanceResult()
    found: list[tuple[float, int, Array, Array]] = []
    for _, geometry, planes in obstacle.parts:
        # A point is at least as far from a convex solid as from the worst of its planes.
        bound = (local @ planes[:, :3].T + planes[:, 3]).max(axis=1) - table.radii[chosen]
        for k in chosen[bound < within]:
            hull = robot.hulls[k]
            at = coal.Transform3s(
                configuration.rotations[hull.joint], configuration.translations[hull.joint]
            )
            result.clear()
            distance = coal.distance(hull.geometry, at, geometry, placed, request, result)
            if obstacle.dents is not None and distance < within:
                place = (result.getNearestPoint2() - translation) @ rotation
                distance += float(obstacle.dents.at(place[None])[0])
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
