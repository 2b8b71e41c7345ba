"""coal's convex geometries, made from points and turned back into points."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import coal
import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import RobotError
from kinemesh.robot.meshfile import check_mesh

_ROUND = 16
"""Points around a cylinder, capsule or sphere that stands in for its round surface."""


def convex_geometry(points: Array) -> Any:
    """Coal's convex hull of ``points`` ``(N, 3)`` [m], with neighbours for a fast GJK.

    The hull is computed here and not taken from the mesh's own triangles: coal believes those
    even when the mesh is not convex, and then reports distances that are centimetres off.
    """
    cloud = coal.StdVec_Vec3s()
    for point in np.asarray(points, dtype=np.float64):
        cloud.append(point)
    return coal.ConvexBase.convexHull(cloud, True, "Qt")


def geometry_points(geometry: Any) -> Array:
    """Points ``(N, 3)`` [m] whose hull contains a geometry that a URDF may hold.

    Raises:
        RobotError: the kind of geometry is not known here.
    """
    if isinstance(geometry, coal.BVHModelBase):
        return np.asarray(geometry.vertices())
    if isinstance(geometry, coal.ConvexBase):
        return np.asarray(geometry.points())
    if isinstance(geometry, coal.Box):
        signs = np.array([[i, j, k] for i in (-1, 1) for j in (-1, 1) for k in (-1, 1)])
        return np.asarray(signs * geometry.halfSide)
    if isinstance(geometry, coal.Sphere):
        return _ball(geometry.radius)
    if isinstance(geometry, coal.Capsule):
        ball, up = _ball(geometry.radius), np.array([0.0, 0.0, geometry.halfLength])
        return np.concatenate([ball + up, ball - up])
    if isinstance(geometry, coal.Cylinder):
        angle = np.arange(_ROUND) * (2.0 * np.pi / _ROUND)
        radius = geometry.radius / np.cos(np.pi / _ROUND)  # circumscribed: contains the circle
        ring = np.stack([radius * np.cos(angle), radius * np.sin(angle), 0.0 * angle], axis=1)
        up = np.array([0.0, 0.0, geometry.halfLength])
        return np.concatenate([ring + up, ring - up])
    raise RobotError(
        f"collision geometry {type(geometry).__name__} is not supported; "
        f"use a mesh, box, sphere, capsule or cylinder"
    )


def collada_corners(path: Path) -> Array:
    """Corners ``(N, 3)`` of everything in a ``.dae``, in metres, its own placements applied.

    Raises:
        RobotError: it cannot be read, or takes in other files.
    """
    check_mesh(path)
    try:
        mesh = coal.MeshLoader().load(str(path), np.ones(3))
        return np.asarray(mesh.vertices(), dtype=np.float64)
    except (ValueError, RuntimeError) as error:
        raise RobotError(f"{path.name} cannot be read as a COLLADA mesh ({error})") from error


def _ball(radius: float) -> Array:
    """Points of a polyhedron that contains the sphere, and is at most 6 % larger."""
    angle = np.arange(_ROUND) * (2.0 * np.pi / _ROUND)
    rings = [
        np.stack([np.cos(a) * np.cos(angle), np.cos(a) * np.sin(angle), 0 * angle + np.sin(a)], 1)
        for a in np.linspace(-np.pi / 2, np.pi / 2, _ROUND // 2 + 1)
    ]
    return np.asarray(np.concatenate(rings) * radius * 1.06)
