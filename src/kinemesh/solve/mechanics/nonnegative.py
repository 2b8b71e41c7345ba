"""Non-negative least squares of few rows, many at once."""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

from kinemesh.arrays import Array

_ROUNDS, _FEW = 8, 8
"""Newton steps at most; what is left after these, a few in a hundred, or no more than so many from
the start, is solved one by one."""
_HALVES = 12
"""Times that a step is halved at most."""
_DONE = 1e-11
"""Where a step changes x by no more than so, which columns are active is a matter of rounding."""


def nonnegative(matrices: Array, wanted: Array, spread: float) -> Array:
    r"""The least of many quadratics over what is not negative.

    .. math:: \min_{x \ge 0} \|b - A x\|^2 + \epsilon^2 \|x\|^2

    of which each has one minimum: :math:`x = \max(A^T y, 0)` where :math:`\epsilon^2 y = b - A x`.
    That has as many unknowns y as A has rows, and is solved by Newton's method (Qi & Sun 1993) on
    the convex function that it is the gradient of.

    Args:
        matrices: A ``(F, m, n)``; columns of zeros, and rows of zeros where b is 0, are as none.
        wanted: b ``(F, m)``.
        spread: :math:`\epsilon`, over 0.

    Returns:
        The minima ``(F, n)``, to rounding.
    """
    found = np.zeros((len(matrices), matrices.shape[2]))
    if not found.size:
        return found
    ridge = spread**2 * np.eye(matrices.shape[1])
    some, a, b = np.arange(len(matrices)), matrices, wanted
    y = _solved(a @ a.transpose(0, 2, 1) + ridge, b)
    for _ in range(_ROUNDS):
        if len(some) <= _FEW:
            break
        z = _down(a, y)
        active = z > 0.0
        own = a * active[:, None]
        square = own @ a.transpose(0, 2, 1) + ridge
        uphill = spread**2 * y + _up(a, np.maximum(z, 0.0)) - b
        step = -_solved(square, uphill)
        change = _down(a, step)
        before, after = np.maximum(z, 0.0), np.maximum(z + change, 0.0)
        same = ((after > 0.0) == active).all(axis=1)
        done = same | (np.abs(after - before).max(axis=1) < _DONE)
        x = np.where(active, after, 0.0)[done]
        found[some[done]] = _polished(own[done], b[done], x, square[done], spread)
        more = ~done
        some, a, b, y = some[more], a[more], b[more], y[more]
        y = y + _downhill(b, y, step[more], z[more], change[more], spread) * step[more]
    for k, one, other in zip(some.tolist(), a, b, strict=True):
        square = np.vstack([one, spread * np.eye(one.shape[1])])
        found[k] = nnls(square, np.concatenate([other, np.zeros(one.shape[1])]))[0]
    return found


def _downhill(b: Array, y: Array, step: Array, z: Array, change: Array, spread: float) -> Array:
    """How much of a step ``(F, 1)`` does not go uphill at its end."""
    share = np.ones(len(y))
    fixed = spread**2 * np.einsum("fm,fm->f", y, step) - np.einsum("fm,fm->f", b, step)
    rise = spread**2 * np.einsum("fm,fm->f", step, step)
    for _ in range(_HALVES):
        there = np.maximum(z + share[:, None] * change, 0.0)
        up = fixed + share * rise + np.einsum("fn,fn->f", there, change) > 0.0
        if not up.any():
            break
        share[up] *= 0.5
    return share[:, None]


def _polished(own: Array, b: Array, x: Array, square: Array, spread: float) -> Array:
    """The minimum ``(F, n)`` over the active columns, from near by.

    Where b is out of reach y is large, and x, a small difference of its parts, has lost digits.
    """
    left = _down(own, b - _up(own, x)) - spread**2 * x
    inner = _solved(square, _up(own, left))
    return np.asarray(np.maximum(x + (left - _down(own, inner)) / spread**2, 0.0))


def _solved(square: Array, right: Array) -> Array:
    return np.asarray(np.linalg.solve(square, right[:, :, None])[:, :, 0], dtype=np.float64)


def _up(a: Array, x: Array) -> Array:
    return np.asarray((a @ x[:, :, None])[:, :, 0])


def _down(a: Array, y: Array) -> Array:
    return np.asarray((y[:, None] @ a)[:, 0])
