"""Forces at contacts that come nearest to what a motion asks: non-negative least squares."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array

FRICTION = 0.8
"""Coefficient of friction of all contacts [1]."""
_EDGES = 6
"""Edges of the pyramid that stands for a cone: it lies within, and is nowhere 14 % narrower."""
_SPREADS = (1e-1, 1e-2, 1e-3)
"""Weight of the forces' own size, which spreads the load over the contacts: the last one counts,
those before lead there."""
_STEPS = 50
"""Newton steps at most for each; five are usual."""
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
    """Non-negative forces whose sum comes nearest to what is wanted, for many problems at once.

    Least is ``|wanted - columns f|^2 + (1e-3)^2 |f|^2``. There are few rows and many columns, so
    the dual is solved, whose unknown is what is left over, ``y``: it is where
    ``|y|^2 / 2 - wanted y + |max(0, y columns)|^2 / 2e-6`` is least, smooth, convex, and quadratic
    piece by piece, so that Newton's method ends after a few steps.

    Args:
        columns: what each force comes to ``(K, M, C)``; a column of zeros is no force.
        wanted: ``(K, M)``.

    Returns:
        The forces ``(K, C)``, and what is left over ``(K, M)``.
    """
    left, forces = np.array(wanted), np.zeros((len(wanted), columns.shape[2]))
    unit, size = np.eye(wanted.shape[1]), np.maximum(1.0, np.abs(wanted).max(axis=1, initial=0.0))
    for spread in _SPREADS:
        busy = np.arange(len(wanted))
        for _ in range(_STEPS):
            some, y = columns[busy], left[busy]
            forces[busy] = push = np.maximum(y[:, None] @ some, 0.0)[:, 0] / spread**2
            slope = y - wanted[busy] + (some @ push[:, :, None])[..., 0]
            on = np.abs(slope).max(axis=1) > _EXACT * size[busy]
            if not on.any():
                break
            busy, some, y, slope = busy[on], some[on], y[on], slope[on]
            active = some * (push[on] > 0.0)[:, None]
            bend = unit + active @ active.transpose(0, 2, 1) / spread**2
            step = -np.linalg.solve(bend, slope[..., None])[..., 0]
            left[busy] += _length(some, y - wanted[busy], y, step, spread)[:, None] * step
    return forces, left


def _length(columns: Array, short: Array, y: Array, step: Array, spread: float) -> Array:
    """How far along each ``step`` the dual is least ``(K,)``.

    There its slope, which rises and is linear between the places at which a force comes or goes,
    is zero.
    """
    here, there = (y[:, None] @ columns)[:, 0], (step[:, None] @ columns)[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.where(here * there < 0.0, -here / there, np.inf)
    order = np.argsort(ends, axis=1)
    ends = np.take_along_axis(ends, order, axis=1)
    comes = np.where(np.take_along_axis(there, order, axis=1) > 0.0, 1.0, -1.0)
    acts = (here > 0.0) | ((here == 0.0) & (there > 0.0))

    def summed(terms: Array, own: Array) -> Array:
        """Before the first end, and after each of them ``(K, C + 1)``."""
        change = comes * np.take_along_axis(terms, order, axis=1)
        change[~np.isfinite(ends)] = 0.0
        change = np.cumsum(change, axis=1)
        start = np.sum(terms * acts, axis=1, keepdims=True)
        return np.hstack([start, start + change]) / spread**2 + own[:, None]

    level = summed(here * there, np.sum(step * short, axis=1))
    rise = summed(there * there, np.sum(step * step, axis=1))
    last = np.hstack([ends, np.full((len(y), 1), np.inf)])
    with np.errstate(invalid="ignore"):
        over = np.where(np.isfinite(last), level + rise * last, np.inf) >= 0.0
    piece = np.arange(len(y)), over.argmax(axis=1)
    return np.asarray(-level[piece] / rise[piece])
