"""Whether the robot's palms are where the person's are on a thing, and whether they stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.palms import knuckles, palm, palms_on, robot_palm
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.limits import Limits
from kinemesh.metrics.measures.hand_touches import KINDS, HandTouch
from kinemesh.metrics.score import Measure, none, runs
from kinemesh.motion import Clip, Scene

_ROWS = (("place_mean", "mm"), ("place_p95", "mm"), ("creep", "mm"), ("facing", "deg"))


@dataclass(frozen=True, eq=False)
class _OnThing:
    """One touch: which hand on what, and how far the robot's palm is off."""

    name: str
    frames: NDArray[np.int64]
    apart: Array
    """Distance ``(N,)`` [m] between the places of the two palms."""
    turned: Array
    """How far the robot's palm is turned away from it ``(N,)`` [deg]; NaN where unknown."""
    creeps: tuple[tuple[int, int, float], ...]
    """First and last frame of every touch, and by how much [m] more the robot's palm travels."""


def palm_places(
    posed: KinematicTrajectory,
    scene: Scene,
    clip: Clip | None,
    touching: Sequence[HandTouch],
    limits: Limits,
) -> tuple[Measure, ...]:
    """Rows on the places of palms on props and on the terrain, of those kinds that there are."""
    bounds = {
        "prop": (limits.place_mean, limits.place_p95, limits.creep),
        "terrain_hand": (None, None, None),
    }
    rows: list[Measure] = []
    for kind, thing in KINDS.items():
        if (scene.terrain is None) if thing == "terrain" else (not scene.props):
            continue  # the rows on gaps say so
        these = [touch for touch in touching if touch.kind == kind]
        if clip is not None and these:
            found = [_on(posed, clip, touch) for touch in these]
            rows += _rows(kind, found, bounds[kind], posed, _taken(clip))
            continue
        why = "needs the clip" if clip is None else f"the person touches no {thing}"
        rows += [
            none(f"contact.{kind}.{what}", unit, why, limit, owed=clip is None)
            for (what, unit), limit in zip(_ROWS, (*bounds[kind], None), strict=True)
        ]
    return tuple(rows)


def _on(posed: KinematicTrajectory, clip: Clip, touch: HandTouch) -> _OnThing:
    frames, side = touch.frames, touch.side
    robot = robot_palm(posed, side)
    palms = palms_on(robot, palm(clip, side, robot.beyond), frames, touch.here, touch.there)
    flags = np.zeros(len(posed), dtype=bool)
    flags[frames] = True
    creeps = []
    for first, last in runs(flags):
        rows = slice(*np.searchsorted(frames, [first, last + 1]).tolist())
        more = _range(palms.robot[rows]) - _range(palms.person[rows])
        creeps.append((first, last, max(0.0, more)))
    name = f"the {side} hand on {touch.thing.solid.name}"
    return _OnThing(name, frames, palms.apart, palms.turned, tuple(creeps))


def _range(places: Array) -> float:
    """Diagonal [m] of the box around places ``(N, 3)``."""
    return float(np.linalg.norm(np.ptp(places, axis=0)))


def _rows(
    kind: str,
    found: Sequence[_OnThing],
    bounds: tuple[float | None, float | None, float | None],
    posed: KinematicTrajectory,
    taken: str,
) -> tuple[Measure, ...]:
    mean_limit, p95_limit, creep_limit = bounds
    apart = 1e3 * np.concatenate([one.apart for one in found])
    series, crept = np.full((2, len(posed)), -np.inf)
    for one in found:
        np.maximum.at(series, one.frames, 1e3 * one.apart)
        for first, last, more in one.creeps:
            np.maximum.at(crept, np.arange(first, last + 1), 1e3 * more)
    series, crept = (np.where(np.isfinite(x), x, np.nan) for x in (series, crept))
    one = max(found, key=lambda item: float(item.apart.max()))
    k = int(np.argmax(one.apart))
    worst = f"at most {1e3 * one.apart[k]:.3g} mm, {one.name} in frame {one.frames[k]}"
    most, where, when = max(
        (more, item.name, (first, last)) for item in found for first, last, more in item.creeps
    )
    means = {item.name: 1e3 * float(item.apart.mean()) for item in found}
    return (
        Measure(
            f"contact.{kind}.place_mean",
            float(apart.mean()),
            "mm",
            mean_limit,
            frames=_over(series, mean_limit),
            note=taken,
            parts=means,
        ),
        Measure(
            f"contact.{kind}.place_p95",
            float(np.percentile(apart, 95)),
            "mm",
            p95_limit,
            frames=_over(series, p95_limit),
            note=worst,
            series=series,
        ),
        Measure(
            f"contact.{kind}.creep",
            1e3 * most,
            "mm",
            creep_limit,
            frames=_over(crept, creep_limit),
            note=f"{where} in frames {when[0]}-{when[1]}",
        ),
        _facing(f"contact.{kind}.facing", found),
    )


def _facing(name: str, found: Sequence[_OnThing]) -> Measure:
    """Whether it is palms that touch, and not the backs of hands."""
    turned = {item.name: item.turned[np.isfinite(item.turned)] for item in found}
    every = np.concatenate(list(turned.values()))
    if not len(every):
        return none(name, "deg", "the robot has no palms, or they are in the surface")
    means = {one: float(angles.mean()) for one, angles in turned.items() if len(angles)}
    return Measure(name, float(every.mean()), "deg", parts=means)


def _over(series: Array, limit: float | None) -> tuple[tuple[int, int], ...]:
    """Runs of frames in which ``series`` ``(T,)`` is over the limit; none without a limit."""
    return () if limit is None else runs(np.nan_to_num(series) > limit)


def _taken(clip: Clip) -> str:
    """What the person's palms were taken from."""
    if knuckles(clip, "left") and knuckles(clip, "right"):
        return "palms by wrists and knuckles"
    return "palms by the forearms: the person has no fingers"
