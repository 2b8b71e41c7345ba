"""Whether the robot's hands and feet touch what the person's touch, and at the same place."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kinemesh.metrics import human
from kinemesh.metrics.limits import Limits
from kinemesh.metrics.posed import SIDES, Posed
from kinemesh.metrics.score import Measure, none, runs
from kinemesh.metrics.solid import Solid, same_place
from kinemesh.metrics.support import support_height
from kinemesh.metrics.surface import Surface
from kinemesh.motion import Clip, Scene, poses
from kinemesh.motion.arrays import Array
from kinemesh.motion.edits import edited

_KEPT = 0.02
"""Contact is kept while the gap is no wider than this [m]."""


@dataclass
class _Gaps:
    """Gaps of one kind of contact, gathered over hands, feet and frames."""

    frames: list[int] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    shifts: list[float] = field(default_factory=list)

    def add(self, frame: int, gap: float, shift: float | None) -> None:
        self.frames.append(frame)
        self.gaps.append(gap)
        if shift is not None:
            self.shifts.append(shift)


def contact(
    posed: Posed,
    scene: Scene,
    props: tuple[Solid, ...],
    terrain: Solid | None,
    clip: Clip | None,
    limits: Limits,
) -> tuple[Measure, ...]:
    """Rows of hands on props, hands on terrain and feet on terrain."""
    bounds = {
        "prop": (limits.prop_gap, limits.prop_kept),
        "terrain_hand": (limits.terrain_gap, limits.terrain_kept),
        "terrain_foot": (limits.terrain_gap, limits.terrain_kept),
    }
    found = {kind: _Gaps() for kind in bounds}
    if clip is not None:
        surfaces = {p.name: Surface.of(p.shape) for p in clip.scene.props}
        for side in SIDES:
            _hand_on_props(posed, scene, props, clip, side, surfaces, found["prop"])
        if terrain is not None and clip.scene.terrain is not None:
            surface = Surface.of(clip.scene.terrain.shape)
            for side in SIDES:
                _hand_on_terrain(posed, terrain, clip, side, surface, found["terrain_hand"])
                _foot_on_terrain(posed, terrain, clip, side, found["terrain_foot"])
    rows: list[Measure] = []
    for kind, gaps in found.items():
        thing = kind.split("_", maxsplit=1)[0]
        if (scene.terrain is None) if thing == "terrain" else (not scene.props):
            rows.append(none(f"contact.{kind}.gap_mean", "mm", f"the scene has no {thing}"))
        else:
            why = "needs the clip" if clip is None else f"the person touches no {thing}"
            rows += _rows(kind, gaps, bounds[kind], len(posed), why)
    return tuple(rows)


def _hand_on_props(
    posed: Posed,
    scene: Scene,
    props: tuple[Solid, ...],
    clip: Clip,
    side: str,
    surfaces: dict[str, Surface],
    found: _Gaps,
) -> None:
    """Labels say when; which prop, and without labels when too, is the nearest one."""
    hulls = posed.hand_hulls(side)
    names = [p.name for p in clip.scene.props if any(q.name == p.name for q in scene.props)]
    if not names:
        return
    sources = {p.name: p for p in clip.scene.props}
    nearby = {
        n: human.near(clip, side, sources[n].track, surfaces[n], sources[n].shape) for n in names
    }
    distance = np.array([nearby[n][0] for n in names])
    nearest = np.argmin(distance, axis=0)
    label = clip.contacts.get(f"{side}_hand")
    reach = human.PROP_TOUCH[0 if nearby[names[0]][2] else 1]
    flags = distance.min(axis=0) < reach if label is None else np.asarray(label)
    for index, name in enumerate(names):
        solid = next(s for s in props if s.name == name)
        target = next(q for q in scene.props if q.name == name)
        touching = edited(clip.edits, flags & (nearest == index), f"{side}_hand", name)
        for k in np.flatnonzero(touching):
            gap, place = solid.gap(posed.configurations[k], int(k), hulls)
            wanted = same_place(nearby[name][1][k][None], sources[name], target)[0]
            found.add(int(k), abs(gap), float(np.linalg.norm(place - wanted)))


def _hand_on_terrain(
    posed: Posed, terrain: Solid, clip: Clip, side: str, surface: Surface, found: _Gaps
) -> None:
    assert clip.scene.terrain is not None
    shape = clip.scene.terrain.shape
    distance, places, fingers = human.near(clip, side, poses.IDENTITY[None], surface, shape)
    hand = human.hand_points(clip, side)[0].mean(axis=1)
    flags = distance < human.TERRAIN_TOUCH[0 if fingers else 1]
    flags &= human.speed(hand, clip.fps) < human.TERRAIN_SPEED
    name = clip.scene.terrain.name
    flags = edited(clip.edits, human.lasting(flags, clip.fps), f"{side}_hand", name)
    hulls = posed.hand_hulls(side)
    low, high = shape.bounds
    to_low, to_high = terrain.shape.bounds
    for k in np.flatnonzero(flags):
        gap, place = terrain.gap(posed.configurations[k], int(k), hulls)
        wanted = to_low + (places[k] - low) / np.maximum(high - low, 1e-12) * (to_high - to_low)
        found.add(int(k), abs(gap), float(np.linalg.norm(place - wanted)))


def _foot_on_terrain(posed: Posed, terrain: Solid, clip: Clip, side: str, found: _Gaps) -> None:
    """Feet that stand with the terrain, and not the ground plane, under their toes."""
    toe = clip.landmark(f"{side}_toe")
    under = support_height(clip.scene, toe)
    flat = -np.inf if clip.scene.ground is None else clip.scene.ground
    flags: NDArray[np.bool_] = human.standing(clip, side).toe & (under > flat + 1e-3)
    hulls = posed.foot_hulls(side)
    for k in np.flatnonzero(flags):
        gap, _ = terrain.gap(posed.configurations[k], int(k), hulls)
        found.add(int(k), abs(gap), None)


def _rows(
    kind: str, found: _Gaps, bounds: tuple[float | None, float | None], frames: int, why: str
) -> list[Measure]:
    gap_limit, kept_limit = bounds
    if not found.gaps:
        return [
            none(f"contact.{kind}.gap_mean", "mm", why),
            none(f"contact.{kind}.gap_p95", "mm", why, gap_limit),
            none(f"contact.{kind}.kept", "%", why, kept_limit),
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
        rows += [
            Measure(f"contact.{kind}.shift_mean", 1e3 * float(shifts.mean()), "mm"),
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
