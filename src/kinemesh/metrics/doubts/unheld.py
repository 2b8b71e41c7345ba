"""Doubts about a solver that saw another thing than the ruler: what it held, and what it did not.

What the solver held comes with the result; what the person does is read again, by the ruler's
own rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from kinemesh.metrics.geometry.trajectory import SIDES
from kinemesh.metrics.person.bearing import Bearings
from kinemesh.metrics.person.human import Flags, lasting, standing
from kinemesh.metrics.score import Doubt, runs
from kinemesh.motion import LANDMARKS, Clip

_EDGE = 0.15
"""Two detectors may differ by less than this [s] about when a foot or a hand comes and goes."""


def unheld_feet(what: Bearings, stance: Mapping[str, Flags]) -> Iterator[Doubt]:
    """Feet that stand and were not held, and that were held in the air.

    ``stance`` has the solver's flags ``(T,)`` by ``left_toe``, ``left_landing``, ...
    """
    clip = what.clip
    for side in SIDES:
        held = stance.get(f"{side}_toe")
        if held is None or len(held) != len(clip):
            continue
        # While a foot eases into its place or out of it, it is held already, or still.
        eased = held | stance.get(f"{side}_landing", held)
        free = lasting(standing(clip, side, what.surfaces).toe & ~eased, clip.fps, _EDGE)
        if free.any():
            why = (
                f"the person's {side} foot stands and the solver did not hold it, for up to "
                f"{_longest(free, clip.fps):.2f} s"
            )
            yield Doubt("doubt.not_held", why, runs(free))
        hangs = lasting(held & ~_foot_near(what, side, held), clip.fps, _EDGE)
        if hangs.any():
            why = f"the solver held the {side} foot, which is at no surface"
            yield Doubt("doubt.held_in_air", why, runs(hangs))


def unheld_hands(
    clip: Clip,
    touch: Mapping[tuple[str, str], Flags],
    touching: Mapping[tuple[str, str], Flags],
) -> Iterator[Doubt]:
    """Hands that touch and were not held: ``touch`` is the solver's, ``touching`` the ruler's."""
    for (hand, thing), flags in touching.items():
        held = touch.get((hand, thing), np.zeros(len(clip), dtype=bool))
        if len(held) != len(clip):
            continue
        free = lasting(flags & ~held, clip.fps, _EDGE)
        if free.any():
            why = (
                f"the person's {hand.replace('_', ' ')} touches {thing} and the solver did not "
                f"hold it, for up to {_longest(free, clip.fps):.2f} s"
            )
            yield Doubt("doubt.not_held", why, runs(free))


def _foot_near(what: Bearings, side: str, held: Flags) -> Flags:
    """When a toe or an ankle is at a surface ``(T,)``; of shapes only if the ground is not."""
    columns = [LANDMARKS.index(f"{side}_{part}") for part in ("toe", "ankle")]
    flags = what.on_ground.near[:, columns].any(axis=1)
    if (held & ~flags).any():
        flags = what.on_all.near[:, columns].any(axis=1)
    return np.asarray(flags)


def _longest(flags: Flags, fps: float) -> float:
    return max(last - first + 1 for first, last in runs(flags)) / fps
