"""What a clip was made with: objects on their tracks, and the terrain."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kinemesh.arrays import Array
from kinemesh.description.solids import placed
from kinemesh.errors import ReadError
from kinemesh.motion import Clip, Prop, Scene, Shape, Terrain
from kinemesh.motion.gaps import filled_track
from kinemesh.recordings.recording import Recording
from kinemesh.recordings.scene.heightfield import read_heightfield
from kinemesh.recordings.scene.scene_file import PropEntry, TerrainEntry, TrackEntry
from kinemesh.recordings.scene.shapes import described_shape
from kinemesh.recordings.scene.tracks import read_track
from kinemesh.recordings.settling.axes import turned_poses, turned_shape

_HUGE = 5.0
"""An object is smaller than so many statures."""
_UNITS = ((0.01, "centimetres"), (0.001, "millimetres"), (0.0254, "inches"))
_OBJECTS = (0.02, 3.0)
"""Objects that are handled are so large [m], in the unit that is suggested for them."""


@dataclass(frozen=True, eq=False)
class Made:
    """A shape from a file, and what was found on the way."""

    shape: Shape
    source: str
    """Where it is from, in words."""
    notes: tuple[str, ...] = ()
    ground: float | None = None
    """Height that its ground has in the file [m], where that is known."""
    upright: bool = False
    """Whether it is z up whatever the clip is."""


def made_prop(entry: PropEntry) -> Made:
    """The shape of an object."""
    if entry.file is None:
        assert entry.box is not None  # the entry has one or the other
        return Made(Shape.box(entry.box * entry.scale), "a box")
    shape, notes = described_shape(entry.file, decompose=entry.decompose, scale=entry.scale)
    return Made(shape, entry.file.name, tuple(notes))


def made_terrain(entry: TerrainEntry) -> Made:
    """The terrain, its ground at 0 in its own axes unless the clip's have to tell."""
    if entry.grid is not None:
        shape, ground, notes = read_heightfield(entry.file, entry.grid)
        return Made(shape, entry.file.name, tuple(notes), ground, upright=True)
    shape, notes = described_shape(entry.file, decompose=entry.decompose, scale=entry.scale)
    return Made(placed(shape, entry.pose), entry.file.name, tuple(notes), entry.ground)


def with_recorded(clip: Clip, recording: Recording, turned: bool) -> Clip:
    """The clip with the objects that its file brings; their shapes keep their own frames."""
    props = []
    for prop in recording.props:
        track, said = filled_track(prop.track, clip.fps, f"object {prop.name!r}")
        clip = replace(clip, notes=(*clip.notes, *said))
        props.append(replace(prop, track=turned_poses(track) if turned else track))
    return replace(
        clip,
        scene=Scene((*clip.scene.props, *props), clip.scene.terrain),
        warnings=(*clip.warnings, *(f"{p.name}: {w}" for p in props for w in p.shape.warnings)),
    )


def with_prop(clip: Clip, recording: Recording, entry: PropEntry, made: Made, turned: bool) -> Clip:
    """The clip with an object, on its track or where it stands."""
    centred, shape = False, made.shape
    if isinstance(entry.track, TrackEntry):
        found, how = read_track(entry.track, len(clip), clip.fps), entry.track.file.name
        track, centred = found.poses, found.centred
    elif entry.track is not None:
        track, how = np.repeat(entry.track[None], len(clip), axis=0), "one pose"
    elif recording.track is not None:
        track, centred, how = recording.track, recording.centred, ""
    else:
        raise ReadError(
            f"the motion's file tracks no object for prop {entry.name!r}: give it a track of its "
            f"own or a pose"
        )
    _check_size(made, clip.stature)
    if centred:
        shape = placed(shape, np.append(-shape.vertices.mean(axis=0), [0.0, 0.0, 0.0, 1.0]))
    track, said = filled_track(track, clip.fps, "object" if not how else f"object {entry.name!r}")
    where = f", its track from {how}" if how else ""
    note = f"object: prop {entry.name!r}, its shape from {made.source}{where}"
    return replace(
        clip,
        scene=Scene((*clip.scene.props, _prop(entry, shape, track, turned)), clip.scene.terrain),
        notes=(*clip.notes, *said, note, *made.notes),
        warnings=(*clip.warnings, *(f"{made.source}: {text}" for text in made.shape.warnings)),
    )


def without_object(clip: Clip, recording: Recording) -> Clip:
    """The clip, with a note that the object of its file is left out for want of a shape."""
    assert recording.track is not None  # the caller looked
    _, said = filled_track(recording.track, clip.fps, "object")
    note = "object: the file tracks one, left out because its mesh was not given (object=...)"
    return replace(clip, notes=(*clip.notes, *said, note))


def with_terrain(clip: Clip, entry: TerrainEntry, made: Made, turned: bool) -> Clip:
    """The clip with terrain, turned as the clip was: both share one world."""
    shape, turned = made.shape, turned and not made.upright
    if turned:
        shape = turned_shape(shape)
    if made.ground is not None and not made.upright:
        shape = placed(shape, np.array([0.0, 0.0, -made.ground, 0.0, 0.0, 0.0, 1.0]))
    how = ", turned to z up as the clip was" if turned else ""
    note = f"terrain: {len(shape.parts)} convex parts from {made.source}{how}"
    if made.ground is not None:
        note += f"; its ground, at {made.ground:.3f} m, is now z = 0"
    return replace(
        clip,
        scene=Scene(clip.scene.props, Terrain(shape, entry.name)),
        notes=(*clip.notes, note, *made.notes),
        warnings=(*clip.warnings, *(f"{made.source}: {text}" for text in shape.warnings)),
    )


def _check_size(made: Made, stature: float) -> None:
    """Refuse an object that nobody handles.

    Raises:
        ReadError: it is far larger than the person; the message names the unit that would fit.
    """
    low, high = made.shape.bounds
    sides = high - low
    extent = float(sides.max())
    if extent < _HUGE * stature:
        return
    fits = [f"{name} (scale = {f:g})" for f, name in _UNITS if _fits(extent * f)]
    unit = f": it seems to be in {' or '.join(fits)}; say so in" if fits else ": scale it in"
    raise ReadError(
        f"{made.source} is {' x '.join(f'{side:.3g}' for side in sides)} m large beside a person "
        f"of {stature:.2f} m; expected an object that is handled, in metres{unit} a scene.toml's "
        f"[[prop]], or in the file. What is really so large is terrain="
    )


def _fits(extent: float) -> bool:
    return _OBJECTS[0] <= extent <= _OBJECTS[1]


def _prop(entry: PropEntry, shape: Shape, track: Array, turned: bool) -> Prop:
    track = turned_poses(track) if turned else track
    return Prop(entry.name, shape, track, entry.robot_scale, entry.mass)
