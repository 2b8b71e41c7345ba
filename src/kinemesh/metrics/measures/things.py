"""Whether the robot's scene holds together: props in each other, and where they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.overlap import Body, depths
from kinemesh.metrics.geometry.parts import moved, parts_of_things
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.limits import Limits
from kinemesh.metrics.measures.places import apart
from kinemesh.metrics.measures.rests import bearers, rests
from kinemesh.metrics.score import Measure, none, runs
from kinemesh.motion import Clip, Prop, Scene

_SEEN = 1e-3
"""A recorded overlap of more than this [m] is told."""
_OWN = 1e-3
"""A prop is where it is meant to be, or its track's origin is scaled, if it is nowhere further off
[m], horizontally."""


def things(
    scene: Scene,
    clip: Clip | None,
    target: Scene | None,
    scale: float,
    held: Mapping[str, Sequence[Array]],
    limits: Limits,
    surfaces: Surfaces,
) -> tuple[Measure, ...]:
    """Rows on props against props, terrain and ground, and on the places of props.

    ``held`` says how far ``(3,)`` [m], in their own frames, hands of the robot's proportions have
    props from their scaled places.
    """
    if not scene.props:
        why = "the scene has no prop"
        return (
            none("penetration.props.max", "mm", why),
            none("scene.place", "cm", why),
            none("scene.rest", "cm", why),
        )
    source = target or (None if clip is None else clip.scene)
    parts = frozenset() if source is None else parts_of_things(source, surfaces)
    recorded = None if clip is None else clip.scene
    overlap = _overlap(scene, recorded, limits.props, surfaces, source, parts)
    if clip is None or source is None:
        why = "needs the clip"
        return (
            overlap,
            none("scene.place", "cm", why, limits.prop_place),
            none("scene.rest", "cm", why, limits.prop_rest),
        )
    resting = bearers(source, clip.fps, surfaces)
    off = apart(scene, source, scale, clip.fps, resting, held, surfaces, parts)
    meant = dict.fromkeys(off, True)
    if target is None:
        # A track that is none of the recording's was given on purpose, or by somebody else.
        own = {prop.name: prop for prop in scene.props}
        meant = {
            prop.name: off[prop.name].max() <= _OWN or _scaled(own[prop.name], prop, scale)
            for prop in source.props
            if prop.name in off
        }
    return (
        overlap,
        _place(off, meant, limits.prop_place),
        rests(scene, resting, meant, surfaces, limits.prop_rest),
    )


def _overlap(
    scene: Scene,
    recorded: Scene | None,
    limit: float | None,
    surfaces: Surfaces,
    source: Scene | None,
    parts: frozenset[tuple[str, str]],
) -> Measure:
    if not scene.objects:
        return none("penetration.props.max", "mm", "the scene has no prop but limbs", limit)
    frames = len(scene.objects[0].track)
    found = _pairs(scene, frames, surfaces)
    for pair in parts & found.keys():
        # What parts of a thing that moves have in common there they have by design; what only
        # stands in something else may have been put there by mistake.
        if source is not None and moved(source, pair):
            own = _pairs(source, frames, surfaces, pair)
            found[pair] = np.maximum(found[pair] - own.get(pair, 0.0), 0.0)
    deepest = np.max(list(found.values()), axis=0) if found else np.zeros(frames)
    frame = int(np.argmax(deepest))
    note = ""
    if deepest[frame] > 0.0:
        names = max(found, key=lambda pair: float(found[pair][frame]))
        note = f"{names[0]} in {names[1]} in frame {frame}"
        before = 0.0 if recorded is None else _recorded(recorded, names, frames, frame, surfaces)
        if before > _SEEN:
            note += f"; {1e3 * before:.3g} mm in the recording"
    return Measure(
        "penetration.props.max",
        1e3 * float(deepest[frame]),
        "mm",
        limit,
        frames=runs(1e3 * deepest > (np.inf if limit is None else limit)),
        note=note,
        series=1e3 * deepest,
    )


def _pairs(
    scene: Scene, frames: int, surfaces: Surfaces, only: tuple[str, str] | None = None
) -> dict[tuple[str, str], Array]:
    """Depth ``(T,)`` [m] of every prop in every other, in the terrain and in the ground."""
    props = [Body(prop.name, surfaces[prop.shape], prop.track) for prop in scene.objects]
    solids = list(props)
    if scene.terrain is not None:
        solids.append(Body(scene.terrain.name, surfaces[scene.terrain.shape], poses.IDENTITY))
    found = {
        (a.name, b.name): depths(a, b, frames)
        for a, b in combinations(solids, 2)
        if only is None or only == (a.name, b.name)
    }
    if scene.ground is not None:
        for prop in props:
            if only is None or only == (prop.name, "the ground"):
                sunk = np.maximum(scene.ground - prop.lowest(), 0.0)
                found[prop.name, "the ground"] = np.broadcast_to(sunk, (frames,))
    return found


def _recorded(
    scene: Scene, names: tuple[str, str], frames: int, frame: int, surfaces: Surfaces
) -> float:
    """How deep the same two are in each other in the recording [m]; 0 if one is not in it."""
    depth = _pairs(scene, frames, surfaces, names).get(names)
    return 0.0 if depth is None else float(depth[frame])


def _place(apart: Mapping[str, Array], meant: Mapping[str, bool], limit: float | None) -> Measure:
    """How far the middles of props are, horizontally, from where they are to be."""
    if not apart:
        return none("scene.place", "cm", "no prop of the scene is one of the recording's", limit)
    series = np.max(list(apart.values()), axis=0)
    frame = int(np.argmax(series))
    name = max(apart, key=lambda key: float(apart[key][frame]))
    note = f"the middle of {name}, in frame {frame}"
    if not meant[name] and limit is not None and 1e2 * series[frame] > limit:
        limit = None
        note += ", on a track that is not the recording's: not judged without target"
    return Measure(
        "scene.place",
        1e2 * float(series[frame]),
        "cm",
        limit,
        frames=runs(1e2 * series > (np.inf if limit is None else limit)),
        note=note,
        series=1e2 * series,
    )


def _scaled(prop: Prop, recorded: Prop, scale: float) -> bool:
    """Whether the origin of a prop's track is that of the recording's, scaled."""
    return bool(np.abs(prop.track[:, :2] - scale * recorded.track[:, :2]).max() <= _OWN)
