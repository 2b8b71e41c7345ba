"""Points on plain solids: exact for boxes, a polyhedron that encloses round ones otherwise."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array

_ROUND = 16
"""Edges around a round solid."""


def box(size: Array) -> Array:
    """Corners ``(8, 3)`` of a box of full ``size`` ``(3,)`` [m]."""
    signs = np.array([[i, j, k] for i in (-1, 1) for j in (-1, 1) for k in (-1, 1)])
    return np.asarray(signs * np.asarray(size) / 2.0)


def sphere(radius: float) -> Array:
    """Points around a ball ``(N, 3)`` [m]; at most 4 % outside."""
    tilt = (np.arange(_ROUND // 2) + 0.5) * np.pi / (_ROUND // 2) - np.pi / 2.0
    rings = [np.insert(_ring() * np.cos(t), 2, np.sin(t), axis=1) for t in tilt]
    poles = np.array([[0.0, 0.0, -1.0], [0.0, 0.0, 1.0]])
    out = 1.0 / np.cos(np.pi / _ROUND) ** 2
    return np.asarray(np.concatenate([np.concatenate(rings) * out, poles]) * radius)


def cylinder(radius: float, length: float) -> Array:
    """Points around a cylinder along z of full ``length`` ``(N, 3)`` [m]."""
    ring = _ring() * radius / np.cos(np.pi / _ROUND)
    ends = (-length / 2.0, length / 2.0)
    return np.concatenate([np.insert(ring, 2, z, axis=1) for z in ends])


def capsule(radius: float, length: float) -> Array:
    """Points around a cylinder of ``length`` with a half ball at either end ``(N, 3)`` [m]."""
    up = np.array([0.0, 0.0, length / 2.0])
    ball = sphere(radius)
    return np.concatenate([ball + up, ball - up])


def _ring() -> Array:
    angle = (np.arange(_ROUND) + 0.5) * (2.0 * np.pi / _ROUND)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)
