"""The scene that a written trajectory is measured and shown in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.matching.trajectory_file import TrajectoryFile
from kinemesh.metrics import Surfaces
from kinemesh.metrics.geometry.trajectory import KinematicTrajectory
from kinemesh.metrics.person.scale import world_scale
from kinemesh.motion import Clip, Prop, Scene, Shape, Terrain
from kinemesh.problem import scaled_scene
from kinemesh.recordings import read_shape
from kinemesh.recordings.scene.found import AUTO

_SAME = 1e-6
"""Shapes whose vertices differ by less [m] are the same."""


@dataclass(frozen=True, kw_only=True)
class Shapes:
    """What was touched, where the file of a motion does not hold it."""

    object: Path | None = None
    """Shape of the object that the recording tracks (.obj .stl .glb .ply .urdf .xml)."""
    terrain: Path | None = None
    """Shape of what was climbed, in the recording's world; or auto: found from the motion."""
    decompose: bool = False
    """Cut shapes that are not convex into convex parts: faster, less exact."""
    height: float | None = None
    """The person's height [m]; estimated from the legs if left out."""

    @property
    def shapes(self) -> dict[str, Any]:
        """These alone, by name."""
        return {field.name: getattr(self, field.name) for field in fields(Shapes)}


def scene_of(
    file: TrajectoryFile, clip: Clip | None, shapes: Shapes
) -> tuple[Scene, float | None, list[str]]:
    """What the robot met, the scale of its world, and what is missing in it.

    A result that carries its scene is in that, whatever recording is given: only shapes that are
    given without one take the place of its own. The scale of a file that does not say is found
    from where the robot goes, beside ``clip``, of as many frames; without one the person's
    height has to do.

    Raises:
        ReadError: a mesh is given and it is not known where it was.
    """
    notes: list[str] = []
    scale, own = file.scale, file.scene
    if clip is not None:
        if scale is None:
            posed = KinematicTrajectory(file.trajectory, file.robot)
            count = len(clip.scene.objects)
            there = [(p, _moved(p, file.tracks, count)) for p in clip.scene.props]
            tracked = Scene(tuple(moved for prop, moved in there if moved is not prop))
            found = world_scale(posed, clip, Surfaces(), own or tracked)
            scale = found.value
            if found.matters and clip.scene.things:
                notes.append(found.note)
        scene = scaled_scene(clip.scene, scale, clip.fps)
        if own is not None:
            return own, scale, [*notes, *_other(own, scene)]
        props = tuple(_moved(prop, file.tracks, len(scene.objects)) for prop in scene.props)
        if file.tracks and not props:
            notes.append("props: in the trajectory, but not in the clip: not measured (object=)")
        return replace(scene, props=props), scale, notes
    scene = Scene() if own is None else own
    prop = _prop(file, shapes)
    if prop is not None:
        kept = tuple(p for p in scene.props if p.name != prop.name and len(scene.props) > 1)
        scene = replace(scene, props=(*kept, prop))
    missing = [name for name in file.tracks if name not in {p.name for p in scene.props}]
    if missing and prop is None:
        names = ", ".join(missing)
        notes.append(f"props: {names}: not measured, the shape is not in the file (object=)")
    if file.result is not None and own is None:
        notes.append(
            "recording and scene: not in the file, as earlier versions wrote it: give them, "
            "recording= with object= or terrain=, as when it was retargeted"
        )
    if scale is None and shapes.height is not None:
        scale = file.robot.height / shapes.height
    if shapes.terrain is not None and str(shapes.terrain) == AUTO:
        raise ReadError(
            f"terrain={AUTO!r} is found in a recording: give that, recording=, or a file of terrain"
        )
    if shapes.terrain is not None:
        if scale is None:
            raise ReadError(
                "terrain is met scaled by robot height / person's height, which the trajectory "
                "does not say: give height=, or the recording, recording="
            )
        shape = read_shape(shapes.terrain, decompose=shapes.decompose).scaled(scale)
        scene = replace(scene, terrain=Terrain(shape, shapes.terrain.stem))
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
    if len(tracks) == count == 1 and prop.limb_of is None:
        return replace(prop, track=next(iter(tracks.values())))
    return prop


def _prop(file: TrajectoryFile, shapes: Shapes) -> Prop | None:
    """The prop of the given mesh on its track in the file."""
    mesh, tracks = shapes.object, file.tracks
    if mesh is None:
        return None
    if mesh.stem not in tracks and len(tracks) != 1:
        raise ReadError(
            f"object={mesh.name}: the trajectory tracks {', '.join(tracks) or 'no prop'}; "
            f"expected one, or one of the mesh's name: give the recording, recording=, or leave "
            f"it out"
        )
    track = tracks.get(mesh.stem, next(iter(tracks.values())))
    return Prop(mesh.stem, read_shape(mesh, decompose=shapes.decompose), track)
