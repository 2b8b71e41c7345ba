"""What the person does, read from the clip alone: when feet stand and when hands touch.

Nothing here is shared with the detectors that the solver uses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.surface import Surface, Surfaces
from kinemesh.metrics.person.support import support_height
from kinemesh.metrics.score import runs
from kinemesh.motion import Clip
from kinemesh.motion.edits import edited

Flags = NDArray[np.bool_]

STILL = 0.05
"""A foot slower than this [m/s] stands."""
LOW = 0.05
"""And if its toe is no further than this [m] above its surface ..."""
LOW_OWN = 0.02
"""... or than this above where the same joint rests, where a skeleton's toe rides higher ..."""
HIGHEST = 0.10
"""... but never higher than this [m]: toes in the air do not stand."""
DEEPEST = 0.15
"""Nor does a toe that is further than this [m] below its surface."""
KNEE_LOW = 0.17
"""With the knee lower than this [m] over the toe's surface a person kneels or lies: no heel is
down, and the toe stands only while the foot is on its ball ..."""
ON_BALL = 0.6
"""... which it is while the line from toe to ankle rises by this share of its length."""
TIPTOE = 0.65
"""Where it rises by more than this share no heel is down, however long the ankle keeps its
height: a flat foot's rises by 0.15 to 0.52 in all recordings."""
SHORTEST = 0.2
"""For at least this long [s]: six frames at 30 frames/s."""
HEEL_LOW = 0.02
"""The heel is down while the ankle is no further than this [m] above where it rests."""
PROP_TOUCH = ((0.02, 0.02), (0.05, 0.07))
"""A hand touches a prop from within the first number [m] of one of its fingers until none is
within the second; the same of the palm, where there are no fingers ..."""
PROP_SPEED = 0.25
"""... unless it is never slower than this [m/s] against the prop, and passes by."""
LABEL_REACH = (0.10, 0.13)
"""A label says that a hand touches only within this [m] of a finger, or of the palm."""
FLICKER = 0.14
"""A gap between two labels shorter than this [s] is none."""
TERRAIN_TOUCH = ((0.025, 0.045), (0.05, 0.07))
"""The distances of props for terrain."""
TERRAIN_SPEED = 0.10
"""A hand that moves faster than this [m/s] along terrain passes it by."""

_FINGER = re.compile(r"index|middle|ring|pinky|thumb", re.IGNORECASE)
_SIDE = {
    "left": re.compile(r"^([Ll]eft|LEFT|[Ll](?![a-z]))"),
    "right": re.compile(r"^([Rr]ight|RIGHT|[Rr](?![a-z]))"),
}


@dataclass(frozen=True, eq=False)
class Standing:
    """When one foot of the person stands."""

    toe: Flags
    """The toe stands still on its surface ``(T,)``."""
    heel: Flags
    """The heel is down and still too ``(T,)``; implies ``toe``."""


def standing(clip: Clip, side: str, surfaces: Surfaces) -> Standing:
    """Stance of one foot: the toe is still and low for 0.2 s; the heel: the ankle too.

    Toes in the air do not stand, nor does a foot that lies on its instep or its side. Where
    the user has said when the toe stands, that counts.
    """
    toe, ankle, knee = (clip.landmark(f"{side}_{part}") for part in ("toe", "ankle", "knee"))
    surface = support_height(clip.scene, toe, surfaces)
    height, lift = toe[:, 2] - surface, ankle[:, 2] - surface
    still = speed(toe, clip.fps) < STILL
    rests = height[still & (np.abs(height) < HIGHEST)]
    own = float(np.quantile(rests, 0.05)) if len(rests) else 0.0
    low = (height > -DEEPEST) & (height < min(max(LOW, own + LOW_OWN), HIGHEST))
    kneels = knee[:, 2] - surface < KNEE_LOW
    rises = (ankle[:, 2] - toe[:, 2]) / np.maximum(np.linalg.norm(ankle - toe, axis=1), 1e-9)
    low &= ~kneels | (rises > ON_BALL)
    stands = edited(clip.edits, lasting(still & low, clip.fps), side)
    soles = stands & ~kneels & (rises < TIPTOE)
    flat = float(np.quantile(lift[soles], 0.1)) if soles.any() else 0.0
    heel = soles & (lift < flat + HEEL_LOW) & (speed(ankle, clip.fps) < STILL)
    return Standing(stands, lasting(heel, clip.fps))


def speed(points: Array, fps: float) -> Array:
    """Speeds ``(T,)`` [m/s] of a point, by central differences over about 1/15 s."""
    reach = max(1, round(fps / 30.0))
    last = len(points) - 1
    k = np.arange(len(points))
    first, second = np.maximum(k - reach, 0), np.minimum(k + reach, last)
    time = np.maximum(second - first, 1) / fps
    return np.asarray(np.linalg.norm(points[second] - points[first], axis=1) / time)


def lasting(flags: Flags, fps: float, least: float = SHORTEST) -> Flags:
    """``flags`` without the runs that are shorter than ``least`` [s]."""
    result = np.zeros(len(flags), dtype=bool)
    for first, last in runs(flags):
        if last - first + 1 >= max(2, round(least * fps)):
            result[first : last + 1] = True
    return result


def hand_points(clip: Clip, side: str) -> tuple[Array, bool]:
    """The joints ``(T, N, 3)`` [m] of one hand, and whether they are fingers.

    Without fingers the palm: a third of the forearm's length beyond the wrist.
    """
    names = clip.skeleton.joints
    fingers = [k for k, n in enumerate(names) if _FINGER.search(n) and _SIDE[side].match(n)]
    if fingers:
        return np.asarray(clip.positions[:, fingers]), True
    wrist, elbow = clip.landmark(f"{side}_hand"), clip.landmark(f"{side}_elbow")
    return np.asarray(wrist + (wrist - elbow) / 3.0)[:, None], False


class Hands:
    """The hands of a clip's person beside what is in its scene: each asked once, and kept."""

    def __init__(self, clip: Clip, surfaces: Surfaces) -> None:
        self.clip = clip
        self.surfaces = surfaces
        self._near: dict[tuple[str, str], tuple[Array, Array, bool]] = {}

    def near(self, side: str, thing: str) -> tuple[Array, Array, bool]:
        """As :func:`near`, of a prop or the terrain of the clip's scene."""
        if (side, thing) not in self._near:
            scene = self.clip.scene
            solids = {prop.name: (prop.track, prop.shape) for prop in scene.props}
            if scene.terrain is not None:
                solids[scene.terrain.name] = poses.IDENTITY[None], scene.terrain.shape
            track, shape = solids[thing]
            self._near[side, thing] = near(self.clip, side, track, self.surfaces[shape])
        return self._near[side, thing]


def near(clip: Clip, side: str, track: Array, surface: Surface) -> tuple[Array, Array, bool]:
    """Distance ``(T,)`` [m] of a hand from a surface, nearest point, and if by its fingers.

    A joint inside the solid is at distance zero.
    """
    points, fingers = hand_points(clip, side)
    frames, count = points.shape[:2]
    track = np.broadcast_to(track, (frames, 7)) if len(track) == 1 else track
    local = poses.apply(poses.inverse(track), points).reshape(-1, 3)
    low, high = surface.shape.bounds
    outside = np.linalg.norm(np.maximum(np.maximum(low - local, local - high), 0.0), axis=1)
    close = outside < 0.3  # further away nothing can touch
    distance, places = outside.copy(), np.clip(local, low, high)
    if close.any():
        places[close], distance[close] = surface.nearest(local[close])
        deep = np.flatnonzero(close & (outside == 0.0) & (distance > PROP_TOUCH[0][0]))
        inside = deep[surface.inside(local[deep])] if len(deep) else deep
        distance[inside] = 0.0
    distance, places = distance.reshape(frames, count), places.reshape(frames, count, 3)
    best = np.argmin(distance, axis=1)
    rows = np.arange(frames)
    return distance[rows, best], places[rows, best], fingers
