"""What bears besides feet, told by the motion alone: where the person would else topple.

Who is still and whose centre is not over what is down is held by something else: by hands or knees
on a height on which feet stand, too; else, who sits, by a seat; else by knees that kneel; else by
hands. What needs no such support is not thought to have any: hands hang in the air all the time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from scipy.spatial import ConvexHull, QhullError

from kinemesh.arrays import Array, runs
from kinemesh.detection.holds import SIDES, Hold, lasting, planted, velocity
from kinemesh.detection.lasting import Flags, tidy
from kinemesh.detection.plausible import centre
from kinemesh.motion.clip import Clip

SLOW = 0.3
"""The body's centre is slower than this [m/s] while it is asked whether it would topple;"""
HELD = 0.15
"""what bears is, some time, slower than this [m/s], and never more than twice as fast,"""
LASTS, SITS = 0.3, 0.5
"""for at least this time [s], and a seat for this."""
OVER = 0.12
"""The centre is so far [m] outside of what is down where the person would topple."""
DOWN = 0.12
"""What is this low over the lowest foot [m] may be down."""
SAME = 0.08
"""Hands and knees this near [m] to a height on which feet stand bear on it."""
FLESH: Mapping[str, float] = {"knee": 0.06, "hand": 0.05, "seat": 0.10}
"""How high joints are over what they bear on [m], of a person of :data:`STATURE`."""
STATURE = 1.75
"""[m]."""
LEVEL = 0.25
"""Who sits has the knees no more than this [m] over or under the hips, and the shoulders at least
this much over them;"""
SHIN = 0.15
"""who kneels has the ankle no more than this [m] under the knee."""


def leaning(clip: Clip, feet: Sequence[Hold]) -> tuple[Hold, ...]:
    """What bears besides ``feet``."""
    size = clip.stature / STATURE
    left = _topples(clip, feet)
    heights = np.array([hold.height for hold in feet])
    least, most = (max(2, round(time * clip.fps)) for time in (LASTS, SITS))
    found = []
    for part in ("left_hand", "right_hand", "left_knee", "right_knee"):
        side, _, what = part.partition("_")
        when = left if what == "hand" else left & _kneels(clip, side, size)
        for hold in _held(clip, part, when, least):
            if len(heights) and np.abs(heights - hold.height).min() < SAME * size:
                found.append(hold)
    left = left & ~_during(found, len(clip))
    seats = list(_held(clip, "seat", left & _sits(clip, size), most))
    left &= ~_during(seats, len(clip))
    knees = [
        hold
        for side in SIDES
        for hold in _held(clip, f"{side}_knee", left & _kneels(clip, side, size), least)
    ]
    left &= ~_during(knees, len(clip))
    hands = [hold for side in SIDES for hold in _held(clip, f"{side}_hand", left, least)]
    return (*found, *seats, *knees, *hands)


def _during(holds: Sequence[Hold], frames: int) -> Flags:
    flags = np.zeros(frames, dtype=bool)
    for hold in holds:
        flags[hold.first : hold.last + 1] = True
    return flags


def _held(clip: Clip, part: str, when: Flags, shortest: int) -> Iterator[Hold]:
    """The stretches of ``when`` in which a part is still."""
    if part == "seat":
        hips = [clip.landmark(f"{side}_hip") for side in SIDES]
        knees = [clip.landmark(f"{side}_knee") for side in SIDES]
        points = np.stack([*hips, *((h + k) / 2.0 for h, k in zip(hips, knees, strict=True))], 1)
        middle = np.asarray((hips[0] + hips[1]) / 2.0)
    else:
        middle = clip.landmark(part)
        points = middle[:, None]
    flesh = FLESH[part.rpartition("_")[2]] * clip.stature / STATURE
    speed = np.linalg.norm(velocity(middle, clip.fps), axis=1)
    still = lasting(speed, HELD, 2.0 * HELD, shortest) & when
    for first, last in runs(tidy(still, shortest)):
        own = slice(first, last + 1)
        if last - first + 1 >= shortest:
            height = float(np.median(middle[own, 2])) - flesh
            yield Hold(part, first, last, height, np.median(points[own, :, :2], axis=0))


def _sits(clip: Clip, size: float) -> Flags:
    """When thighs are level and the trunk is upright."""
    flags = np.ones(len(clip), dtype=bool)
    for side in SIDES:
        hip, knee, shoulder = (
            clip.landmark(f"{side}_{p}")[:, 2] for p in ("hip", "knee", "shoulder")
        )
        flags &= (np.abs(hip - knee) < LEVEL * size) & (shoulder - hip > LEVEL * size)
    return flags


def _kneels(clip: Clip, side: str, size: float) -> Flags:
    """When the shin is level and the hip over the knee."""
    hip, knee, ankle = (clip.landmark(f"{side}_{p}")[:, 2] for p in ("hip", "knee", "ankle"))
    return np.asarray((np.abs(knee - ankle) < SHIN * size) & (hip > knee + SHIN * size))


def _topples(clip: Clip, feet: Sequence[Hold]) -> Flags:
    """When the body's centre is slow, and outside of all that may be down."""
    middle = centre(clip)
    slow = np.linalg.norm(velocity(middle, clip.fps), axis=1) < SLOW
    parts = ("ankle", "toe", "knee", "hip", "hand", "shoulder")
    places = np.stack([clip.landmark(f"{side}_{p}") for side in SIDES for p in parts], axis=1)
    lowest = min((hold.height for hold in feet), default=float(np.percentile(places[..., 2], 1)))
    down = places[..., 2] < lowest + DOWN * clip.stature / STATURE
    for k, side in enumerate(SIDES):
        start = k * len(parts)
        down[:, start : start + 2] |= planted(clip, side)[:, None]
    found = np.zeros(len(clip), dtype=bool)
    for frame in np.flatnonzero(slow):
        own = places[frame, down[frame], :2]
        found[frame] = len(own) > 0 and _outside(own, middle[frame, :2]) > OVER
    return found


def _outside(points: Array, place: Array) -> float:
    """How far [m] a place ``(2,)`` is outside of the hull of ``points`` ``(N, 2)``."""
    if len(points) > 2:
        try:
            planes = ConvexHull(points).equations
            return float((planes[:, :2] @ place + planes[:, 2]).max())
        except QhullError:  # all on one line
            pass
    along = points[-1] - points[0]
    share = np.clip((place - points[0]) @ along / max(float(along @ along), 1e-12), 0.0, 1.0)
    return float(np.linalg.norm(points[0] + share * along - place))
