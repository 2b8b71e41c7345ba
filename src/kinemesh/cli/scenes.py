"""The scene that a written trajectory is measured and shown in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kinemesh.arrays import Array
from kinemesh.cli.written import Written
from kinemesh.errors import KinemeshError
from kinemesh.motion import Clip, Prop, Scene, Shape, Terrain
from kinemesh.problem import scaled_scene
from kinemesh.recordings import read_shape

if TYPE_CHECKING:
    from kinemesh.cli.source import Options

_SAME = 1e-6
"""Shapes whose vertices differ by less [m] are the same."""


def scene_of(
    written: Written, clip: Clip | None, options: Options
) -> tuple[Scene, float | None, list[str]]:
    """What the robot met, the scale of its world, and what is missing in it.

    A result that carries its scene is in that, whatever recording is given: only shapes that are
    given without one take the place of its own.

    Raises:
        KinemeshError: a mesh is given and it is not known where it was.
    """
    notes: list[str] = []
    scale, own = written.scale, written.scene
    if clip is not None:
        scale = written.robot.height / clip.stature if scale is None else scale
        scene = scaled_scene(clip.scene, scale)
        if own is not None:
            return own, scale, _other(own, scene)
        props = tuple(_moved(prop, written.tracks, len(scene.props)) for prop in scene.props)
        if written.tracks and not props:
            notes.append("props: in the trajectory, but not in the clip: not measured (--object)")
        return replace(scene, props=props), scale, notes
    scene = Scene() if own is None else own
    prop = _prop(written, options.object, options.decompose)
    if prop is not None:
        kept = tuple(p for p in scene.props if p.name != prop.name and len(scene.props) > 1)
        scene = replace(scene, props=(*kept, prop))
    missing = [name for name in written.tracks if name not in {p.name for p in scene.props}]
    if missing and prop is None:
        names = ", ".join(missing)
        notes.append(f"props: {names}: not measured, the shape is not in the file (--object)")
    if written.result is not None and own is None:
        notes.append(
            "recording and scene: not in the file, as earlier versions wrote it: give them, --clip "
            "with --object or --terrain, as when it was retargeted"
        )
    if scale is None and options.height is not None:
        scale = written.robot.height / options.height
    if options.terrain is not None:
        if scale is None:
            raise KinemeshError(
                "terrain is met scaled by robot height / person's height, which the trajectory "
                "does not say: give --height, or the recording, --clip"
            )
        shape = read_shape(options.terrain, decompose=options.decompose).scaled(scale)
        scene = replace(scene, terrain=Terrain(shape, options.terrain.stem))
    return scene, scale, notes


def _other(own: Scene, scaled: Scene) -> list[str]:
    """What of a file's own scene is not as in the recording, scaled; a variant's is not."""
    here, there = _shapes(own), _shapes(scaled)
    differ = [
        name
        for name in {**here, **there}
        if name not in here or name not in there or not _alike(here[name], there[name])
    ]
    if not differ:
        return []
    return [f"scene: the file's own; not as in the recording: {', '.join(differ)}"]


def _shapes(scene: Scene) -> dict[str, Shape]:
    """Shapes of props and terrain, by name."""
    found = {prop.name: prop.shape for prop in scene.props}
    if scene.terrain is not None:
        found[scene.terrain.name] = scene.terrain.shape
    return found


def _alike(one: Shape, other: Shape) -> bool:
    return one.vertices.shape == other.vertices.shape and np.allclose(
        one.vertices, other.vertices, rtol=0.0, atol=_SAME
    )


def _moved(prop: Prop, tracks: Mapping[str, Array], count: int) -> Prop:
    """The prop where the trajectory's file has it: by name, or the only one by place."""
    if prop.name in tracks:
        return replace(prop, track=tracks[prop.name])
    if len(tracks) == count == 1:
        return replace(prop, track=next(iter(tracks.values())))
    return prop


def _prop(written: Written, mesh: Path | None, decompose: bool) -> Prop | None:
    """The prop of this mesh on its track in the file."""
    if mesh is None:
        return None
    tracks = written.tracks
    if mesh.stem not in tracks and len(tracks) != 1:
        raise KinemeshError(
            f"--object {mesh.name}: the trajectory tracks {', '.join(tracks) or 'no prop'}; "
            f"expected one, or one of the mesh's name: give the recording, --clip, or leave it out"
        )
    track = tracks.get(mesh.stem, next(iter(tracks.values())))
    return Prop(mesh.stem, read_shape(mesh, decompose=decompose), track)
