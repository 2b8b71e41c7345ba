"""Where a prop of real size is that the person holds, in the robot's proportions."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.directions import middle
from kinemesh.metrics.geometry.trajectory import SIDES
from kinemesh.metrics.person.human import Hands
from kinemesh.metrics.person.touches import on_props
from kinemesh.motion import LANDMARKS, Prop


def held_offsets(hands: Hands, person: Array, scale: float) -> dict[str, list[Array]]:
    """How far ``(3,)`` [m] props are from their scaled places where hands have them, by name.

    A prop keeps its size, and arms of the robot's lengths that point as the person's do are longer
    or shorter than the scale: what they hold is not where it is scaled to. A prop that is to be
    there is moved by one offset, constant in its own frame: for each hand that touches it the
    median over those frames. A prop that nobody touches is not in the result.

    Args:
        hands: the person's, beside what is in her scene.
        person: her landmarks in the robot's proportions ``(T, K, 3)`` [m].
        scale: how much smaller the robot's world is.
    """
    clip, offsets = hands.clip, dict[str, list[Array]]()
    # Props are at scaled places, and so are the hips whose arms hold them.
    aside = scale * middle(clip.landmarks(), "hip") - middle(person, "hip")
    aside[:, 2] = 0.0
    for side in SIDES:
        touching = on_props(hands, side)
        hand = person[:, LANDMARKS.index(f"{side}_hand")] + aside
        for prop in clip.scene.objects:
            touch = touching[prop.name]
            if not touch.flags.any():
                continue
            turns = poses.matrix(prop.track)
            places = poses.apply(prop.track, touch.places[:, None])[:, 0]
            # Hands are of real size, as what they hold: the wrist is as far from the place.
            there = hand + places - clip.landmark(f"{side}_hand")
            local = touch.places - prop.shape.bounds.mean(axis=0)
            away = there - (_scaled_middles(prop, scale) + np.einsum("tij,tj->ti", turns, local))
            own = np.einsum("tji,tj->ti", turns, away)[touch.flags]
            offsets.setdefault(prop.name, []).append(np.median(own, axis=0))
    return offsets


def _scaled_middles(prop: Prop, scale: float) -> Array:
    """The middle of a prop's bounds ``(T, 3)`` [m], scaled over the ground as places are.

    In height its lowest point is scaled.
    """
    middles = poses.apply(prop.track, prop.shape.bounds.mean(axis=0)[None])[:, 0]
    middles[:, :2] *= scale
    middles[:, 2] += (scale - 1.0) * prop.lowest()
    return middles
