"""Whether the robot rests on what the person rests on: knees, shins, elbows, seat, back, head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.encounter import Encounter
from kinemesh.metrics.geometry.limb_hulls import LimbHulls, limb_hulls
from kinemesh.metrics.geometry.solid import Solid
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.limits import Limits
from kinemesh.metrics.person.bodies import BodyTouch
from kinemesh.metrics.score import Measure, none, runs
from kinemesh.motion import GROUND, Scene

KEPT = 0.01
"""A part rests on a thing while it is no further from it than this [m]."""
_ROWS = (("gap_mean", "mm"), ("gap_p95", "mm"), ("kept", "%"))


@dataclass(frozen=True, eq=False)
class Rest:
    """How far one part of the robot is from one thing."""

    name: str
    """``left knee on ground``."""
    frames: NDArray[np.int64]
    gaps: Array
    """Distances ``(K,)`` [m] in those frames, of what is inside its depth."""


class BodyGaps:
    """How far parts of the robot are from the things of its scene."""

    def __init__(
        self, posed: KinematicTrajectory, scene: Scene, things: Sequence[Encounter | None]
    ) -> None:
        self._posed, self._ground = posed, scene.ground
        self._solids: Mapping[str, Solid] = {one.solid.name: one.solid for one in things if one}
        self._limbs: dict[str, LimbHulls | None] = {}

    def has(self, part: str) -> bool:
        """Whether the robot has hulls that are this part."""
        return self._limb(part) is not None

    def rest(self, part: str, thing: str, flags: NDArray[np.bool_]) -> Rest | None:
        """The gaps of a part and a thing in some frames; None where one of them is lacking."""
        limb, frames = self._limb(part), np.flatnonzero(flags)
        if limb is None or not len(frames):
            return None
        if thing == GROUND and self._ground is not None:
            gaps = limb.over(self._posed, self._ground)[frames]
        elif thing in self._solids:
            gaps = limb.gaps(self._posed, self._solids[thing], frames)
        else:
            return None
        return Rest(f"{part.replace('_', ' ')} on {thing}", frames, np.abs(gaps))

    def _limb(self, part: str) -> LimbHulls | None:
        if part not in self._limbs:
            self._limbs[part] = limb_hulls(self._posed.robot, part)
        return self._limbs[part]


def body(
    posed: KinematicTrajectory,
    gaps: BodyGaps,
    touching: Sequence[BodyTouch] | None,
    limits: Limits,
) -> tuple[Measure, ...]:
    """Rows of the parts that the person rests on; ``touching`` is None without the clip."""
    if touching is None:
        return _missing("needs the clip", limits, owed=True)
    found = [rest for t in touching if (rest := gaps.rest(t.part, t.thing, t.flags))]
    lacks = sorted({t.part.replace("_", " ") for t in touching if not gaps.has(t.part)})
    without = f"the robot has no hull for {', '.join(lacks)}" if lacks else ""
    if not found:
        return _missing(without or "the person rests on hands and feet alone", limits)
    frames = np.concatenate([one.frames for one in found])
    away = np.concatenate([one.gaps for one in found])
    worst = max(found, key=lambda one: float(one.gaps.max()))
    k = int(np.argmax(worst.gaps))
    kept = {one.name: 100.0 * float(np.mean(one.gaps <= KEPT)) for one in found}
    far = np.zeros(len(posed), dtype=bool)
    far[frames[away > KEPT]] = True
    series = np.full(len(posed), -np.inf)
    np.maximum.at(series, frames, 1e3 * away)
    allowed = np.inf if limits.body_gap is None else limits.body_gap
    return (
        Measure(
            "contact.body.gap_mean",
            1e3 * float(away.mean()),
            "mm",
            note="; ".join(filter(None, (f"over {len(away)} contacts", without))),
        ),
        Measure(
            "contact.body.gap_p95",
            1e3 * float(np.percentile(away, 95)),
            "mm",
            limits.body_gap,
            frames=runs(series > allowed),
            note=f"at most {1e3 * worst.gaps[k]:.3g} mm, {worst.name} in frame {worst.frames[k]}",
            series=np.where(np.isfinite(series), series, np.nan),
        ),
        Measure(
            "contact.body.kept",
            min(kept.values()),
            "%",
            limits.body_kept,
            at_least=True,
            frames=runs(far),
            note=f"the least: {min(kept, key=lambda name: kept[name])}",
            parts=kept,
        ),
    )


def _missing(why: str, limits: Limits, *, owed: bool = False) -> tuple[Measure, ...]:
    bounds = {"gap_p95": limits.body_gap, "kept": limits.body_kept}
    return tuple(
        none(
            *(f"contact.body.{what}", unit, why, bounds.get(what)),
            owed=owed and what in bounds,
            at_least=what == "kept",
        )
        for what, unit in _ROWS
    )
