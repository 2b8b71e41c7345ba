"""Forces at contacts that come nearest to what a motion asks: non-negative least squares."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array

FRICTION = 0.8
"""Coefficient of friction of all contacts [1]."""
_EDGES = 6
"""Edges of the pyramid that stands for a cone: it lies within, and is nowhere 14 % narrower."""
_SPREAD = 1e-3
"""Weight of the forces' own size, which spreads the load over the contacts."""
_STEPS = 50
"""Newton steps at most; six are usual."""
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
    piece by piece, so that Newton's method ends after a few steps; where it does not, an
    active-set method is asked.

    Args:
        columns: what each force comes to ``(K, M, C)``; a column of zeros is no force.
        wanted: ``(K, M)``.

    Returns:
        The forces ``(K, C)``, and what is left over ``(K, M)``.
    """
    left, forces = np.array(wanted), np.zeros((len(wanted), columns.shape[2]))
    unit, size = np.eye(wanted.shape[1]), np.maximum(1.0, np.abs(wanted).max(axis=1, initial=0.0))
    busy, some = np.arange(len(wanted)), columns
    for _ in range(_STEPS):
        y = left[busy]
        along = (y[:, None] @ some)[:, 0]
        forces[busy] = push = np.maximum(along, 0.0) / _SPREAD**2
        slope = y - wanted[busy] + (some @ push[:, :, None])[..., 0]
        on = np.abs(slope).max(axis=1) > _EXACT * size[busy]
        if not on.all():
            busy, some, y, along, slope = busy[on], some[on], y[on], along[on], slope[on]
            if not len(busy):
                return forces, left
        active = some * (along > 0.0)[:, None]
        bend = unit + active @ some.transpose(0, 2, 1) / _SPREAD**2
        step = -np.linalg.solve(bend, slope[:, :, None])[..., 0]
        across = (step[:, None] @ some)[:, 0]
        level, rise = np.sum(step * (y - wanted[busy]), axis=1), np.sum(step * step, axis=1)
        left[busy] += _length(along, across, level, rise)[:, None] * step
    for k in busy.tolist():
        forces[k] = _by_sets(columns[k], wanted[k])
        left[k] = wanted[k] - columns[k] @ forces[k]
    return forces, left


def _by_sets(columns: Array, wanted: Array) -> Array:
    """The same for one problem, by an active-set method: slow, and sure."""
    from scipy.optimize import nnls  # here: a fifth of a second of start-up

    count = columns.shape[1]
    whole = np.vstack([columns, _SPREAD * np.eye(count)])
    return np.asarray(nnls(whole, np.concatenate([wanted, np.zeros(count)]), maxiter=30 * count)[0])


def _length(here: Array, there: Array, level: Array, rise: Array) -> Array:
    """How far along steps the duals are least ``(K,)``.

    There the slope, which rises and is linear between the places at which a force comes or goes,
    is zero.

    Args:
        here: the forces ``(K, C)``, where positive, times the spread squared.
        there: how these change along the step.
        level: slope of the rest at the beginning ``(K,)``.
        rise: how that changes along the step ``(K,)``.
    """
    first, second = here * there / _SPREAD**2, there * there / _SPREAD**2
    on = (here > 0.0) | ((here == 0.0) & (there > 0.0))
    level, rise = level + np.sum(first * on, axis=1), rise + np.sum(second * on, axis=1)
    turns = first < 0.0
    ends = np.where(turns, -here / np.where(turns, there, 1.0), np.inf)
    order = np.argsort(ends, axis=1)[:, : max(1, int(turns.sum(axis=1).max()))]
    rows = np.arange(len(here))[:, None]
    ends, turns = ends[rows, order], turns[rows, order]
    signs = np.where(turns, np.sign(there[rows, order]), 0.0)
    levels = level[:, None] + np.cumsum(signs * first[rows, order], axis=1)
    rises = rise[:, None] + np.cumsum(signs * second[rows, order], axis=1)
    levels, rises = np.column_stack([level, levels]), np.column_stack([rise, rises])
    ends = np.where(turns, ends, 0.0)
    over = np.ones(levels.shape, dtype=bool)
    over[:, :-1] = (levels[:, :-1] + rises[:, :-1] * ends >= 0.0) | ~turns
    piece = np.arange(len(here)), over.argmax(axis=1)
    return np.asarray(-levels[piece] / rises[piece])
