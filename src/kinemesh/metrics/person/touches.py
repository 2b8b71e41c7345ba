"""When the person's hands touch props and the terrain, by the ruler's own rules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.person import human
from kinemesh.metrics.person.human import Flags, Hands
from kinemesh.metrics.score import runs
from kinemesh.motion.edits import edited


@dataclass(frozen=True, eq=False)
class Touch:
    """One hand of the person on one thing."""

    flags: Flags
    """When it touches ``(T,)``."""
    places: Array
    """The places of the surface nearest to the hand ``(T, 3)`` [m], in the thing's frame."""


def on_props(hands: Hands, side: str, *, labelled: bool = True) -> dict[str, Touch]:
    """What one hand does with each prop, by the prop's name; it touches the nearest.

    The clip's contact labels count where there is one prop that they can mean, while the hand
    is within reach of it; not at all if not ``labelled``.
    """
    hand, clip = f"{side}_hand", hands.clip
    props, things = clip.scene.props, clip.scene.objects
    labels = clip.contacts.get(hand) if labelled and len(things) == 1 else None
    found, away = [], []
    for prop in props:
        track, label = prop.track, labels if prop.limb_of is None else None
        near, places, fingers = hands.near(side, prop.name)
        if label is None:
            flags = _steady(near, human.PROP_TOUCH[0 if fingers else 1])
            points = poses.apply(poses.inverse(track), human.hand_points(clip, side)[0])
            slow = human.speed(points.mean(axis=1), clip.fps) < human.PROP_SPEED
            flags = _stopping(human.lasting(flags, clip.fps), slow)
        else:
            reach = human.LABEL_REACH[0 if fingers else 1]
            flags = _closed(np.asarray(label, dtype=bool), clip.fps) & (near < reach)
            flags = human.lasting(flags, clip.fps)
        found.append((flags, places))
        away.append(near)
    nearest = np.argmin(away, axis=0) if props else np.zeros(len(clip), dtype=np.int64)
    return {
        prop.name: Touch(edited(clip.edits, flags & (nearest == k), hand, prop.name), places)
        for k, (prop, (flags, places)) in enumerate(zip(props, found, strict=True))
    }


def on_terrain(hands: Hands, side: str) -> Touch:
    """What one hand does with the terrain of the clip's scene, which there must be."""
    clip = hands.clip
    terrain = clip.scene.terrain
    assert terrain is not None
    near, places, fingers = hands.near(side, terrain.name)
    middle = human.hand_points(clip, side)[0].mean(axis=1)
    flags = _steady(near, human.TERRAIN_TOUCH[0 if fingers else 1])
    flags &= human.speed(middle, clip.fps) < human.TERRAIN_SPEED
    flags = edited(clip.edits, human.lasting(flags, clip.fps), f"{side}_hand", terrain.name)
    return Touch(flags, places)


def _steady(distance: Array, reach: tuple[float, float]) -> Flags:
    """Where ``distance`` ``(T,)`` [m] came below the first number, until it is over the second."""
    flags = distance < reach[1]
    for first, last in runs(flags):
        come = np.flatnonzero(distance[first : last + 1] < reach[0])
        flags[first : first + int(come[0]) if len(come) else last + 1] = False
    return flags


def _closed(label: Flags, fps: float) -> Flags:
    """``label`` without its gaps of a few frames: labels flicker, hands do not."""
    result = np.array(label)
    for first, last in runs(~label):
        if first > 0 and last < len(label) - 1 and last - first + 1 < human.FLICKER * fps:
            result[first : last + 1] = True
    return result


def _stopping(flags: Flags, slow: Flags) -> Flags:
    """``flags`` without the runs in which the hand is never ``slow``: it passes by."""
    result = np.array(flags)
    for first, last in runs(flags):
        if not slow[first : last + 1].any():
            result[first : last + 1] = False
    return result
