"""How the robot holds itself against the person: trunk, heading, knees, feet."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.directions import between, bone, leftward, middle, unit
from kinemesh.metrics.geometry.trajectory import SIDES, KinematicTrajectory
from kinemesh.metrics.limits import Limits
from kinemesh.metrics.measures import windows
from kinemesh.metrics.score import Measure, none, runs
from kinemesh.motion import Clip

_UPRIGHT = 0.5
"""A trunk leans to a side, and does not lie, while its cosine with the vertical is over this."""
_LEVEL = 0.6
"""A line across or along a body has a heading while this share of its length is horizontal."""
_ROWS = ("trunk", "lean_forward", "lean_aside", "heading", "knee_flexion", "toe_heading")


def posture(posed: KinematicTrajectory, clip: Clip | None, limits: Limits) -> tuple[Measure, ...]:
    """Rows on trunk, heading, knees and feet, of the landmarks as they are."""
    bounds = {key: getattr(limits, key) for key in _ROWS}
    if clip is None:
        return tuple(none(f"posture.{key}", "deg", "needs the clip", bounds[key]) for key in _ROWS)
    robot, person, fps = posed.landmarks, clip.landmarks(), posed.fps
    forward, aside = _leans(robot, person)
    turned = np.abs(_wrapped(_heading(robot) - _heading(person)))
    bent = {side: _knee(robot, side) - _knee(person, side) for side in SIDES}
    inwards = {side: _toes_inwards(robot, person, side) for side in SIDES}
    return (
        _lasting("trunk", between(_trunk(robot), _trunk(person)), fps, bounds["trunk"]),
        _usual(
            "lean_forward",
            {"": forward},
            bounds["lean_forward"],
            ("further forward", "further back"),
        ),
        _usual("lean_aside", {"": aside}, bounds["lean_aside"], ("further left", "further right")),
        _lasting("heading", turned, fps, bounds["heading"]),
        _usual("knee_flexion", bent, bounds["knee_flexion"], ("more bent", "straighter")),
        _usual(
            "toe_heading", inwards, bounds["toe_heading"], ("further inwards", "further outwards")
        ),
    )


def _lasting(key: str, angle: Array, fps: float, limit: float | None) -> Measure:
    """The largest mean over half a second of an angle ``(T,)`` [deg]."""
    series = windows.sustained(angle, fps)
    if not np.isfinite(series).any():
        return none(f"posture.{key}", "deg", "the person lies or is upside down", limit)
    return Measure(
        f"posture.{key}",
        windows.worst(series),
        "deg",
        limit,
        frames=runs(windows.over(series[:, None], limit)),
        note=f"around frame {int(np.nanargmax(series))}",
        series=series,
    )


def _usual(
    key: str, excess: dict[str, Array], limit: float | None, ways: tuple[str, str]
) -> Measure:
    """The median over frames of what the robot has more than the person, of the worst side."""
    medians = {
        side: float(np.median(values[np.isfinite(values)]))
        for side, values in excess.items()
        if np.isfinite(values).any()
    }
    if not medians:
        return none(f"posture.{key}", "deg", "the person never holds it so that it is told", limit)
    most = max(medians, key=lambda side: abs(medians[side]))
    value = medians[most]
    size = np.abs(excess[most])
    broken = limit is not None and abs(value) > limit
    way = ways[0] if value > 0.0 else ways[1]
    return Measure(
        f"posture.{key}",
        abs(value),
        "deg",
        limit,
        frames=runs(windows.over(size[:, None], limit)) if broken else (),
        note=" ".join(word for word in (most, way) if word) + " than the person",
        series=size,
        parts={side: figure for side, figure in medians.items() if side},
    )


def _leans(robot: Array, person: Array) -> tuple[Array, Array]:
    """Lean ``(T,)`` [deg] beyond the person's, forward and to the left, by her heading.

    NaN while the person does not stand upright or has no heading.
    """
    heading = np.radians(_heading(person))
    upright = _trunk(person)[:, 2] > _UPRIGHT
    result = []
    for turn in (heading, heading + np.pi / 2.0):
        along = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
        both = []
        for trunk in (_trunk(robot), _trunk(person)):
            level = np.sum(trunk[:, :2] * along, axis=-1)
            both.append(np.degrees(np.arctan2(level, trunk[:, 2])))
        result.append(np.where(upright, _wrapped(both[0] - both[1]), np.nan))
    return result[0], result[1]


def _trunk(landmarks: Array) -> Array:
    """Unit direction ``(T, 3)`` from between the hips to between the shoulders."""
    return unit(middle(landmarks, "shoulder") - middle(landmarks, "hip"))


def _heading(landmarks: Array) -> Array:
    """Yaw ``(T,)`` [deg] in which hips and shoulders face; NaN where they are not level."""
    left = leftward(landmarks)
    yaw = np.degrees(np.arctan2(-left[:, 0], left[:, 1]))
    return np.asarray(np.where(_level(left, _LEVEL), yaw, np.nan))


def _knee(landmarks: Array, side: str) -> Array:
    """Flexion ``(T,)`` [deg] of a knee: 0 is straight."""
    thigh, shank = ("hip", "knee"), ("knee", "ankle")
    return between(
        *(unit(bone(landmarks, f"{side}_{a}", f"{side}_{b}")) for a, b in (thigh, shank))
    )


def _toes_inwards(robot: Array, person: Array, side: str) -> Array:
    """How much further inwards ``(T,)`` [deg] the robot's toes point; NaN if a foot hangs down."""
    feet = []
    for landmarks, least in ((robot, _LEVEL / 2.0), (person, _LEVEL)):
        foot = bone(landmarks, f"{side}_ankle", f"{side}_toe")
        yaw = np.degrees(np.arctan2(foot[:, 1], foot[:, 0]))
        feet.append(np.where(_level(foot, least), yaw, np.nan))
    left = _wrapped(feet[0] - feet[1])
    return np.asarray(-left if side == "left" else left)


def _level(vectors: Array, share: float) -> Array:
    """Whether at least ``share`` of the length of ``(T, 3)`` is horizontal ``(T,)``."""
    length = np.linalg.norm(vectors, axis=-1)
    level = np.linalg.norm(vectors[:, :2], axis=-1)
    return np.asarray((level >= share * length) & (length > 0.0))


def _wrapped(angle: Array) -> Array:
    """Angles [deg] between -180 and 180."""
    return np.asarray((angle + 180.0) % 360.0 - 180.0)
