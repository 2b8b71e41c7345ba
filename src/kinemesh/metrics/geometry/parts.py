"""Which props are parts of one thing in a recording: they always touch, and one joint is between.

The logarithms of their motion against each other are then multiples of one screw.
"""

from __future__ import annotations

import itertools

import numpy as np
import pinocchio

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.motion import Prop, Scene

_PLAY = 0.01
"""Nowhere on the other part is the motion further from the screw's than this [m]."""
_TOUCHES = 0.03
"""Sampled surfaces that touch are no further apart than this [m]."""
_MOVES = 0.05
"""A thing moves whose track goes or turns by more than this [m], [1]."""
_POINTS = 200
"""So many corners stand for a surface that is held against another, and so many points more."""
_FRAMES = 8
"""It is looked in so many frames, spread over the recording."""


def parts_of_things(scene: Scene, surfaces: Surfaces) -> frozenset[tuple[str, str]]:
    """Pairs of names, in both orders, of props that are parts of one thing."""
    found = set()
    for one, other in itertools.combinations(scene.props, 2):
        if len(one.track) == len(other.track) and _one_screw(one, other):
            if _meet(one, other, surfaces):
                found |= {(one.name, other.name), (other.name, one.name)}
    return frozenset(found)


def moved(scene: Scene, names: tuple[str, str]) -> bool:
    """Whether either of two props is carried, pushed or turned in a recording."""
    tracks = [prop.track for prop in scene.props if prop.name in names]
    return any(np.ptp(track, axis=0).max() > _MOVES for track in tracks)


def _one_screw(one: Prop, other: Prop) -> bool:
    between = poses.compose(poses.inverse(one.track), other.track)
    moves = poses.compose(between, poses.inverse(between[:1]))
    turns = poses.matrix(moves)
    logs = np.array(
        [
            pinocchio.log6(pinocchio.SE3(turn, move[:3])).vector
            for turn, move in zip(turns, moves, strict=True)
        ]
    )
    box = other.shape.bounds
    middle = poses.apply(between[0], box.mean(axis=0)[None])[0]
    logs[:, :3] += np.cross(logs[:, 3:], middle)  # of the middle, in place of the origin
    logs[:, 3:] *= np.linalg.norm(box[1] - box[0]) / 2.0
    screw = np.linalg.svd(logs, full_matrices=False)[2][0]
    rest = logs - np.outer(logs @ screw, screw)
    off = np.linalg.norm(rest[:, :3], axis=1) + np.linalg.norm(rest[:, 3:], axis=1)
    return bool(off.max() <= _PLAY)


def _meet(one: Prop, other: Prop, surfaces: Surfaces) -> bool:
    rows = np.unique(np.linspace(0, len(one.track) - 1, _FRAMES).astype(int))
    clouds = {one.name: _cloud(one), other.name: _cloud(other)}
    last: Array | None = None
    for row in rows.tolist():
        between = poses.compose(poses.inverse(one.track[row]), other.track[row])
        if last is not None and np.abs(between - last).max() < 1e-6:
            continue
        last = between
        there = surfaces[one.shape].nearest(poses.apply(between, clouds[other.name]))[1]
        back = poses.apply(poses.inverse(between), clouds[one.name])
        if min(there.min(), surfaces[other.shape].nearest(back)[1].min()) > _TOUCHES:
            return False
    return True


def _cloud(prop: Prop) -> Array:
    shape = prop.shape
    few = shape.vertices[:: max(1, len(shape.vertices) // _POINTS)]
    return np.concatenate([few, shape.scatter(_POINTS, np.random.default_rng(1))])
