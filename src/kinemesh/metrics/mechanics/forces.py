"""Forces at contacts that come nearest to what a motion asks: non-negative least squares."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array

FRICTION = 0.8
"""Coefficient of friction of all contacts [1]."""
_EDGES = 6
"""Edges of the pyramid that stands for a cone: it lies within, and is nowhere 14 % narrower."""
_SPREADS = (1e-2, 1e-3)
"""Weight of the forces' own size, which spreads the load over the contacts: the last one counts,
those before lead there."""
_STEPS = 100
"""Newton steps at most for each; ten are usual."""
_EXACT = 1e-9
"""A slope of this size, of 1 that is asked, is none."""


def cones(normals: Array) -> Array:
    """Edges ``(N, E, 3)`` of friction pyramids about unit ``normals`` ``(N, 3)``.

    Their non-negative sums are the forces; along the normal each edge is 1.
    """
    axis = np.zeros_like(normals)
    np.put_along_axis(axis, np.abs(normals).argmin(axis=1)[:, None], 1.0, axis=1)
    first = np.cross(normals, axis)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(normals, first)
    angles = 2.0 * np.pi * (np.arange(_EDGES) + 0.5) / _EDGES
    aside = np.cos(angles)[:, None] * first[:, None] + np.sin(angles)[:, None] * second[:, None]
    return np.asarray(normals[:, None] + FRICTION * aside)


def nearest_forces(columns: Array, wanted: Array) -> tuple[Array, Array]:
    """Non-negative forces whose sum comes nearest to what is wanted.

    Least is ``|wanted - columns f|^2 + (1e-3)^2 |f|^2``. There are few rows and many columns, so
    the dual is solved, whose unknown is what is left over, ``y``: it is where
    ``|y|^2 / 2 - wanted y + |max(0, y columns)|^2 / 2e-6`` is least, smooth, convex, and quadratic
    piece by piece, so that Newton's method ends after a few steps.

    Args:
        columns: what each force comes to ``(M, C)``.
        wanted: ``(M,)``.

    Returns:
        The forces ``(C,)``, and what is left over ``(M,)``.
    """
    left, forces, size = (
        wanted,
        np.zeros(columns.shape[1]),
        max(1.0, float(np.abs(wanted).max(initial=0.0))),
    )
    for spread in _SPREADS:
        for _ in range(_STEPS):
            along = left @ columns
            active = np.flatnonzero(along > 0.0)
            some = columns[:, active]
            forces = np.zeros(len(along))
            forces[active] = push = along[active] / spread**2
            slope = left - wanted + some @ push
            if np.abs(slope).max() <= _EXACT * size:
                break
            bend = some @ some.T
            bend /= spread**2
            bend.flat[:: len(bend) + 1] += 1.0
            step = -np.linalg.solve(bend, slope)
            slopes = float(step @ (left - wanted)), float(step @ step)
            left = left + _length(along, step @ columns, *slopes, spread) * step
    return forces, left


def _length(here: Array, there: Array, level: float, rise: float, spread: float) -> float:
    """How far along a step the dual is least.

    There its slope, which rises and is linear between the places at which a force comes or goes,
    is zero.

    Args:
        here: of each force ``(C,)``, what it is multiplied by the spread squared, where positive.
        there: how that changes along the step.
        level: slope of the rest at the beginning.
        rise: how that changes along the step.
        spread: weight of the forces' own size.
    """
    on = (here > 0.0) | ((here == 0.0) & (there > 0.0))
    first, second = here * there / spread**2, there * there / spread**2
    level, rise = level + float(first[on].sum()), rise + float(second[on].sum())
    turns = np.flatnonzero(first < 0.0)
    ends = -here[turns] / there[turns]
    order = np.argsort(ends)
    turns, ends = turns[order], ends[order]
    signs = np.where(there[turns] > 0.0, 1.0, -1.0)
    levels = level + np.concatenate([[0.0], np.cumsum(signs * first[turns])])
    rises = rise + np.concatenate([[0.0], np.cumsum(signs * second[turns])])
    over = levels[:-1] + rises[:-1] * ends >= 0.0
    piece = int(over.argmax()) if over.any() else len(ends)
    return float(-levels[piece] / rises[piece])
