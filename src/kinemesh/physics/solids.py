"""Convex bodies for MuJoCo: boxes as boxes, which it collides best, all others as meshes."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array

ROBOT, PROPS = 1, 2
"""Kinds of what moves: the robot's parts meet all but each other, props meet all."""
GRIP = (0.02, 0.001)
"""Friction against twisting and rolling on the spot [m]."""
_SQUARE = 1e-4
"""Corners this near [m] to a box's are a box's."""


def add_solid(spec: Any, body: Any, points: Array, **settings: Any) -> None:
    """Give ``body`` the convex hull of ``points`` ``(N, 3)`` [m] in its frame, without mass.

    Args:
        spec: the specification that the body is of.
        body: gets the solid.
        points: whose hull it is.
        settings: of MuJoCo's geom: what it collides with, friction.
    """
    import mujoco

    settings = {"mass": 0.0, **settings}
    box = as_box(points)
    if box is not None:
        centre, turn, half = box
        quaternion = Rotation.from_matrix(turn).as_quat()[[3, 0, 1, 2]]
        body.add_geom(
            type=mujoco.mjtGeom.mjGEOM_BOX, pos=centre, quat=quaternion, size=half, **settings
        )
        return
    name = f"solid {len(spec.meshes)}"
    mesh = spec.add_mesh(name=name, uservert=np.ascontiguousarray(points).ravel())
    mesh.inertia = mujoco.mjtMeshInertia.mjMESH_INERTIA_CONVEX
    body.add_geom(type=mujoco.mjtGeom.mjGEOM_MESH, meshname=name, **settings)


def as_box(points: Array) -> tuple[Array, Array, Array] | None:
    """Centre ``(3,)``, axes as columns ``(3, 3)`` and half sizes ``(3,)`` [m] of eight corners.

    None where they are no box's.
    """
    if len(points) != 8:
        return None
    away = points - points[0]
    order = np.argsort(np.linalg.norm(away, axis=1))
    # The nearest two corners are along edges; the third edge may be longer than a diagonal.
    first, second = away[order[1]], away[order[2]]
    normal = np.cross(first, second)
    if not np.linalg.norm(normal) > 0.0:
        return None
    normal /= np.linalg.norm(normal)
    third = normal * (away @ normal)[np.argmax(np.abs(away @ normal))]
    edges = np.stack([first, second, third])
    half = np.linalg.norm(edges, axis=1) / 2.0
    if not half.min() > _SQUARE:
        return None
    centre = points[0] + edges.sum(axis=0) / 2.0
    axes = (edges / (2.0 * half[:, None])).T
    if np.linalg.det(axes) < 0.0:
        axes[:, 2] *= -1.0
    own = np.abs((points - centre) @ axes)
    return (centre, axes, half) if np.abs(own - half).max() < _SQUARE else None
