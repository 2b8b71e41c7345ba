"""Whether what rested on something in the recording rests on it in the robot's scene.

Props keep their size while places are scaled: a box on a table that is no higher for a tall robot
hangs in the air over it.
"""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.person.human import Flags, lasting
from kinemesh.metrics.score import Measure, none, runs
from kinemesh.motion import Clip, ConvexPart, Prop, Scene, Shape

_RESTS = 0.01
"""A prop whose lowest point is within this [m] of what is under its middle ..."""
_STILL = 0.02
"""... and slower up or down than this [m/s] ..."""
_LASTS = 0.3
"""... for at least this long [s] rests on it."""
_OWN = 1e-3
"""A track is the recording's, scaled, if its origin is nowhere further off [m], horizontally."""


def rests(
    scene: Scene, clip: Clip | None, target: Scene | None, scale: float, limit: float | None
) -> Measure:
    """How high a prop is over what it rests on in the recording, or in the ``target`` scene."""
    if clip is None:
        return none("scene.rest", "cm", "needs the clip", limit)
    source = target or clip.scene
    wanted = {prop.name: prop for prop in source.props}
    series, note = np.full(len(scene.props[0].track), np.nan), ""
    for prop in scene.props:
        there = wanted.get(prop.name)
        if there is None or (target is None and not _own(prop, there, scale)):
            continue
        for name in ("the ground", *source.things):
            if name == prop.name:
                continue
            before, after = _gap(source, there, name), _gap(scene, prop, name)
            if before is None or after is None:
                continue
            over = np.where(_resting(before, clip.fps), np.maximum(after, 0.0), np.nan)
            if np.isfinite(over).any() and np.nanmax(over) >= np.nanmax(series, initial=0.0):
                note = f"{prop.name} over {name} in frame {int(np.nanargmax(over))}"
            series = np.fmax(series, over)
    if not note:
        return none("scene.rest", "cm", "no prop rests on anything", limit)
    return Measure(
        "scene.rest",
        1e2 * float(np.nanmax(series)),
        "cm",
        limit,
        frames=runs(1e2 * np.nan_to_num(series) > (np.inf if limit is None else limit)),
        note=note,
        series=1e2 * series,
    )


def _resting(gap: Array, fps: float) -> Flags:
    """When a prop rests that is so high ``(T,)`` [m] over a thing."""
    near = np.abs(gap) < _RESTS
    pace = np.abs(np.gradient(np.where(near, gap, 0.0))) * fps
    return lasting(near & (pace < _STILL), fps, _LASTS)


def _own(prop: Prop, recorded: Prop, scale: float) -> bool:
    """Whether a prop is on the recording's track, scaled, and not elsewhere on purpose."""
    return bool(np.abs(prop.track[:, :2] - scale * recorded.track[:, :2]).max() <= _OWN)


def _gap(scene: Scene, prop: Prop, name: str) -> Array | None:
    """Height ``(T,)`` [m] of a prop's lowest point over the top of a thing under its middle.

    Infinite where the thing is not under it; None: the scene does not have it.
    """
    lowest = prop.lowest()
    if name == "the ground":
        return None if scene.ground is None else np.asarray(lowest - scene.ground)
    middle = poses.apply(prop.track, prop.shape.bounds.mean(axis=0)[None])[:, 0]
    points = np.column_stack([middle[:, :2], lowest])
    if scene.terrain is not None and name == scene.terrain.name:
        return -_top(scene.terrain.shape, poses.IDENTITY[None], points)
    under = {other.name: other for other in scene.props}.get(name)
    return None if under is None else -_top(under.shape, under.track, points)


def _top(shape: Shape, track: Array, points: Array) -> Array:
    """How far above points ``(T, 3)`` their verticals leave a shape's parts ``(T,)`` [m].

    ``-inf`` where a vertical misses all parts.
    """
    inverse = poses.inverse(np.broadcast_to(track, (len(points), 7)))
    local = poses.apply(inverse, points[:, None])[:, 0]
    up = poses.apply(inverse, (points + np.array([0.0, 0.0, 1.0]))[:, None])[:, 0] - local
    return np.asarray(np.max([_leaves(part, local, up) for part in shape.parts], axis=0))


def _leaves(part: ConvexPart, points: Array, up: Array) -> Array:
    """How far along ``up`` ``(T, 3)`` lines through points leave a convex part ``(T,)`` [m]."""
    level = points @ part.planes[:, :3].T + part.planes[:, 3]
    rise = up @ part.planes[:, :3].T
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = -level / rise
    top = np.where(rise > 1e-9, reach, np.inf).min(axis=1)
    bottom = np.where(rise < -1e-9, reach, -np.inf).max(axis=1)
    beside = np.any((np.abs(rise) <= 1e-9) & (level > 0.0), axis=1)
    return np.where((top >= bottom) & ~beside, top, -np.inf)
