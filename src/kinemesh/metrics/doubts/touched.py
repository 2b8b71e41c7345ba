"""Doubts about hands: labels without a touch, touches without a label, and none that is measured.

A touch is looked for on the true surface, whatever the labels say.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kinemesh.arrays import Array
from kinemesh.metrics.geometry.trajectory import SIDES
from kinemesh.metrics.person import human
from kinemesh.metrics.person.human import Hands, lasting
from kinemesh.metrics.person.timeline import person_touches
from kinemesh.metrics.score import Doubt, Measure, runs
from kinemesh.motion import Scene

_FAR = (0.15, 0.25)
"""A hand further than this [m] from every prop touches none: by its fingers, by its wrist."""
_MOMENT = 0.15
"""What lasts shorter than this [s] is no reason."""


def wrongly_labelled(hands: Hands) -> Iterator[Doubt]:
    """Labels of touch that nothing is there for, or that no row looks at."""
    clip = hands.clip
    for landmark, label in clip.contacts.items():
        flags = lasting(np.asarray(label), clip.fps, _MOMENT)
        if not flags.any():
            continue
        said = f"the labels say that the {landmark.replace('_', ' ')} touches a prop"
        if not clip.scene.props:
            yield Doubt("doubt.contact", f"{said}, and the scene has none", runs(flags))
        elif not landmark.endswith("_hand"):
            yield Doubt("doubt.contact", f"{said}, which no row measures", runs(flags))
        else:
            distance, fingers = _nearest(hands, landmark.removesuffix("_hand"))
            reach = _FAR[0 if fingers else 1]
            far = lasting(flags & (distance > reach), clip.fps, _MOMENT)
            if far.any():
                most = float(distance[far].max())
                why = f"{said}, and it is up to {most:.2f} m from every one"
                yield Doubt("doubt.contact", why, runs(far))


def unmeasured(scene: Scene, hands: Hands, measures: tuple[Measure, ...]) -> Iterator[Doubt]:
    """Hands on a prop that no row measures, though they touch its surface."""
    measured = any(m.name == "contact.prop.gap_p95" and m.value is not None for m in measures)
    there = {prop.name for prop in scene.props}
    clip = hands.clip
    for prop in clip.scene.props:
        if measured and prop.name in there:
            continue
        for side in SIDES:
            touches = person_touches(hands, prop.name, side, labelled=False)
            flags = human.lasting(touches, clip.fps)
            if flags.any():
                lacks = "" if prop.name in there else ", which the robot's scene lacks"
                why = f"the person's {side} hand touches {prop.name}{lacks}, and no row measures it"
                yield Doubt("doubt.contact", why, runs(flags))


def _nearest(hands: Hands, side: str) -> tuple[Array, bool]:
    """Distance [m] of a hand from the nearest prop ``(T,)``, and if by its fingers."""
    found = [hands.near(side, prop.name) for prop in hands.clip.scene.props]
    return np.min([distance for distance, _, _ in found], axis=0), found[0][2]
