"""Distances between the robot's hulls and the true surface of a solid of any shape.

Looked at from both sides: the hulls' vertices in the solid's distance field, and points of the
surface that stick out against the hulls' facets. Vertices alone would miss an edge that pokes
into a flat facet, or a hull that is cut by a sheet; what crosses a surface has points of it inside.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array, readonly
from kinemesh.geometry.field import DistanceField, surface_points, thinned
from kinemesh.geometry.shape import Shape
from kinemesh.proximity.hull_heights import facets_of
from kinemesh.proximity.signed_distances import SignedDistances
from kinemesh.robot.model import Configuration

STEP = 0.003
"""Points of the surface that are held against facets are this far apart [m]."""
_CLUSTER = 0.012
"""They are looked up in clusters of this size [m]."""
PROTRUDES = ((0.008, 0.0004), (0.04, 0.001))
"""A point sticks out when the distance [m], on average over six points this far [m] around it, is
larger than this [m]: flat and hollow places meet the hulls' vertices first."""
POKES = 0.015
"""Points of the surface count from this distance [m] on."""
SPREAD = (0.01, 0.003)
"""A hull's rows are no further [m] than this from its nearest one: vertices, surface points. What
is further off is not met before the next iteration asks again."""

DOUBT = 0.0008
"""Distances are called less than they are by this [m]: between sample points a thin slat stands
out by about that much unseen."""


@dataclass(frozen=True, eq=False)
class Outcrops:
    """Points of a surface that stick out, in clusters."""

    points: Array
    """``(N, 3)`` [m] in the solid's frame, cluster by cluster."""
    starts: NDArray[np.int64]
    """First point of every cluster ``(C,)``, and the number of points."""
    centres: Array
    """Centre of every cluster ``(C, 3)`` [m]."""
    radii: Array
    """Radius of every cluster ``(C,)`` [m]."""

    @classmethod
    def from_points(cls, points: Array) -> Outcrops:
        """``points`` ``(N, 3)`` [m], the first of each small cube."""
        return cls.clustered(points[thinned(points, STEP)] if len(points) else points)

    @classmethod
    def clustered(cls, points: Array) -> Outcrops:
        """All of ``points`` ``(N, 3)`` [m]."""
        cube = np.floor(points / _CLUSTER).astype(np.int64)
        order = np.lexsort(cube.T)
        points, cube = points[order], cube[order]
        new = np.any(np.diff(cube, axis=0, prepend=cube[:1] - 1), axis=1)
        first = np.flatnonzero(new)
        low, high = (
            end.reduceat(points, first) if len(first) else points
            for end in (np.minimum, np.maximum)
        )
        centres = (low + high) / 2.0
        away = np.linalg.norm(points - centres[np.cumsum(new) - 1], axis=1)
        radii = np.maximum.reduceat(away, first) if len(first) else away
        starts = np.append(first, len(points))
        return cls(readonly(points), readonly(starts, np.int64), readonly(centres), readonly(radii))


@dataclass(frozen=True, eq=False)
class TrueSurface:
    """A solid's distance field, and the points of its surface that stick out."""

    field: DistanceField
    outcrops: Outcrops

    @classmethod
    def from_shape(cls, shape: Shape) -> TrueSurface:
        """Prepare ``shape``, all of which bounds a solid: some seconds for a scan."""
        field = DistanceField.from_shape(shape)
        points = surface_points(shape)[0]
        points = points[thinned(points, STEP / 2.0)]
        out = np.zeros(len(points))
        for reach, least in PROTRUDES:
            around = np.concatenate([reach * np.eye(3), -reach * np.eye(3)])
            mean = np.mean([field.look_up(points + step) for step in around], axis=0)
            out = np.maximum(out, mean / least)
        # The first of a cube stays: let that be the one that sticks out most.
        order = np.argsort(-out, kind="stable")
        return cls(field, Outcrops.from_points(points[order][: int(np.sum(out > 1.0))]))


def near_surface(
    configuration: Configuration,
    surface: TrueSurface,
    rotation: Array,
    translation: Array,
    within: float,
    hulls: NDArray[np.int64],
) -> SignedDistances:
    """Places where ``hulls`` are less than ``within`` [m] from the surface, some rows a hull.

    The nearest vertex in each octant of a hull, with the field's value and direction, or the
    nearest alone where that is 1.5 cm off; and the nearest surface point in each octant with its
    height over the hull's facets, where it is less than 1.5 cm. Heights are the depth where a
    point is inside the hull, and at most its distance where it is not.
    """
    table = configuration.robot.hull_table
    centres = configuration.positions(table.joints[hulls], table.centres[hulls])
    local = (centres - translation) @ rotation
    close = surface.field.look_up(local) - table.radii[hulls] < within
    hulls, local = hulls[close], local[close]
    vertices = _vertices(configuration, surface, rotation, translation, within, hulls)
    pokes = pokes_of(
        configuration, surface.outcrops, rotation, translation, min(within, POKES), hulls, local
    )
    distance, *rest = (np.concatenate(pair) for pair in zip(vertices, pokes, strict=True))
    return SignedDistances(distance - DOUBT, *rest)


Rows = tuple[Array, NDArray[np.int64], Array, Array, NDArray[np.int64]]


def _vertices(
    configuration: Configuration,
    surface: TrueSurface,
    rotation: Array,
    translation: Array,
    within: float,
    hulls: NDArray[np.int64],
) -> Rows:
    """Vertices near the surface: the columns of :class:`SignedDistances`."""
    table = configuration.robot.hull_table
    wanted = np.zeros(len(table.starts), dtype=bool)
    wanted[hulls] = True
    index = np.flatnonzero(wanted[table.owners])
    world = configuration.positions(table.vertex_joints[index], table.vertices[index])
    local = (world - translation) @ rotation
    value = surface.field.look_up(local)
    near = np.flatnonzero(value < within)
    index = index[near]
    owners = table.owners[index]
    parts = octants(table.vertices[index] - table.centres[owners])
    kept = nearest_vertices(value[near], owners, parts)
    chosen = near[kept]
    value, gradient = surface.field.with_gradients(local[chosen])
    length = np.linalg.norm(gradient, axis=1)[:, None]
    up = np.array([0.0, 0.0, 1.0])
    normals = np.where(length > 1e-6, gradient / np.maximum(length, 1e-6), up) @ rotation.T
    return value, table.joints[owners[kept]], world[chosen], normals, owners[kept]


def pokes_of(
    configuration: Configuration,
    surface: Outcrops,
    rotation: Array,
    translation: Array,
    within: float,
    hulls: NDArray[np.int64],
    local: Array,
) -> Rows:
    """Surface points near facets: the columns of :class:`SignedDistances`.

    ``local`` ``(H, 3)`` [m] are the centres of ``hulls`` in the solid's frame.
    """
    table = configuration.robot.hull_table
    facets = facets_of(table, POKES)
    away = np.sum(local**2, axis=1)[:, None] + np.sum(surface.centres**2, axis=1)
    away -= 2.0 * local @ surface.centres.T
    reach = table.radii[hulls][:, None] + surface.radii + within
    which, cluster = np.nonzero(away < reach**2)
    turns = np.matmul(configuration.rotations[table.joints[hulls]].transpose(0, 2, 1), rotation)
    behind = translation - configuration.translations[table.joints[hulls]]
    shifts = np.einsum("hji,hj->hi", configuration.rotations[table.joints[hulls]], behind)
    # Clusters first, then their points, by bounds of their heights; exactly in the end.
    places = _moved(turns, shifts, which, surface.centres[cluster])
    least, _ = facets.bounds(hulls[which], places)
    kept = np.flatnonzero(least - surface.radii[cluster] < within)
    which, cluster = which[kept], cluster[kept]
    counts = surface.starts[cluster + 1] - surface.starts[cluster]
    pair = np.repeat(np.arange(len(which)), counts)
    index = np.arange(len(pair)) + (surface.starts[cluster] - np.cumsum(counts) + counts)[pair]
    which = which[pair]
    places = _moved(turns, shifts, which, surface.points[index])
    owners = hulls[which]
    away = np.linalg.norm(places - table.centres[owners], axis=1)
    kept = np.flatnonzero(away < table.radii[owners] + within)
    places, owners, index, which = places[kept], owners[kept], index[kept], which[kept]
    least, most = facets.bounds(owners, places)
    limits = np.full(len(hulls), within)
    np.minimum.at(limits, which, most + SPREAD[1])
    kept = np.flatnonzero(least <= limits[which])
    places, owners, index = places[kept], owners[kept], index[kept]
    height, normals = facets.exact(owners, places)
    near = np.flatnonzero(height < within)
    places, owners, index, height = places[near], owners[near], index[near], height[near]
    normals = normals[near]
    chosen = nearest_each(height, owners, octants(places - table.centres[owners]), SPREAD[1])
    owners, index, height, normals = owners[chosen], index[chosen], height[chosen], normals[chosen]
    joints = table.joints[owners]
    outward = np.matmul(configuration.rotations[joints], normals[:, :, None])[:, :, 0]
    points = surface.points[index] @ rotation.T + translation
    return height, joints, points - height[:, None] * outward, -outward, owners


def _moved(turns: Array, shifts: Array, which: NDArray[np.int64], points: Array) -> Array:
    return np.asarray(np.matmul(turns[which], points[:, :, None])[:, :, 0] + shifts[which])


def octants(offsets: Array) -> NDArray[np.int64]:
    """Which of the eight octants each of ``offsets`` ``(N, 3)`` is in ``(N,)``."""
    return np.asarray((offsets > 0.0) @ np.array([4, 2, 1]))


def nearest_vertices(
    value: Array, owners: NDArray[np.int64], parts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Index of those of a hull's vertices that are worth a row: near by the least of every octant.

    Of a hull that nothing is about to touch, no nearer than :data:`POKES`, the nearest alone.
    """
    kept = nearest_each(value, owners, parts, SPREAD[0])
    least = np.full(int(owners.max(initial=0)) + 1, np.inf)
    np.minimum.at(least, owners[kept], value[kept])
    mine = least[owners[kept]]
    return np.asarray(kept[(value[kept] <= mine) | (mine < POKES)])


def nearest_each(
    value: Array, owners: NDArray[np.int64], parts: NDArray[np.int64], spread: float
) -> NDArray[np.int64]:
    """Index of the least of ``value`` ``(N,)`` in every part (of 32^3) of every owner.

    Only of those no more than ``spread`` above the owner's least.
    """
    order = np.argsort(value, kind="stable")
    key = owners[order] * 32**3 + parts[order]
    _, first = np.unique(key, return_index=True)
    kept = order[first]
    least = np.full(int(owners.max(initial=0)) + 1, np.inf)
    np.minimum.at(least, owners[kept], value[kept])
    return np.asarray(kept[value[kept] <= least[owners[kept]] + spread])
