"""A proportioned person's swinging foot goes over the edges of terrain, not through them.

With other lengths, and in films, which cut corners, a foot goes through an edge before it comes
down behind it. A robot that follows is stopped by the edge, and stands before it.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter1d, maximum_filter1d

from kinemesh.arrays import Array, runs
from kinemesh.detection.stance import Flags
from kinemesh.detection.support import Land

LEAST = 0.005
"""A foot that is nowhere deeper than this [m] is let be."""
OVER = 0.015
"""Else it goes this much [m] over the terrain."""
_REACH = 0.12
"""What is further than this [m] above a foot is a wall, not an edge."""
_SHARES = np.linspace(-0.4, 1.3, 9)
"""Places of the sole: shares of the way from under the ankle to under the toe, and beyond both."""
_EARLY = 0.07
"""It is up this time [s] before and after,"""
_STEADY = 0.03
"""over a Gaussian of this width [s]."""


def lifts(ankle: Array, toe: Array, holds: Flags, land: Land, fps: float) -> Array:
    """How much higher ``(T,)`` [m] a foot is to go; zero where it stands.

    Args:
        ankle: the place of the sole under it ``(T, 3)`` [m].
        toe: likewise.
        holds: when the foot stands, or lands over its place ``(T,)``.
        land: the terrain, without the ground: a foot on level ground meets no edge.
        fps: frames a second.
    """
    result = np.zeros(len(toe))
    places = ankle[:, None] + _SHARES[:, None] * (toe - ankle)[:, None]
    # What is before the toe is asked early, and is no lower: a raised heel does not bury a tip.
    places[:, _SHARES > 1.0, 2] = toe[:, 2:]
    under = land.support(places.reshape(-1, 3), _REACH)[0].reshape(len(toe), -1)
    deep = (under - places[..., 2]).max(axis=1)
    wide = 2 * max(1, round(_EARLY * fps)) + 1
    for first, last in runs(~holds):
        own = slice(first, last + 1)
        if deep[own].max() <= LEAST:
            continue
        wanted = np.maximum(deep[own] + OVER, 0.0)
        lift = gaussian_filter1d(maximum_filter1d(wanted, wide), _STEADY * fps, mode="nearest")
        # It comes down where it stands.
        air = np.pad(np.ones(len(lift), dtype=bool), 1)
        air[0], air[-1] = first == 0, last == len(toe) - 1
        away = distance_transform_edt(air)[1:-1] if not air.all() else np.full(len(lift), np.inf)
        share = np.minimum(away / (_EARLY * fps + 1.0), 1.0)
        result[own] = share * lift
    return result
