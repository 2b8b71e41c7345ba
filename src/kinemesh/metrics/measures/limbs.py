"""Where the robot's limbs point, against the person's: no length, place or scale counts."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.directions import between, bone, unit
from kinemesh.metrics.geometry.trajectory import SIDES, KinematicTrajectory
from kinemesh.metrics.limits import Limits
from kinemesh.metrics.measures import windows
from kinemesh.metrics.score import Measure, none, runs
from kinemesh.motion import Clip

_BONES = {
    "upper arm": ("shoulder", "elbow"),
    "forearm": ("elbow", "hand"),
    "thigh": ("hip", "knee"),
    "shank": ("knee", "ankle"),
}
LIMBS = tuple(f"{side} {bone}" for side in SIDES for bone in _BONES)
"""The limbs, in the order of the columns of :func:`directions`."""


def limbs(posed: KinematicTrajectory, clip: Clip | None, limits: Limits) -> tuple[Measure, ...]:
    """Rows on the angle between the robot's limb and the person's, none of them corrected."""
    bounds = {
        "mean": None,
        "worst_mean": limits.limb_mean,
        "worst_p95": limits.limb_p95,
        "worst_half_second": limits.limb_half_second,
    }
    if clip is None:
        why = "needs the clip"
        return tuple(none(f"limbs.{key}", "deg", why, bound) for key, bound in bounds.items())
    angle = between(directions(posed.landmarks), directions(clip.landmarks()))
    if not np.isfinite(angle).any():
        why = "no limb of the person or of the robot has a length"
        return tuple(
            none(f"limbs.{key}", "deg", why, bound, owed=True) for key, bound in bounds.items()
        )
    lasting = windows.sustained(angle, posed.fps)
    counted = {
        "worst_mean": (windows.column_mean(angle), angle),
        "worst_p95": (windows.column_percentile(angle, 95.0), angle),
        "worst_half_second": (windows.column_percentile(lasting, 100.0), lasting),
    }
    rows = [Measure("limbs.mean", float(np.nanmean(angle)), "deg", series=_mean(angle))]
    for key, (figures, series) in counted.items():
        most = int(np.nanargmax(figures))
        frame = int(np.nanargmax(series[:, most]))
        rows.append(
            Measure(
                f"limbs.{key}",
                float(figures[most]),
                "deg",
                bounds[key],
                frames=runs(windows.over(series, bounds[key])),
                note=f"{LIMBS[most]}, most in frame {frame}",
                series=np.fmax.reduce(series, axis=1),
                parts=_named(figures),
            )
        )
    return tuple(rows)


def directions(landmarks: Array) -> Array:
    """Unit directions ``(T, 8, 3)`` of the limbs away from the trunk; NaN without a length."""
    return np.stack(
        [
            unit(bone(landmarks, f"{side}_{start}", f"{side}_{end}"))
            for side in SIDES
            for start, end in _BONES.values()
        ],
        axis=1,
    )


def _mean(angle: Array) -> Array:
    known = np.isfinite(angle)
    total = np.where(known, angle, 0.0).sum(axis=1)
    means = total / np.maximum(known.sum(axis=1), 1)
    return np.asarray(np.where(known.any(axis=1), means, np.nan))


def _named(figures: Array) -> dict[str, float]:
    return {n: float(f) for n, f in zip(LIMBS, figures, strict=True) if np.isfinite(f)}
