"""Where a foot stands: one place a stance, however the person's foot slides in it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from kinemesh.arrays import Array, readonly, runs
from kinemesh.detection.stance import Footing

Footprints = Sequence[Array | None]
"""Place ``(2,)`` [m] over the ground of the stance that each frame is in; None in the air."""


def footprints(foot: Footing, toe: Array) -> Footprints:
    """The mean of a toe's places ``(T, 3)`` [m] in each stance of ``foot``, landing included.

    The same for a clip run backwards, and much the same for one that is cut.
    """
    found: list[Array | None] = [None] * len(toe)
    for first, last in runs(foot.toe | foot.landing):
        again = first + 1 + np.flatnonzero(foot.touchdown[first + 1 : last + 1])
        edges = [first, *again.tolist(), last + 1]
        for begin, end in pairwise(edges):
            place = readonly(toe[begin:end, :2].mean(axis=0))
            found[begin:end] = [place] * (end - begin)
    return found
