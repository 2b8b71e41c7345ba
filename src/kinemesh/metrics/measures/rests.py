"""Whether what rested on something in the recording rests on it in the robot's scene.

Props keep their size while places are scaled: a box on a table that is no higher for a tall robot
would hang in the air over it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kinemesh.arrays import Array
from kinemesh.geometry import poses
from kinemesh.metrics.geometry.resting import DEEP, above
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.person.human import Flags, lasting
from kinemesh.metrics.score import Measure, none, runs
from kinemesh.motion import Prop, Scene

_RESTS = 0.01
"""A prop that is within this [m] of the surface of what is under it ..."""
_STILL = 0.02
"""... and slower up or down than this [m/s] ..."""
_LASTS = 0.3
"""... for at least this long [s] rests on it."""
_THROUGH = 1.0
"""In the robot's scene, what is no further than this [m] in something is not over it."""

Bearers = Mapping[tuple[str, str], Flags]
"""When each prop rests on each thing ``(T,)``, by their names; only what ever does."""

GROUND = "the ground"


def bearers(source: Scene, fps: float, surfaces: Surfaces) -> Bearers:
    """What rests on what in a scene: on the ground, on terrain, on other props."""
    found = {}
    for prop in source.objects:
        for name in _under(source):
            if name != prop.name:
                resting = _resting(_gap(source, prop, name, surfaces), fps)
                if resting.any():
                    found[prop.name, name] = resting
    return found


def rests(
    scene: Scene,
    resting: Bearers,
    judged: Mapping[str, bool],
    surfaces: Surfaces,
    limit: float | None,
) -> Measure:
    """How high a prop is over what it rests on in the scene that it is held against.

    Args:
        scene: the robot's.
        resting: what rests on what there.
        judged: by name, the props that are where they are meant to be.
        surfaces: the true surfaces of shapes.
        limit: where the verdict draws its line [cm].
    """
    series, note = np.full(len(scene.props[0].track), np.nan), ""
    for prop in scene.props:
        for (name, thing), flags in resting.items():
            if name != prop.name or not judged.get(name, False) or thing not in _under(scene):
                continue
            after = _gap(scene, prop, thing, surfaces)
            if np.isinf(after[flags]).any():
                deep = _gap(scene, prop, thing, surfaces, _THROUGH)
                after = np.where(np.isinf(after) & np.isfinite(deep), 0.0, after)
            over = np.where(flags, np.maximum(after, 0.0), np.nan)
            if np.isfinite(over).any() and np.nanmax(over) >= np.nanmax(series, initial=0.0):
                note = f"{prop.name} over {thing} in frame {int(np.nanargmax(over))}"
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


def _under(scene: Scene) -> tuple[str, ...]:
    """What there is to rest on."""
    limbs = {prop.name for prop in scene.props if prop.limb_of is not None}
    things = tuple(name for name in scene.things if name not in limbs)
    return things if scene.ground is None else (GROUND, *things)


def _resting(gap: Array, fps: float) -> Flags:
    """When a prop rests that is so high ``(T,)`` [m] over a thing."""
    near = np.abs(gap) < _RESTS
    if len(gap) == 1:
        return near
    pace = np.abs(np.gradient(np.where(near, gap, 0.0))) * fps
    calm = near & (pace < _STILL)
    flags = lasting(calm, fps, _LASTS)
    for first, last in runs(calm):
        # What begins or ends with the recording may have lasted.
        flags[first : last + 1] |= first == 0 or last == len(calm) - 1
    return flags


def _gap(scene: Scene, prop: Prop, name: str, surfaces: Surfaces, deep: float = DEEP) -> Array:
    """Height ``(T,)`` [m] of a prop over a thing; infinite where that is not under it."""
    if name == GROUND and scene.ground is not None:
        return np.asarray(prop.lowest() - scene.ground)
    under = {other.name: (other.shape, other.track) for other in scene.props}
    if scene.terrain is not None:
        under.setdefault(scene.terrain.name, (scene.terrain.shape, poses.IDENTITY))
    return above(prop, *under[name], surfaces, deep)
