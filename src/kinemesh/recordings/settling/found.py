"""A clip on the terrain that it shows by itself, the lowest level as its ground."""

from __future__ import annotations

from dataclasses import replace

from kinemesh.motion import Clip
from kinemesh.recordings.scene.found import FoundTerrain, found_terrain
from kinemesh.recordings.settling.ground import grounded


def with_found_terrain(clip: Clip, floor: float | None = None) -> Clip:
    """The clip with its floor at z = 0, and the terrain that the motion shows.

    Args:
        clip: the recording, z up, without a terrain.
        floor: height of the floor [m]; what is below sank into it. Else the lowest level on which
            feet stand, if there are several.

    Raises:
        ClipError: the clip has a terrain.
        ReadError: ``floor`` is not finite.
    """
    level = grounded(clip, floor)
    found = found_terrain(level, None if floor is None else 0.0)
    if found is not None and abs(found.floor) > 0.0:
        below = float(level.positions[0, 0, 2] - clip.positions[0, 0, 2])
        level = grounded(clip, found.floor - below, how="the lowest level")
        found = found_terrain(level, 0.0)
    return _with(level, found)


def on_found_terrain(clip: Clip) -> Clip:
    """The clip where it is, with the terrain that the motion shows.

    Raises:
        ClipError: the clip has a terrain.
    """
    return _with(clip, found_terrain(clip))


def _with(clip: Clip, found: FoundTerrain | None) -> Clip:
    if found is None:
        note = "terrain: none, level ground explains the motion"
        return replace(clip, notes=(*clip.notes, note))
    scene = replace(clip.scene, terrain=found.terrain, ground=found.floor)
    return replace(clip, scene=scene, notes=(*clip.notes, *found.notes))
