"""What the person does, read from the clip alone: when feet stand and when hands touch.

Nothing here is shared with the detectors that the solver uses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.metrics.score import runs
from kinemesh.metrics.support import support_height
from kinemesh.metrics.surface import Surface
from kinemesh.motion import Clip, Shape, poses
from kinemesh.motion.arrays import Array
from kinemesh.motion.edits import edited

Flags = NDArray[np.bool_]

STILL = 0.05
"""A foot slower than this [m/s] stands."""
LOW = 0.05
"""And if its toe is no further than this [m] above its surface ..."""
LOW_OWN = 0.02
"""... or than this above where the same joint rests, where a skeleton's toe rides higher."""
SHORTEST = 0.2
"""For at least this long [s]: six frames at 30 frames/s."""
HEEL_LOW = 0.02
"""The heel is down while the ankle is no further than this [m] above where it rests."""
PROP_TOUCH = (0.02, 0.10)
"""A hand touches a prop within this [m] of a finger; of the wrist, where there are no fingers."""
TERRAIN_TOUCH = (0.05, 0.10)
"""The same for terrain."""
TERRAIN_SPEED = 0.10
"""A hand that moves faster than this [m/s] along terrain passes it by."""

_FINGER = re.compile(r"index|middle|ring|pinky|thumb|handend|finger", re.IGNORECASE)
_SIDE = {"left": re.compile(r"^(L_|LHand|Left)"), "right": re.compile(r"^(R_|RHand|Right)")}


@dataclass(frozen=True, eq=False)
class Standing:
    """When one foot of the person stands."""

    toe: Flags
    """The toe stands still on its surface ``(T,)``."""
    heel: Flags
    """The heel is down and still too ``(T,)``; implies ``toe``."""


def standing(clip: Clip, side: str) -> Standing:
    """Stance of one foot: the toe is still and low for 0.2 s; the heel: the ankle too.

    Where the user has said when the toe stands, that counts.
    """
    toe, ankle = clip.landmark(f"{side}_toe"), clip.landmark(f"{side}_ankle")
    surface = support_height(clip.scene, toe)
    height = toe[:, 2] - surface
    still = speed(toe, clip.fps) < STILL
    finite = np.isfinite(height)
    own = float(np.quantile(height[still & finite], 0.05)) if np.any(still & finite) else 0.0
    low = finite & (height < max(LOW, own + LOW_OWN))
    stands = edited(clip.edits, lasting(still & low, clip.fps), side)
    lift = ankle[:, 2] - surface
    flat = float(np.quantile(lift[stands], 0.1)) if stands.any() else 0.0
    heel = stands & (lift < flat + HEEL_LOW) & (speed(ankle, clip.fps) < STILL)
    return Standing(stands, lasting(heel, clip.fps))


def speed(points: Array, fps: float) -> Array:
    """Speeds ``(T,)`` [m/s] of a point, by central differences over about 1/15 s."""
    reach = max(1, round(fps / 30.0))
    last = len(points) - 1
    k = np.arange(len(points))
    first, second = np.maximum(k - reach, 0), np.minimum(k + reach, last)
    time = np.maximum(second - first, 1) / fps
    return np.asarray(np.linalg.norm(points[second] - points[first], axis=1) / time)


def lasting(flags: Flags, fps: float) -> Flags:
    """``flags`` without the runs that are shorter than 0.2 s."""
    least = max(2, round(SHORTEST * fps))
    result = np.zeros(len(flags), dtype=bool)
    for first, last in runs(flags):
        if last - first + 1 >= least:
            result[first : last + 1] = True
    return result


def hand_points(clip: Clip, side: str) -> tuple[Array, bool]:
    """The joints ``(T, N, 3)`` [m] of one hand, and whether they are fingers."""
    names = clip.skeleton.joints
    fingers = [k for k, n in enumerate(names) if _FINGER.search(n) and _SIDE[side].match(n)]
    if fingers:
        return np.asarray(clip.positions[:, fingers]), True
    return clip.landmark(f"{side}_hand")[:, None], False


def near(
    clip: Clip, side: str, track: Array, surface: Surface, shape: Shape
) -> tuple[Array, Array, bool]:
    """Distance ``(T,)`` [m] of a hand from a surface, nearest point, and if by its fingers.

    A joint inside the solid is at distance zero.
    """
    points, fingers = hand_points(clip, side)
    frames, count = points.shape[:2]
    track = np.broadcast_to(track, (frames, 7)) if len(track) == 1 else track
    local = poses.apply(poses.inverse(track), points).reshape(-1, 3)
    low, high = shape.bounds
    outside = np.linalg.norm(np.maximum(np.maximum(low - local, local - high), 0.0), axis=1)
    close = outside < 0.3  # further away nothing can touch
    distance, places = outside, np.clip(local, low, high)
    if close.any():
        places[close], distance[close] = surface.nearest(local[close])
        deep = np.flatnonzero(close & (outside == 0.0) & (distance > PROP_TOUCH[0]))
        inside = deep[surface.inside(local[deep])] if len(deep) else deep
        distance[inside] = 0.0
    distance, places = distance.reshape(frames, count), places.reshape(frames, count, 3)
    best = np.argmin(distance, axis=1)
    rows = np.arange(frames)
    return distance[rows, best], places[rows, best], fingers
