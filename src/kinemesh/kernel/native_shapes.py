"""What the compiled kernel makes of points and shapes: the mesh, and true surfaces."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import kinemesh.kernel._native as _native
from kinemesh.arrays import Array
from kinemesh.geometry import inside
from kinemesh.geometry.field import DistanceField, layout, sample_step, surface_points
from kinemesh.geometry.shape import Shape
from kinemesh.kernel import reference_mesh
from kinemesh.proximity.surface import PROTRUDES, STEP, Outcrops, TrueSurface

_TOUCHING = 1e-6
"""Nodes of a field this near [m] to the surface may be on either side."""
_FEW = 2000
"""So many of them are asked one by one."""

# ---- the mesh: the reference's answers, where they are too close to call


def adjacency(points: Array) -> NDArray[np.bool_]:
    """As :func:`kinemesh.kernel.reference_mesh.adjacency`."""
    found = _native.adjacency(points)
    return reference_mesh.adjacency(points) if found is None else found


def deltas(adjacent: NDArray[np.bool_], points: Array) -> Array:
    """As :func:`kinemesh.kernel.reference_mesh.deltas`."""
    return _native.deltas(adjacent, points)


def laplacian_target(
    adjacent: NDArray[np.bool_], wanted: Array, anchors: Array, weights: Array
) -> tuple[Array, Array, float]:
    """As :func:`kinemesh.kernel.reference_mesh.laplacian_target`."""
    found = _native.target(adjacent, wanted, anchors, weights)
    if found is None:
        return reference_mesh.laplacian_target(adjacent, wanted, anchors, weights)
    return found


def target_of_points(
    joggled: Array, source: Array, anchors: Array, weights: Array
) -> tuple[Array, Array, float]:
    """As :func:`kinemesh.kernel.reference_mesh.target_of_points`."""
    found: tuple[Array, Array, float] | None
    found = _native.target_of_points(joggled, source, anchors, weights)
    if found is None:
        return reference_mesh.target_of_points(joggled, source, anchors, weights)
    return found


# ---- true surfaces


def true_surface(shape: Shape) -> TrueSurface:
    """As :meth:`TrueSurface.from_shape`, many times faster, its field exact near the surface."""
    corners = np.asarray(shape.vertices[shape.faces])
    field = _distance_field(shape, corners)
    ready = _native.Field(field.values, field.origin, field.spacing)
    points = ready.outcrops(corners, sample_step(corners), STEP, PROTRUDES)
    return TrueSurface(field, Outcrops.clustered(points))


def _distance_field(shape: Shape, corners: Array) -> DistanceField:
    origin, spacing, counts = layout(shape)
    distance, side = _native.baked(corners, origin, spacing, counts.tolist())
    unsure = np.flatnonzero((side == 0) & (distance > _TOUCHING))
    if shape.kind == "closed" and len(unsure) <= _FEW:
        side.reshape(-1)[unsure] = inside.exact(shape, unsure, side, origin, spacing)
        return DistanceField(
            origin, spacing, np.where(side < 0, -distance, distance).astype(np.float32)
        )
    points, areas, _ = surface_points(shape)
    sign = inside.signs(shape, points, areas, distance, origin, spacing)
    return DistanceField(origin, spacing, (sign * distance).astype(np.float32))
