"""Steps between a person's footfalls, and the person lifted onto them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d, minimum_filter1d

from kinemesh.arrays import Array, runs
from kinemesh.detection.stance import Flags, detect_footing
from kinemesh.geometry.easing import minimum_jerk
from kinemesh.motion import Clip, Shape

_BEYOND = 0.08
"""A foot reaches this far beyond ankle and ball [m]."""
_ROOM = 0.04
"""Between a footfall and an edge there is at least this [m]."""
_ASIDE = 0.6
"""Treads reach this far beyond the motion to both sides [m], and beyond it at both ends."""
_FORWARD = 0.05
"""A knee bends forward as if it were so much further there [m]."""
_STEADY = 0.12
"""Width of the Gaussian that smooths the lift of the upper body [s]."""


@dataclass(frozen=True, eq=False)
class Staircase:
    """Heights along a way."""

    origin: Array
    """Where the way begins ``(2,)`` [m]."""
    way: Array
    """Unit direction ``(2,)``."""
    edges: tuple[float, ...]
    """Where each step is along the way [m]."""
    levels: tuple[float, ...]
    """Heights of the treads above the ground [m], one more than edges."""

    def along(self, points: Array) -> Array:
        """How far ``points`` ``(..., 3)`` [m] are along the way."""
        return np.asarray((points[..., :2] - self.origin) @ self.way)

    def height(self, along: Array) -> Array:
        """Height of the tread at a place along the way [m]."""
        return np.asarray(np.array(self.levels)[np.searchsorted(self.edges, along)])

    def highest(self, low: Array, high: Array) -> Array:
        """The highest tread from ``low`` to ``high`` along the way [m]."""
        first, last = np.searchsorted(self.edges, low), np.searchsorted(self.edges, high)
        levels = np.array(self.levels)
        return np.asarray(np.maximum(levels[first], levels[last]))  # they all lead up, or all down

    def shape(self, clip: Clip) -> Shape:
        """One block for each tread above the ground; below the motion of ``clip``."""
        across = np.array([-self.way[1], self.way[0]])
        points = clip.positions[..., :2].reshape(-1, 2) - self.origin
        s, side = points @ self.way, points @ across
        ends = [s.min() - _ASIDE, *self.edges, s.max() + _ASIDE]
        sides = (side.min() - _ASIDE, side.max() + _ASIDE)
        ground = clip.scene.ground or 0.0
        blocks = []
        for level, (a, b) in zip(self.levels, itertools.pairwise(ends), strict=True):
            if level > 0.0:
                flat = [self.origin + self.way * x + across * y for x in (a, b) for y in sides]
                corners = [[*p, z] for p in flat for z in (ground, ground + level)]
                blocks.append(Shape.convex(corners))
        return Shape.union(blocks)


def staircase(clip: Clip, way: Array, height: float, depth: float, start: float) -> Staircase:
    """Steps of ``height`` [m] along ``way`` ``(2,)`` that no footfall of ``clip`` straddles.

    Footfalls are intervals of the way; those that overlap share a tread. A new tread begins
    before an interval where it leaves room, lies after ``start`` [m], and the tread before is at
    least ``depth`` [m] deep. Its edge is beside the upper footfall: there the foot in the air
    has the longest time to rise before it, or to sink behind it.
    """
    origin = clip.landmark("pelvis")[0, :2]
    plain = Staircase(origin, way, (), (0.0,))
    spans: list[list[float]] = []
    for low, high in sorted(_footfalls(clip, plain)):
        if spans and low - spans[-1][1] < 2.0 * _ROOM:
            spans[-1][1] = max(spans[-1][1], high)
        else:
            spans.append([low, high])
    edges: list[float] = []
    for before, after in itertools.pairwise(spans):
        edge = after[0] - _ROOM if height > 0.0 else before[1] + _ROOM
        if edge >= start and (not edges or edge - edges[-1] >= depth):
            edges.append(float(edge))
    levels = height * np.arange(len(edges) + 1)
    return Staircase(origin, way, tuple(edges), tuple(float(z) for z in levels - levels.min()))


def lifted(clip: Clip, stairs: Staircase) -> Array:
    """Joint positions ``(T, J, 3)`` [m] of the person on the steps.

    Feet by the lift of their treads; all above the hips by the mean of both, less where a leg
    would be longer than it ever is; knees where thigh and shank keep their lengths.
    """
    footing = detect_footing(clip)
    feet = {side: _lift(clip, stairs, side, footing[side].toe) for side in footing}
    body = _body_lift(clip, feet)
    positions = np.array(clip.positions)
    positions[..., 2] += body[:, None]
    for side, lift in feet.items():
        mine = _foot_joints(clip, side)
        positions[:, mine, 2] += (lift - body)[:, None]
        hip, knee, ankle = (clip.landmark(f"{side}_{part}") for part in ("hip", "knee", "ankle"))
        up = np.array([0.0, 0.0, 1.0])
        legs = hip + body[:, None] * up, ankle + lift[:, None] * up
        bent = _bent((hip, knee, ankle), *legs, _forward(clip))
        for joint in clip.skeleton.weights(f"{side}_knee"):
            k = clip.skeleton.index(joint)
            positions[:, k] = clip.positions[:, k] + bent - knee
    return positions


def _footfalls(clip: Clip, plain: Staircase) -> list[tuple[float, float]]:
    """From where to where along the way [m] each stance of either foot reaches."""
    found = []
    for side, foot in detect_footing(clip).items():
        low, high = _reach(clip, plain, side)
        found += [
            (float(low[a : b + 1].min()), float(high[a : b + 1].max())) for a, b in runs(foot.toe)
        ]
    return found


def _reach(clip: Clip, stairs: Staircase, side: str) -> tuple[Array, Array]:
    """From where to where along the way [m] a foot reaches, ``(T,)`` each."""
    ends = [stairs.along(clip.landmark(f"{side}_{part}")) for part in ("ankle", "toe")]
    return np.minimum(*ends) - _BEYOND, np.maximum(*ends) + _BEYOND


def _lift(clip: Clip, stairs: Staircase, side: str, planted: Flags) -> Array:
    """By how much a foot is lifted ``(T,)`` [m].

    Planted by the height of its tread; in the air up before the first edge that it passes, and
    down behind the last.
    """
    low, high = _reach(clip, stairs, side)
    over = stairs.highest(low - _ROOM / 2.0, high + _ROOM / 2.0)
    toe = stairs.height(stairs.along(clip.landmark(f"{side}_toe")))
    lift = np.array(over)
    stances = runs(planted)
    for first, last in stances:
        lift[first : last + 1] = np.median(toe[first : last + 1])
    for first, last in runs(~planted):
        a = lift[first - 1] if first > 0 else None
        b = lift[last + 1] if last + 1 < len(lift) else None
        if a is None or b is None:
            lift[first : last + 1] = b if a is None else a
            continue
        top = float(max(a, b))
        inner = over[first : last + 1]
        times = np.arange(first - 1, last + 2, dtype=float)
        rise = first + int(np.argmax(inner > a + 1e-9)) if top > a else first - 1
        fall = last - int(np.argmax(inner[::-1] > b + 1e-9)) if top > b else last + 1
        way = a + (top - a) * _smooth(times, first - 1, rise)
        way -= (top - b) * _smooth(times, fall, last + 1)
        lift[first : last + 1] = way[1:-1]
    return lift


def _smooth(times: Array, begin: float, end: float) -> Array:
    """From 0 at ``begin`` to 1 at ``end``, with no speed at either."""
    if end <= begin:
        return np.asarray((times >= end).astype(float))
    return minimum_jerk(np.clip((times - begin) / (end - begin), 0.0, 1.0))


def _body_lift(clip: Clip, feet: dict[str, Array]) -> Array:
    """By how much hips and all above are lifted ``(T,)`` [m]."""
    width = max(1.0, _STEADY * clip.fps)
    body = gaussian_filter1d(np.mean(list(feet.values()), axis=0), 2.0 * width, mode="nearest")
    for side, lift in feet.items():
        hip, ankle = clip.landmark(f"{side}_hip"), clip.landmark(f"{side}_ankle")
        reach = float(np.linalg.norm(hip - ankle, axis=1).max())
        flat = np.linalg.norm((hip - ankle)[:, :2], axis=1)
        highest = ankle[:, 2] + lift + np.sqrt(np.maximum(reach**2 - flat**2, 0.0)) - hip[:, 2]
        body = np.minimum(body, highest)
    # The lowest nearby, then smoothed: the result stays below what the legs reach.
    body = minimum_filter1d(body, 2 * round(width) + 1, mode="nearest")
    return np.asarray(gaussian_filter1d(body, width, mode="nearest"))


def _foot_joints(clip: Clip, side: str) -> list[int]:
    """Joints of a foot: ankle, ball, and all that keep their distance from the ankle."""
    names = {j for part in ("ankle", "toe") for j in clip.skeleton.weights(f"{side}_{part}")}
    marks = {"left": ("left", "l_"), "right": ("right", "r_")}[side]
    names |= {
        joint
        for joint in clip.skeleton.joints
        if joint.lower().startswith(marks) and any(p in joint.lower() for p in ("foot", "toe"))
    }
    return [clip.skeleton.index(name) for name in names]


def _forward(clip: Clip) -> Array:
    """Where the hips face ``(T, 3)``, horizontal."""
    across = clip.landmark("left_hip") - clip.landmark("right_hip")
    forward = np.stack([across[:, 1], -across[:, 0], 0.0 * across[:, 0]], axis=1)
    return np.asarray(forward / np.maximum(np.linalg.norm(forward, axis=1), 1e-9)[:, None])


def _bent(leg: tuple[Array, Array, Array], hip: Array, ankle: Array, forward: Array) -> Array:
    """Knees ``(T, 3)`` [m] between ``hip`` and ``ankle``, bent the way ``leg`` is.

    A leg that is all but straight does not say which way; then ``forward`` does.
    """
    old_hip, knee, old_ankle = leg
    thigh = np.linalg.norm(knee - old_hip, axis=1)
    shank = np.linalg.norm(old_ankle - knee, axis=1)
    line = ankle - hip
    length = np.maximum(np.linalg.norm(line, axis=1), 1e-9)
    axis = line / length[:, None]
    length = np.clip(length, np.abs(thigh - shank) + 1e-6, thigh + shank)
    along = (thigh**2 - shank**2 + length**2) / (2.0 * length)
    out = np.sqrt(np.maximum(thigh**2 - along**2, 0.0))
    pole = knee - (old_hip + old_ankle) / 2.0 + _FORWARD * forward
    pole = pole - axis * np.sum(pole * axis, axis=1)[:, None]
    pole /= np.maximum(np.linalg.norm(pole, axis=1), 1e-9)[:, None]
    return np.asarray(hip + axis * along[:, None] + pole * out[:, None])
