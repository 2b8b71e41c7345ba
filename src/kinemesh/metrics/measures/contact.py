"""Whether the robot's hands and feet touch what the person's touch, and at the same place."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.geometry import palms
from kinemesh.metrics.geometry.encounter import Encounter
from kinemesh.metrics.geometry.surface import Surface, Surfaces
from kinemesh.metrics.geometry.trajectory import SIDES, KinematicTrajectory
from kinemesh.metrics.limits import Limits
from kinemesh.metrics.person import touches
from kinemesh.metrics.person.human import Hands, standing
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
    shifts: list[float] = field(default_factory=list)

    def add(self, frames: NDArray[np.int64], gaps: Array, shifts: Array) -> None:
        self.frames += frames.tolist()
        self.gaps += gaps.tolist()
        self.shifts += shifts.tolist()


def contact(
    posed: KinematicTrajectory,
    scene: Scene,
    props: tuple[Encounter, ...],
    terrain: Encounter | None,
    hands: Hands | None,
    limits: Limits,
    surfaces: Surfaces,
) -> tuple[Measure, ...]:
    """Rows of hands on props, hands on terrain and feet on terrain."""
    bounds = {
        "prop": (limits.prop_gap, limits.prop_kept, limits.prop_shift),
        "terrain_hand": (limits.terrain_gap, limits.terrain_kept, None),
        "terrain_foot": (limits.terrain_gap, limits.terrain_kept, None),
    }
    found = {kind: _Gaps() for kind in bounds}
    if hands is not None:
        for side in SIDES:
            _hand_on_props(posed, scene, props, hands, side, surfaces, found["prop"])
        if terrain is not None and hands.clip.scene.terrain is not None:
            for side in SIDES:
                _hand_on_terrain(posed, terrain, hands, side, surfaces, found["terrain_hand"])
                _foot_on_terrain(posed, terrain, hands.clip, side, surfaces, found["terrain_foot"])
    rows: list[Measure] = []
    for kind, gaps in found.items():
        thing = kind.split("_", maxsplit=1)[0]
        if (scene.terrain is None) if thing == "terrain" else (not scene.props):
            rows.append(none(f"contact.{kind}.gap_mean", "mm", f"the scene has no {thing}"))
        else:
            why = "needs the clip" if hands is None else f"the person touches no {thing}"
            rows += _rows(kind, gaps, bounds[kind], len(posed), why, owed=hands is None)
    return tuple(rows)


def _hand_on_props(
    posed: KinematicTrajectory,
    scene: Scene,
    props: tuple[Encounter, ...],
    hands: Hands,
    side: str,
    surfaces: Surfaces,
    found: _Gaps,
) -> None:
    targets = {prop.name: prop for prop in scene.props}
    sources = {prop.name: prop for prop in hands.clip.scene.props}
    for name, touch in touches.on_props(hands, side).items():
        if name in targets:
            thing = next(s for s in props if s.solid.name == name)
            frames = np.flatnonzero(touch.flags)
            target, source = targets[name], sources[name]
            here = surfaces[target.shape], target.track[frames]
            there = surfaces[source.shape], source.track[frames]
            _hand(posed, thing, hands.clip, side, frames, here, there, found)


def _hand_on_terrain(
    posed: KinematicTrajectory,
    terrain: Encounter,
    hands: Hands,
    side: str,
    surfaces: Surfaces,
    found: _Gaps,
) -> None:
    clip = hands.clip
    assert clip.scene.terrain is not None
    frames = np.flatnonzero(touches.on_terrain(hands, side).flags)
    here, there = (
        (surfaces[shape], poses.IDENTITY[None])
        for shape in (terrain.solid.shape, clip.scene.terrain.shape)
    )
    _hand(posed, terrain, clip, side, frames, here, there, found)


def _hand(
    posed: KinematicTrajectory,
    thing: Encounter,
    clip: Clip,
    side: str,
    frames: NDArray[np.int64],
    here: tuple[Surface, Array],
    there: tuple[Surface, Array],
    found: _Gaps,
) -> None:
    """A hand that touches a solid in some frames: its gaps, and how far its places are off."""
    robot, person = posed.palm(side)[frames], palms.palm(clip, side)[frames]
    gaps = thing.gaps(frames, posed.hand_hulls(side))
    found.add(frames, np.abs(gaps), palms.shift(robot, person, here, there))


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
    found.add(frames, np.abs(terrain.gaps(frames, hulls)), np.zeros(0))


def _rows(
    kind: str,
    found: _Gaps,
    bounds: tuple[float | None, float | None, float | None],
    frames: int,
    why: str,
    *,
    owed: bool,
) -> list[Measure]:
    gap_limit, kept_limit, shift_limit = bounds
    if not found.gaps:
        return [
            none(f"contact.{kind}.gap_mean", "mm", why),
            none(f"contact.{kind}.gap_p95", "mm", why, gap_limit, owed=owed),
            none(f"contact.{kind}.kept", "%", why, kept_limit, owed=owed),
        ]
    gaps, index = np.array(found.gaps), np.array(found.frames)
    worst = int(np.argmax(gaps))
    allowed = np.inf if gap_limit is None else gap_limit
    rows = [
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
    if found.shifts:
        shifts = np.array(found.shifts)
        far = index[1e3 * shifts > (np.inf if shift_limit is None else shift_limit)]
        rows += [
            Measure(
                f"contact.{kind}.shift_mean",
                1e3 * float(shifts.mean()),
                "mm",
                shift_limit,
                frames=() if shift_limit is None else runs(_flag(far, frames)),
            ),
            Measure(f"contact.{kind}.shift_p95", 1e3 * float(np.percentile(shifts, 95)), "mm"),
        ]
    return rows


def _widest(index: NDArray[np.int64], gaps: Array, frames: int) -> Array:
    """The widest gap of each frame ``(T,)``; NaN where nothing touches."""
    series = np.full(frames, -np.inf)
    np.maximum.at(series, index, gaps)
    return np.where(np.isfinite(series), series, np.nan)


def _flag(index: Array | NDArray[np.int64], frames: int) -> NDArray[np.bool_]:
    flags = np.zeros(frames, dtype=bool)
    flags[index] = True
    return flags
