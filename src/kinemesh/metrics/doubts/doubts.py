"""What could not be judged of a motion: no stance, no contact, a solver that saw another thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kinemesh.arguments import mapping
from kinemesh.metrics.doubts.carried import carried
from kinemesh.metrics.doubts.leaps import leaps
from kinemesh.metrics.doubts.taken import within_sheets
from kinemesh.metrics.doubts.touched import unmeasured, wrongly_labelled
from kinemesh.metrics.doubts.unattended import unattended
from kinemesh.metrics.doubts.unheld import unheld_feet, unheld_hands
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.geometry.trajectory import SIDES, KinematicTrajectory
from kinemesh.metrics.person.bearing import Bearings
from kinemesh.metrics.person.human import Hands
from kinemesh.metrics.person.timeline import person_touches
from kinemesh.metrics.score import Doubt, Measure
from kinemesh.motion import Clip, Scene

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Held:
    """Which limbs the solver held, frame by frame: ``Held(result.stance, result.touch)``.

    Raises:
        TypeError: an argument of another kind.
    """

    stance: Mapping[str, Flags] = field(default_factory=dict)
    """``left_toe``, ``left_heel``, ``left_landing``, ... to ``(T,)``; empty: not known."""
    touch: Mapping[tuple[str, str], Flags] = field(default_factory=dict)
    """Hand and thing to ``(T,)``."""

    def __post_init__(self) -> None:
        mapping("stance", self.stance, "parts of feet to flags (T,), such as result.stance")
        mapping("touch", self.touch, "hand and thing to flags (T,), such as result.touch")


def clip_doubts(clip: Clip, held: Held | None = None) -> tuple[Doubt, ...]:
    """What a clip leaves in doubt before any robot moves: what carries the person, what leaps.

    With ``held`` also the feet that a solver held otherwise than the person stands; its hands
    are compared by :func:`evaluate`, which has the surfaces.
    """
    return _clip_doubts(Bearings(clip, Surfaces()), held)


def _clip_doubts(what: Bearings, held: Held | None) -> tuple[Doubt, ...]:
    stance = {} if held is None else held.stance
    clip = what.clip
    return (*carried(what), *leaps(clip), *unattended(clip), *unheld_feet(what, stance))


def doubts(
    posed: KinematicTrajectory,
    scene: Scene,
    hands: Hands | None,
    held: Held | None,
    measures: tuple[Measure, ...],
) -> tuple[Doubt, ...]:
    """Every reason to doubt a motion that no row condemns.

    Without the clip there is none: the rows that need it are owed.
    """
    if hands is None:
        return ()
    clip = hands.clip
    found = list(_elsewhere(scene, clip))
    # A robot that does not walk is brought what it handles: what carries the person is no matter.
    what = Bearings(clip, hands.surfaces)
    if posed.robot.fixed_base:
        found += (*leaps(clip), *unattended(clip))
    else:
        found += _clip_doubts(what, held)
    found += within_sheets(posed, scene)
    found += wrongly_labelled(hands)
    found += unmeasured(scene, hands, measures)
    if held is not None and (held.stance or held.touch):
        touching = {
            (f"{side}_hand", thing): person_touches(hands, thing, side)
            for thing in clip.scene.things
            for side in SIDES
        }
        found += unheld_hands(clip, held.touch, touching)
    return tuple(found)


def _elsewhere(scene: Scene, clip: Clip) -> Iterator[Doubt]:
    """A scene of the robot's that lacks what the person stands on."""
    for what, there, wanted in (
        ("ground", scene.ground, clip.scene.ground),
        ("terrain", scene.terrain, clip.scene.terrain),
    ):
        if there is None and wanted is not None:
            yield Doubt("doubt.scene", f"the person has a {what} and the robot's scene has none")
