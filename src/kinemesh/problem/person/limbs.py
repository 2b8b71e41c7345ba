"""Limbs of two bones: a middle joint for an end that is elsewhere, and lengths kept."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array

_SHORT = 1e-9
"""A vector shorter than this [m] has no direction."""
_BEND = 0.02
"""A limb bent by less than this share of its length is bent, the less the more, the usual way."""


def unit(vectors: Array) -> Array:
    """``vectors`` ``(..., 3)`` of length 1; those that have no direction are left as they are."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), _SHORT))


def directions(vectors: Array, otherwise: Array) -> Array:
    """Unit directions of ``vectors`` ``(T, 3)``, and ``otherwise`` ``(T, 3)`` without a length."""
    known = np.linalg.norm(vectors, axis=-1, keepdims=True) > _SHORT
    return np.asarray(np.where(known, unit(vectors), otherwise))


def bent(
    root: Array, middle: Array, end: Array, lengths: tuple[float, float], usual: Array
) -> tuple[Array, Array]:
    """Middle joint and end ``(T, 3)`` [m] of a limb that reaches for ``end``.

    The limb stays in its plane: the middle joint is turned about the line from root to end as it
    was. What is out of reach is reached for.

    Args:
        root: where the limb begins ``(T, 3)`` [m].
        middle: where its middle joint was ``(T, 3)`` [m].
        end: where its end is wanted ``(T, 3)`` [m].
        lengths: of the two bones [m].
        usual: which way its middle joint goes if it bends ``(T, 3)``.
    """
    upper, lower = lengths
    along = end - root
    far = np.linalg.norm(along, axis=-1, keepdims=True)
    along = np.where(far > _SHORT, along / np.maximum(far, _SHORT), unit(middle - root))
    reach = np.clip(far, abs(upper - lower), upper + lower)
    off = (middle - root) + _BEND * (upper + lower) * usual
    aside = unit(off - along * np.sum(off * along, axis=-1, keepdims=True))
    share = (upper**2 - lower**2 + reach**2) / np.maximum(2.0 * reach, _SHORT)
    height = np.sqrt(np.maximum(upper**2 - share**2, 0.0))
    return root + along * share + aside * height, root + along * reach
