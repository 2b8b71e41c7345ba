"""Distances between the robot's hulls and sheets: surfaces with two sides and no inside.

Which side is the right one is told by the robot's body, not by the sheet: it hangs together, and
the side that most of it is on is where the rest belongs. A hull whose centre is reached along the
limbs through the sheet is on the wrong side as a whole, and so is a vertex beyond its own hull's
centre. What is on the wrong side is as far inside as it is from the sheet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.geometry.shape import Shape
from kinemesh.proximity.signed_distances import SignedDistances
from kinemesh.proximity.surface import (
    DOUBT,
    POKES,
    Outcrops,
    nearest_vertices,
    octants,
    pokes_of,
)
from kinemesh.proximity.twosided import TwoSided
from kinemesh.robot.model import Configuration

Flags = NDArray[np.bool_]
Labels = NDArray[np.int64]

_CREASE = np.cos(np.radians(15.0))
"""Where a sheet turns by more than this between two triangles, the edge sticks out."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """The triangles of a shape that bound nothing, ready for distance queries."""

    triangles: TwoSided
    outcrops: Outcrops
    """Points on its rims and creases."""

    @classmethod
    def from_shape(cls, shape: Shape) -> Sheet:
        """The :attr:`~Shape.sheets` of ``shape``."""
        triangles = TwoSided.from_corners(np.asarray(shape.vertices[shape.faces[shape.sheets]]))
        return cls(triangles, Outcrops.from_points(triangles.sharp(_CREASE)))


def near_sheet(
    configuration: Configuration,
    sheet: Sheet,
    rotation: Array,
    translation: Array,
    within: float,
    hulls: Labels,
) -> SignedDistances:
    """Places where ``hulls`` are less than ``within`` [m] from a sheet, some rows a hull.

    The nearest vertex in each octant of a hull, negative where it is beyond the sheet; and the
    points of the sheet's rims and creases that come near facets, as on the surface of a solid.
    """
    table = configuration.robot.hull_table
    local = (configuration.spheres - translation) @ rotation
    beyond = _beyond(configuration, sheet.triangles, rotation, translation, local)
    furthest = within + float(table.radii[hulls].max(initial=0.0))
    least = sheet.triangles.at_least(local[hulls], furthest)
    close = (least - table.radii[hulls] < within) | beyond[hulls]
    hulls = hulls[close]
    wanted = np.zeros(len(table.starts), dtype=bool)
    wanted[hulls] = True
    index = np.flatnonzero(wanted[table.owners])
    world = configuration.positions(table.vertex_joints[index], table.vertices[index])
    places = (world - translation) @ rotation
    owners = table.owners[index]
    near, value, away = sheet.triangles.seen_from(places, local[owners], beyond[owners], within)
    index, owners = index[near], owners[near]
    parts = octants(table.vertices[index] - table.centres[owners])
    kept = nearest_vertices(value, owners, parts)
    right = hulls[~beyond[hulls]]
    pokes = pokes_of(
        configuration,
        sheet.outcrops,
        rotation,
        translation,
        min(within, POKES),
        right,
        local[right],
    )
    return SignedDistances.together(
        SignedDistances(
            value[kept],
            table.joints[owners[kept]],
            world[near[kept]],
            away[kept] @ rotation.T,
            owners[kept],
        ),
        SignedDistances(pokes[0] - DOUBT, *pokes[1:]),
    )


def _beyond(
    configuration: Configuration,
    triangles: TwoSided,
    rotation: Array,
    translation: Array,
    centres: Array,
) -> Flags:
    """Which hulls ``(H,)`` are on another side of the sheet than most of the robot.

    Args:
        configuration: the robot.
        triangles: the sheet's.
        rotation: its ``(3, 3)``.
        translation: its ``(3,)`` [m].
        centres: of the hulls, in its frame ``(H, 3)`` [m].
    """
    robot = configuration.robot
    joints = (configuration.translations - translation) @ rotation
    parents = np.array(list(robot.pin_model.parents), dtype=np.int64)
    moving = np.arange(2, len(parents))  # the first joint is the base, and hangs on nothing
    carriers = robot.hull_table.joints
    crossed = triangles.crossed(
        np.concatenate([joints[parents[moving]], joints[carriers]]),
        np.concatenate([joints[moving], centres]),
    )
    if not crossed.any():
        return np.zeros(len(centres), dtype=bool)
    other = np.zeros(len(parents), dtype=bool)
    for joint in moving:  # parents come before their children
        other[joint] = other[parents[joint]] ^ crossed[joint - 2]
    wrong = other[carriers] ^ crossed[len(moving) :]
    size = robot.hull_table.radii**2
    most = float(size[wrong].sum()) > 0.5 * float(size.sum())
    return np.asarray(wrong ^ most)
