"""Whether the robot's hands and feet touch what the person's touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.encounter import Encounter
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.geometry.trajectory import SIDES, KinematicTrajectory
from kinemesh.metrics.limits import Limits
from kinemesh.metrics.measures.hand_touches import HandTouch
from kinemesh.metrics.person.human import standing
from kinemesh.metrics.person.support import support_height
from kinemesh.metrics.score import Measure, none, runs
from kinemesh.motion import Clip, Scene

_KEPT = 0.02
"""Contact is kept while the gap is no wider than this [m]."""


@dataclass
class _Gaps:
    """Gaps of one kind of contact, gathered over hands, feet and frames."""

    frames: list[int] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)

    def add(self, frames: NDArray[np.int64], gaps: Array) -> None:
        self.frames += frames.tolist()
        self.gaps += np.abs(gaps).tolist()


def contact(
    posed: KinematicTrajectory,
    scene: Scene,
    clip: Clip | None,
    terrain: Encounter | None,
    touching: Sequence[HandTouch],
    limits: Limits,
    surfaces: Surfaces,
) -> tuple[Measure, ...]:
    """Rows of the gaps of hands on props, hands on terrain and feet on terrain."""
    bounds = {
        "prop": (limits.prop_gap, limits.prop_kept),
        "terrain_hand": (limits.terrain_gap, limits.terrain_kept),
        "terrain_foot": (limits.terrain_gap, limits.terrain_kept),
    }
    found = {kind: _Gaps() for kind in bounds}
    for touch in touching:
        gaps = touch.thing.gaps(touch.frames, posed.hand_hulls(touch.side))
        found[touch.kind].add(touch.frames, gaps)
    if terrain is not None and clip is not None and clip.scene.terrain is not None:
        for side in SIDES:
            _foot_on_terrain(posed, terrain, clip, side, surfaces, found["terrain_foot"])
    rows: list[Measure] = []
    for kind, gathered in found.items():
        thing = kind.split("_", maxsplit=1)[0]
        if (scene.terrain is None) if thing == "terrain" else (not scene.props):
            rows.append(none(f"contact.{kind}.gap_mean", "mm", f"the scene has no {thing}"))
        else:
            why = "needs the clip" if clip is None else f"the person touches no {thing}"
            rows += _rows(kind, gathered, bounds[kind], len(posed), why, owed=clip is None)
    return tuple(rows)


def _foot_on_terrain(
    posed: KinematicTrajectory,
    terrain: Encounter,
    clip: Clip,
    side: str,
    surfaces: Surfaces,
    found: _Gaps,
) -> None:
    """Feet that stand with the terrain, and not the ground plane, under their toes."""
    toe = clip.landmark(f"{side}_toe")
    under = support_height(clip.scene, toe, surfaces)
    flat = -np.inf if clip.scene.ground is None else clip.scene.ground
    flags: NDArray[np.bool_] = standing(clip, side, surfaces).toe & (under > flat + 1e-3)
    hulls = posed.foot_hulls(side)
    frames = np.flatnonzero(flags)
    found.add(frames, terrain.gaps(frames, hulls))


def _rows(
    kind: str,
    found: _Gaps,
    bounds: tuple[float | None, float | None],
    frames: int,
    why: str,
    *,
    owed: bool,
) -> list[Measure]:
    gap_limit, kept_limit = bounds
    if not found.gaps:
        return [
            none(f"contact.{kind}.gap_mean", "mm", why),
            none(f"contact.{kind}.gap_p95", "mm", why, gap_limit, owed=owed),
            none(f"contact.{kind}.kept", "%", why, kept_limit, owed=owed, at_least=True),
        ]
    gaps, index = np.array(found.gaps), np.array(found.frames)
    worst = int(np.argmax(gaps))
    allowed = np.inf if gap_limit is None else gap_limit
    return [
        Measure(
            f"contact.{kind}.gap_mean",
            1e3 * float(gaps.mean()),
            "mm",
            note=f"over {len(gaps)} contacts",
        ),
        Measure(
            f"contact.{kind}.gap_p95",
            1e3 * float(np.percentile(gaps, 95)),
            "mm",
            gap_limit,
            frames=runs(_flag(index[1e3 * gaps > allowed], frames)),
            note=f"at most {1e3 * gaps[worst]:.3g} mm, in frame {index[worst]}",
            series=_widest(index, 1e3 * gaps, frames),
        ),
        Measure(
            f"contact.{kind}.kept",
            100.0 * float(np.mean(gaps <= _KEPT)),
            "%",
            kept_limit,
            at_least=True,
            frames=runs(_flag(index[gaps > _KEPT], frames)),
        ),
    ]


def _widest(index: NDArray[np.int64], gaps: Array, frames: int) -> Array:
    """The widest gap of each frame ``(T,)``; NaN where nothing touches."""
    series = np.full(frames, -np.inf)
    np.maximum.at(series, index, gaps)
    return np.where(np.isfinite(series), series, np.nan)


def _flag(index: Array | NDArray[np.int64], frames: int) -> NDArray[np.bool_]:
    flags = np.zeros(frames, dtype=bool)
    flags[index] = True
    return flags
