"""Whether what the solver says it holds is where it says: nothing is planted in the air."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from kinemesh.metrics.doubts.doubts import Held
from kinemesh.metrics.geometry.encounter import Encounter
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.limits import Limits
from kinemesh.metrics.measures.body import KEPT, BodyGaps, Rest
from kinemesh.metrics.person.support import support_height
from kinemesh.metrics.score import Measure, none, runs
from kinemesh.motion import HANDS, Scene

NAME = "contact.claimed.kept"
_REACH = 0.05
"""How far a sole may be inside its surface [m] and still be said to stand on it."""
_WHOLE = {"knee": "shin", "elbow": "forearm"}
"""A claim is kept by any place of a limb that is held."""


def claimed(
    posed: KinematicTrajectory,
    scene: Scene,
    things: Sequence[Encounter | None],
    gaps: BodyGaps,
    held: Held | None,
    limits: Limits,
    surfaces: Surfaces,
) -> Measure:
    """How often soles and other parts that the solver holds are within 10 mm of what holds them."""
    if held is None or not (held.stance or held.touch):
        why = "what the solver held is not known"
        return none(NAME, "%", why, limits.claimed_kept, at_least=True)
    found = [
        *_soles(posed, scene, held, surfaces),
        *_parts(posed, things, gaps, held),
    ]
    if not found:
        return none(NAME, "%", "the solver held nothing", limits.claimed_kept, at_least=True)
    away = np.concatenate([one.gaps for one in found])
    off = np.zeros(len(posed), dtype=bool)
    for one in found:
        off[one.frames[one.gaps > KEPT]] = True
    worst = max(found, key=lambda one: float(one.gaps.max()))
    k = int(np.argmax(worst.gaps))
    return Measure(
        NAME,
        100.0 * float(np.mean(away <= KEPT)),
        "%",
        limits.claimed_kept,
        at_least=True,
        frames=runs(off),
        note=f"at most {1e3 * worst.gaps[k]:.3g} mm, {worst.name} in frame {worst.frames[k]}",
        parts={one.name: 100.0 * float(np.mean(one.gaps <= KEPT)) for one in found},
    )


def _soles(
    posed: KinematicTrajectory, scene: Scene, held: Held, surfaces: Surfaces
) -> Iterator[Rest]:
    """Soles, by the corner that is nearest to its surface, or by the foot's lowest point."""
    for sole in posed.robot.soles:
        flags = held.stance.get(f"{sole.name}_toe")
        if flags is None or len(flags) != len(posed) or not np.any(flags):
            continue
        frames = np.flatnonzero(flags)
        corners = posed.corners(sole.name)[frames]
        under = support_height(scene, corners.reshape(-1, 3), surfaces, _REACH).reshape(-1, 4)
        apart = np.abs(corners[..., 2] - under).min(axis=1)
        lowest = np.abs(posed.underside(sole.name)[frames, None] - under).min(axis=1)
        yield Rest(f"{sole.name} sole", frames, np.minimum(apart, lowest))


def _parts(
    posed: KinematicTrajectory, things: Sequence[Encounter | None], gaps: BodyGaps, held: Held
) -> Iterator[Rest]:
    """Hands and other parts, each on its thing."""
    met = {one.solid.name: one for one in things if one}
    for (part, thing), flags in held.touch.items():
        if len(flags) != len(posed) or not np.any(flags):
            continue
        side, _, what = part.rpartition("_")
        if part in HANDS and thing in met:
            frames = np.flatnonzero(flags)
            apart = np.abs(met[thing].gaps(frames, posed.hand_hulls(side)))
            yield Rest(f"{part.replace('_', ' ')} on {thing}", frames, apart)
            continue
        whole = f"{side}_{_WHOLE[what]}" if what in _WHOLE else part
        rest = gaps.rest(whole, thing, np.asarray(flags, dtype=bool))
        if rest is not None:
            yield rest
