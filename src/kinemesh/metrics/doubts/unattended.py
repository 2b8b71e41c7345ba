"""Doubts about things that go somewhere with nobody near.

A track in another unit is a kilometre away, a mesh in another unit is a point between the hands:
whatever is judged then is judged of a motion without the thing.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.doubts.leaps import corners_of, steps_of
from kinemesh.metrics.person.human import Flags, lasting
from kinemesh.metrics.score import Doubt, runs
from kinemesh.motion import Clip, Prop

_MOVES = 0.1
"""A thing that goes faster than this [m/s] is moved by somebody ..."""
_WHILE = 0.3
"""... if it does for so long [s]: less is a tracker's."""
_REACH = 0.3
"""Somebody is within this [m] of its bounds at some time of it: a wrist is 0.2 m from what the
fingers hold."""


def unattended(clip: Clip) -> Iterator[Doubt]:
    """What moves while neither the person nor a thing that somebody moves is ever near."""
    moving = {p.name: lasting(_moves(p, clip.fps), clip.fps, _WHILE) for p in clip.scene.objects}
    left = [prop for prop in clip.scene.objects if moving[prop.name].any()]
    limbs = [corners_of(prop) for prop in clip.scene.props if prop.limb_of is not None]
    # What is near the person, then what is near that: a cart, and what lies on it.
    points = np.concatenate([clip.positions, *limbs], axis=1)
    while left:
        away = {p.name: float(_distance(p, points)[moving[p.name]].min()) for p in left}
        near = [prop for prop in left if away[prop.name] <= _REACH]
        if not near:
            break
        left = [prop for prop in left if away[prop.name] > _REACH]
        points = np.concatenate([points, *map(corners_of, near)], axis=1)
    for prop in left:
        why = (
            f"{prop.name} moves, and nobody comes nearer to it than {away[prop.name]:.2f} m: its "
            f"track or its mesh is in another unit, or somewhere else"
        )
        yield Doubt("doubt.unattended", why, runs(moving[prop.name]))


def _moves(prop: Prop, fps: float) -> Flags:
    """When a thing goes faster than it would by a tracker's trembling ``(T,)``."""
    steps = steps_of(prop)
    return np.asarray(np.append(steps, steps[-1:]) * fps > _MOVES)


def _distance(prop: Prop, points: Array) -> Array:
    """Of the nearest point ``(T, N, 3)`` from its bounds ``(T,)`` [m]: no more than from it."""
    inside = poses.apply(poses.inverse(prop.track), points)
    low, high = prop.shape.bounds
    away = np.maximum(np.maximum(low - inside, inside - high), 0.0)
    return np.asarray(np.linalg.norm(away, axis=2).min(axis=1))
