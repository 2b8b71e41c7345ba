"""Collision hulls: the URDF's collision geometry as convex hulls, alone and in flat arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from kinemesh.arrays import Array, readonly
from kinemesh.errors import RobotError
from kinemesh.robot.convex import convex_geometry, geometry_points
from kinemesh.robot.description import Description


@dataclass(frozen=True, eq=False)
class Hull:
    """A convex collision hull, in the frame of the joint that moves it."""

    link: str
    """The link that it is of."""
    joint: int
    """Index of the joint that moves it."""
    vertices: Array
    """Vertices ``(N, 3)`` [m] in the joint's frame."""
    geometry: Any
    """coal's convex geometry of :attr:`vertices`."""
    centre: Array
    """Centre ``(3,)`` [m] of the bounding sphere in the joint's frame."""
    radius: float
    """Radius [m] of the bounding sphere."""


@dataclass(frozen=True, eq=False)
class HullTable:
    """All hulls in flat arrays, for one-pass broad phases."""

    vertices: Array
    """Vertices of all hulls ``(M, 3)`` [m], each in its joint's frame."""
    vertex_joints: NDArray[np.int64]
    """Joint of each vertex ``(M,)``."""
    owners: NDArray[np.int64]
    """Hull of each vertex ``(M,)``."""
    starts: NDArray[np.int64]
    """First vertex of each hull ``(H,)``."""
    joints: NDArray[np.int64]
    """Joint of each hull ``(H,)``."""
    centres: Array
    """Centres of the bounding spheres ``(H, 3)`` [m]."""
    radii: Array
    """Radii of the bounding spheres ``(H,)`` [m]."""

    @classmethod
    def from_hulls(cls, hulls: tuple[Hull, ...]) -> HullTable:
        """Stack ``hulls``."""
        counts = [len(hull.vertices) for hull in hulls]
        joints = np.array([hull.joint for hull in hulls], dtype=np.int64)
        return cls(
            np.concatenate([np.zeros((0, 3)), *(hull.vertices for hull in hulls)]),
            np.repeat(joints, counts),
            np.repeat(np.arange(len(hulls)), counts),
            np.cumsum([0, *counts[:-1]], dtype=np.int64)[: len(hulls)],
            joints,
            np.reshape([hull.centre for hull in hulls], (-1, 3)),
            np.array([hull.radius for hull in hulls]),
        )


def load_hulls(model: Any, description: Description) -> tuple[Hull, ...]:
    """The URDF's collision geometry, each mesh or primitive as one convex hull."""
    folder = str(description.urdf.parent)
    try:
        geometry = pin.buildGeomFromUrdf(
            model, str(description.urdf), pin.COLLISION, package_dirs=[folder]
        )
    except (ValueError, RuntimeError) as error:
        raise RobotError(f"{description.urdf}: its collision geometry: {error}") from error
    hulls = []
    for item in geometry.geometryObjects:
        link = model.frames[item.parentFrame].name
        if link in description.no_collision:
            continue
        points = geometry_points(item.geometry)
        placement = item.placement
        hulls.append(
            make_hull(
                link, int(item.parentJoint), points @ placement.rotation.T + placement.translation
            )
        )
    return tuple(hulls)


def make_hull(link: str, joint: int, points: Array) -> Hull:
    """A hull of ``points`` ``(N, 3)`` [m] in the joint's frame."""
    geometry = convex_geometry(points)
    vertices = readonly(geometry.points())
    centre = readonly((vertices.min(axis=0) + vertices.max(axis=0)) / 2.0)
    radius = float(np.linalg.norm(vertices - centre, axis=1).max())
    return Hull(link, joint, vertices, geometry, centre, radius)
