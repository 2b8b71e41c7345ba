"""Whether the robot's feet stand where and while the person's do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.limits import Limits
from kinemesh.metrics.person.bodies import BodyTouch
from kinemesh.metrics.person.human import Standing, standing
from kinemesh.metrics.person.support import support_height
from kinemesh.metrics.score import Measure, none, runs
from kinemesh.motion import Clip, Scene

_STEP = 0.03
"""Two surfaces further apart in height than this [m] are not the same step."""
_REACH = 0.05
"""How far a sole may be inside its surface [m] and still be said to stand on it."""
_MOSTLY = 0.5
"""Who rests on other parts than feet for more than this share of the time is carried by them."""
_UNITS = {
    "drift_max": "mm",
    "drift_median": "mm",
    "slip_mean": "cm/s",
    "slip_p95": "cm/s",
    "height_mean": "mm",
    "height_p95": "mm",
    "height_max": "mm",
    "tilt_mean": "deg",
    "tilt_max": "deg",
}


def stance(
    posed: KinematicTrajectory,
    scene: Scene,
    clip: Clip | None,
    rests: Sequence[BodyTouch],
    limits: Limits,
    surfaces: Surfaces,
) -> tuple[Measure, ...]:
    """Drift from touchdown, slip speed, height and tilt of soles while the person's foot stands.

    Who rests on other parts for most of the time, as who crawls or lies, need not stand.
    """
    bounds = {
        "drift_max": limits.drift,
        "slip_mean": limits.slip,
        "height_p95": limits.stance_height,
    }
    if clip is None:
        why = "needs the clip: which feet stand is the person's to say"
        return _missing(bounds, why)
    feet = [(s.name, standing(clip, s.name, surfaces)) for s in posed.robot.soles]
    if not feet:
        return _missing(bounds, "the robot has no feet that could stand", owed=False)
    if not any(foot.toe.any() for _, foot in feet):
        lies = bool(rests) and np.any([one.flags for one in rests], axis=0).mean() > _MOSTLY
        return _missing(bounds, "the person never stands still on a foot", owed=not lies)
    frames = len(posed)
    drift, slip = np.zeros(frames), np.zeros(frames)
    drifts: list[float] = []
    speeds: list[Array] = []
    lifted = np.full(frames, np.nan)
    heights: list[Array] = []
    tilts: list[Array] = []
    for side, foot in feet:
        corners = posed.corners(side)
        for edge, flags in ((corners[:, 2:], foot.toe), (corners[:, :2], foot.heel)):
            point = edge.mean(axis=1)
            for first, last in runs(flags):
                moved = np.linalg.norm(point[first : last + 1, :2] - point[first, :2], axis=1)
                np.maximum.at(drift, np.arange(first, last + 1), moved)
                drifts.append(float(moved.max()))
                pace = np.linalg.norm(np.diff(point[first : last + 1, :2], axis=0), axis=1)
                np.maximum.at(slip, np.arange(first + 1, last + 1), pace * posed.fps)
                if flags is foot.toe:
                    speeds.append(pace * posed.fps)
        height, tilt = _sole(scene, corners, posed.underside(side), foot, surfaces)
        heights.append(height[np.isfinite(height)])
        lifted = np.fmax(lifted, np.fmax.reduce(height, axis=1))
        tilts.append(tilt)
    all_speeds, all_heights = np.concatenate(speeds), np.concatenate(heights)
    all_tilts = np.concatenate(tilts)
    values = {
        "drift_max": 1e3 * max(drifts),
        "drift_median": 1e3 * float(np.median(drifts)),
        "slip_mean": 1e2 * float(all_speeds.mean()),
        "slip_p95": 1e2 * float(np.percentile(all_speeds, 95)),
        "height_mean": 1e3 * float(all_heights.mean()) if len(all_heights) else None,
        "height_p95": 1e3 * float(np.percentile(all_heights, 95)) if len(all_heights) else None,
        "height_max": 1e3 * float(all_heights.max()) if len(all_heights) else None,
        "tilt_mean": float(np.degrees(all_tilts.mean())) if len(all_tilts) else None,
        "tilt_max": float(np.degrees(all_tilts.max())) if len(all_tilts) else None,
    }
    where: dict[str, NDArray[np.bool_]] = {
        "drift_max": 1e3 * drift > (np.inf if limits.drift is None else limits.drift),
        "slip_mean": 1e2 * slip > (np.inf if limits.slip is None else limits.slip),
        "height_p95": 1e3 * np.nan_to_num(lifted)
        > (np.inf if limits.stance_height is None else limits.stance_height),
    }
    standing_frames = sum(int(foot.toe.sum()) for _, foot in feet)
    notes = {
        "drift_max": f"frame {int(np.argmax(drift))}; {len(drifts)} stances of toes and heels",
        "slip_mean": f"over {standing_frames} frames of one foot",
    }
    lacking = {"height": "nothing is under the feet", "tilt": "no heel is ever down"}
    stands = np.any([foot.toe | foot.heel for _, foot in feet], axis=0)
    series = {
        "drift_max": np.where(stands, 1e3 * drift, np.nan),
        "slip_mean": np.where(stands, 1e2 * slip, np.nan),
        "height_p95": 1e3 * lifted,
    }
    return tuple(
        Measure(
            f"stance.{key}",
            value,
            _UNITS[key],
            bounds.get(key),
            frames=runs(where[key]) if key in where else (),
            series=series.get(key),
            note=notes.get(key, "" if value is not None else lacking[key.partition("_")[0]]),
        )
        for key, value in values.items()
    )


def _sole(
    scene: Scene, corners: Array, lowest: Array, foot: Standing, surfaces: Surfaces
) -> tuple[Array, Array]:
    """Height errors ``(T, 4)`` [m] of corners while they stand, tilts [rad] while it is flat.

    The corners of the toe edge are measured while the toe stands, those of the heel while the
    heel is down too. A foot whose heel is up may stand on what reaches beyond its toe edge: it
    stands where its lowest point ``(T,)`` does.
    """
    middle = corners[:, 2:].mean(axis=1)
    level = support_height(scene, middle, surfaces, _REACH)
    heights = np.full((len(corners), 4), np.nan)
    for k, flags in ((0, foot.heel), (1, foot.heel), (2, foot.toe), (3, foot.toe)):
        under = support_height(scene, corners[:, k], surfaces, _REACH)
        # A corner that overhangs its step is judged by the step that the toe stands on.
        with np.errstate(invalid="ignore"):
            same = np.abs(under - level) < _STEP
        error = np.abs(corners[:, k, 2] - np.where(same, under, level))
        rolled = np.minimum(error, np.abs(lowest - level))
        error = np.where(foot.heel, error, rolled)
        stands = flags & np.isfinite(level)
        heights[stands, k] = error[stands]
    along = corners[:, 2:].mean(axis=1) - corners[:, :2].mean(axis=1)
    across = corners[:, 0] - corners[:, 1] + corners[:, 2] - corners[:, 3]
    normal = np.cross(along, across)
    up = np.abs(normal[:, 2]) / np.linalg.norm(normal, axis=1)
    return heights, np.arccos(np.clip(up[foot.heel], 0.0, 1.0))


def _missing(
    bounds: dict[str, float | None], why: str, *, owed: bool = True
) -> tuple[Measure, ...]:
    return tuple(
        none(f"stance.{key}", unit, why, bounds.get(key), owed=owed) for key, unit in _UNITS.items()
    )
