"""Plain solids as convex parts: boxes exactly, round ones as polyhedra within half a per cent."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.geometry import poses
from kinemesh.motion import Shape
from kinemesh.motion.moved import mapped_shape

_ROUND = 32
"""Edges around a round solid. Its corners lie as far outside the surface as its faces inside."""
_OUT = 2.0 / (1.0 + np.cos(np.pi / _ROUND))


def box(where: str, size: Array) -> Shape:
    """A box of full ``size`` ``(3,)`` [m]."""
    _positive(where, size)
    return Shape.box(size)


def ellipsoid(where: str, radii: Array) -> Shape:
    """An ellipsoid of ``radii`` ``(3,)`` [m]."""
    _positive(where, radii)
    return Shape.convex(_ball() * radii)


def cylinder(where: str, radius: float, length: float) -> Shape:
    """A cylinder along z of full ``length`` [m]."""
    _positive(where, np.array([radius, length]))
    ring = _ring() * _OUT * radius
    return Shape.convex(
        np.concatenate([np.insert(ring, 2, z, axis=1) for z in (-length / 2.0, length / 2.0)])
    )


def capsule(where: str, radius: float, length: float) -> Shape:
    """A cylinder along z of full ``length`` [m], with a half ball at either end."""
    _positive(where, np.array([radius, length]))
    up = np.array([0.0, 0.0, length / 2.0])
    return Shape.convex(np.concatenate([_ball() * radius + up, _ball() * radius - up]))


def placed(shape: Shape, pose: Array) -> Shape:
    """The shape moved from the frame at ``pose`` ``(7,)`` to the frame the pose is given in."""
    return mapped_shape(shape, lambda points: np.asarray(poses.apply(pose, points)))


def stretched(where: str, shape: Shape, factors: Array) -> Shape:
    """The shape scaled along its axes; negative factors mirror it."""
    if np.any(np.abs(factors) < 1e-9):
        raise ReadError(f"{where}: a scale of {factors.tolist()} leaves nothing of the mesh")
    shape = shape.scaled(np.abs(factors))
    signs = np.sign(factors)
    if np.all(signs > 0.0):
        return shape
    return mapped_shape(
        shape, lambda points: np.asarray(points * signs), flips=bool(np.prod(signs) < 0.0)
    )


def _positive(where: str, sizes: Array) -> None:
    if not np.all(sizes > 0.0):
        raise ReadError(f"{where}: sizes {sizes.tolist()}; expected positive ones in metres")


def _ring() -> Array:
    angle = np.arange(_ROUND) * (2.0 * np.pi / _ROUND)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _ball() -> Array:
    """A unit ball's corners, ring by ring."""
    tilt = np.linspace(-np.pi / 2, np.pi / 2, _ROUND // 2 + 1)[1:-1]
    rings = [np.insert(_ring() * np.cos(t), 2, np.sin(t), axis=1) for t in tilt]
    poles = np.array([[0.0, 0.0, -1.0], [0.0, 0.0, 1.0]])
    return np.asarray(np.concatenate([poles, *rings]) * _OUT)
