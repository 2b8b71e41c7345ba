"""A floor that rises or sinks through a clip: told by feet that rest and move with it.

Trackers without a fixed reference drift. A person who climbs ends higher too, but each foot keeps
its height while it stands; where the floor itself drifts, feet that stand are carried along, at
the speed at which the heights of footfalls change. So both are measured, and believed together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.polynomial import Polynomial

from kinemesh.arrays import Array
from kinemesh.motion.gaps import gaps_of

if TYPE_CHECKING:
    from kinemesh.motion.clip import Clip

_REST = 0.1
"""A toe slower than this [m/s] along the ground rests,"""
_PIECE = 0.5
"""and is looked at in pieces of about this time [s],"""
_SHORTEST = 0.15
"""none shorter than this [s], nor than four frames."""
_HEEL = 0.35
"""The last share of a rest is left out: the heel rises there, and the toe with it."""
_PIECES = 6
"""Fewer pieces tell no drift."""
_SPAN = 0.06
"""A drift of less than this [m] is as well a floor that is not known better."""
_LEFT = 0.02
"""With the drift taken out resting toes are so near to one height (rms) [m],"""
_SHARE = 0.3
"""and nearer than this share of what they were."""
_BETTER = 0.6
"""A curve has to leave this share of what a line does."""
_CARRIED = (0.5, 1.6)
"""Feet that rest rise at this share of the floor's speed, at least and at most; on stairs at none
of it."""
_WHOLE = 0.3
"""The pelvis rises by this share of what the floor does: else only the feet do, as in a squat
whose root was never recorded."""


@dataclass(frozen=True, eq=False)
class Drift:
    """How a floor moves."""

    heights: Array
    """Of each frame ``(T,)`` [m], 0 in the first."""

    @property
    def most(self) -> float:
        """How far it is from its first height at most [m], signed."""
        return float(self.heights[np.argmax(np.abs(self.heights))])


def drift(clip: Clip) -> Drift | None:
    """How the floor of a clip with z up drifts, as a polynomial of degree 1 or 2; None if not."""
    rests = _rests(clip)
    if len(rests) < _PIECES:
        return None
    speed, time, height, weight = rests.T
    before = _spread(height, weight)
    times = np.arange(len(clip)) / clip.fps
    pelvis = clip.landmark("pelvis")[:, 2]
    best: Drift | None = None
    left = np.inf
    for degree in (1, 2):
        floor = Polynomial.fit(time, height, degree, w=np.sqrt(weight))
        path = floor(times)
        after = _spread(height - floor(time), weight)
        if np.ptp(path) < _SPAN or after > min(_LEFT, _SHARE * before, _BETTER * left):
            continue
        climb = floor.deriv()(time)
        carried = float(np.sum(weight * climb * speed) / np.sum(weight * climb**2))
        off = path - path.mean()
        whole = float(off @ (pelvis - pelvis.mean()) / (off @ off))
        if _CARRIED[0] < carried < _CARRIED[1] and whole > _WHOLE:
            best, left = Drift(path - path[0]), after
    return best


def _rests(clip: Clip) -> Array:
    """Of pieces of rests ``(N, 4)``: speed upwards [m/s], time [s], height [m], duration [s]."""
    found = []
    for side in ("left", "right"):
        toe = clip.landmark(f"{side}_toe")
        pace = np.linalg.norm(np.gradient(toe[:, :2], axis=0), axis=1) * clip.fps
        for run in gaps_of((pace < _REST)[:, None]):
            edges = np.arange(run.first, run.last + 2)
            count = max(1, round(len(edges) / (_PIECE * clip.fps)))
            for k, rows in enumerate(np.array_split(edges[:-1], count)):
                if len(rows) < max(4.0, _SHORTEST * clip.fps):
                    continue
                if k == count - 1:
                    rows = rows[: max(4, round((1.0 - _HEEL) * len(rows)))]
                times = rows / clip.fps
                middle = times.mean()
                upwards, height = np.polyfit(times - middle, toe[rows, 2], 1)
                found.append((upwards, middle, height, len(rows) / clip.fps))
    return np.array(found).reshape(-1, 4)


def _spread(values: Array, weights: Array) -> float:
    """Root mean square about the mean, weighted."""
    middle = np.average(values, weights=weights)
    return float(np.sqrt(np.average((values - middle) ** 2, weights=weights)))
