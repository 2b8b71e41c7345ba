"""``read``: one call from a file to a clip, in four steps that each say what they found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from kinemesh.errors import ClipError, ReadError
from kinemesh.io.axes import handed, turned_poses, turned_shape, upright
from kinemesh.io.files import existing_file
from kinemesh.io.glb import read_glb
from kinemesh.io.ground import grounded
from kinemesh.io.meshes import read_mesh
from kinemesh.io.omomo import read_omomo
from kinemesh.io.positions import read_archive_file, read_array_file
from kinemesh.io.recording import Reader, Recording
from kinemesh.motion import Clip, Prop, Scene, Shape, Skeleton, Terrain
from kinemesh.motion.clean import cleaned, mended, spiked
from kinemesh.motion.gaps import filled_track

READERS: Mapping[str, Reader] = MappingProxyType(
    {
        ".pt": read_omomo,
        ".npy": read_array_file,
        ".npz": read_archive_file,
        ".glb": read_glb,
    }
)
"""Suffix to reader. A reader checks the content before it trusts the suffix."""

_USUAL_FPS: Mapping[str, float] = MappingProxyType(
    {"lafan22": 30.0, "mocap53": 120.0, "optitrack26": 30.0, "smpl22": 30.0, "smplh52": 30.0}
)
"""Frames per second [1/s] that files of a skeleton usually have and do not state."""

_FAR_HEIGHT = 0.12
"""A given stature this far (as a share) from the bones' is worth a warning."""


def read(
    path: str | Path,
    *,
    object: str | Path | None = None,
    terrain: str | Path | None = None,
    skeleton: Skeleton | str | None = None,
    height: float | None = None,
    fps: float | None = None,
    floor: float | None = None,
    up: str | None = None,
    clean: bool = False,
) -> Clip:
    """Read a recorded human motion, with the object and the terrain it was made with.

    The clip comes out z up, right-handed, in metres, with its floor at z = 0. Everything that
    was found or assumed on the way stands in ``Clip.notes``, what looks wrong in
    ``Clip.warnings``.

    Args:
        path: OMOMO/InterMimic ``.pt``; ``.npy`` ``(T, J, 3)``; or ``.npz`` with
            ``global_joint_positions`` and optionally ``height`` and ``fps``.
        object: mesh of the object that the file tracks, in the object's own frame [m].
        terrain: mesh of what stands still, in the same world and axes as the clip [m], its
            ground at 0.
        skeleton: a name of :data:`kinemesh.motion.SKELETONS` or a skeleton of your own; found
            from the file if left out.
        height: the person's stature [m]; else the file's, else estimated from the leg bones.
        fps: frames per second [1/s]; else the file's, else the usual rate of the skeleton.
        floor: height of the floor in the file [m], once z is up; found under the resting toes
            if left out.
        up: ``"y"`` or ``"z"``; found from the person if left out.
        clean: take spikes out, which are only warned of if left out. Gaps of up to 0.2 s are
            filled in any case: see :mod:`kinemesh.motion.clean`.

    Raises:
        ReadError: a file is missing, damaged, or not what it should be.
        ClipError: the numbers in it make no clip.
    """
    path = existing_file(path)
    suffix = path.suffix.lower()
    if suffix not in READERS:
        raise ReadError(
            f"{path.name} has the suffix {suffix or 'none'!r}; known are {', '.join(READERS)}: "
            f"convert the motion to one of these"
        )
    recording = READERS[suffix](path, skeleton)
    if object is not None and recording.track is None:
        raise ReadError(
            f"{path.name} tracks no object, but object={str(object)!r} was given: leave it out, "
            f"or read a file that has an object track; a mesh that stands still is terrain="
        )
    shape = None if object is None else read_mesh(object)
    ground = None if terrain is None else read_mesh(terrain)
    try:
        clip, turned = upright(_clip(path, recording, height, fps), up, recording.up)
        clip = handed(clip)
        clip = cleaned(clip) if clean else spiked(clip)
        if recording.props:
            clip = _with_props(clip, recording, turned)
        if recording.track is not None:
            clip = _with_object(clip, recording, object, shape, turned)
        if terrain is not None and ground is not None:
            clip = _with_terrain(clip, Path(terrain), ground, turned)
        return grounded(clip, floor)
    except (ClipError, ReadError) as error:
        text = str(error)
        raise type(error)(text if path.name in text else f"{path.name}: {text}") from error


def _clip(path: Path, recording: Recording, height: float | None, fps: float | None) -> Clip:
    """The recording as a clip, still in the file's axes and on the file's floor."""
    skeleton = recording.skeleton
    notes = [*recording.notes]
    rate = fps if fps is not None else recording.fps
    if rate is not None:
        notes.append(f"frame rate: {rate:g}/s ({'given' if fps is not None else 'in the file'})")
    elif skeleton.name in _USUAL_FPS:
        rate = _USUAL_FPS[skeleton.name]
        notes.append(
            f"frame rate: {rate:g}/s (assumed, usual for {skeleton.name}: the file does not "
            f"say; give fps= if it differs)"
        )
    else:
        raise ReadError(
            f"{path.name} does not state its frame rate, and skeleton {skeleton.name!r} has no "
            f"usual one: give fps= in frames/s"
        )
    whole = mended(recording.positions, recording.rotations, skeleton.joints, rate)
    clip = Clip(
        positions=whole.positions,
        skeleton=skeleton,
        fps=rate,
        rotations=whole.rotations,
        contacts=recording.contacts,
        name=path.stem,
    )
    notes += whole.notes
    estimate = clip.stature
    stature = height if height is not None else recording.height
    warnings = whole.warnings
    if stature is None:
        notes.append(f"height: {estimate:.3f} m (estimated from the legs; give height= to set it)")
    else:
        source = "given" if height is not None else "in the file"
        notes.append(f"height: {stature:.3f} m ({source}; the legs suggest {estimate:.3f} m)")
        if abs(stature / estimate - 1.0) > _FAR_HEIGHT:
            warnings = (
                *warnings,
                f"the height {stature:.3f} m ({source}) does not fit the legs, which suggest "
                f"{estimate:.3f} m: check the unit and the person",
            )
    for landmark, touching in recording.contacts.items():
        notes.append(
            f"contact labels: {landmark} touches in {touching.sum()} of {len(clip)} frames"
        )
    return replace(clip, height=stature, notes=tuple(notes), warnings=warnings)


def _with_object(
    clip: Clip, recording: Recording, mesh: str | Path | None, shape: Shape | None, turned: bool
) -> Clip:
    """The clip with the object that the file tracks, or a note that its mesh is wanting."""
    track = recording.track
    assert track is not None  # the caller looked
    track, said = filled_track(track, clip.fps, "object")
    clip = replace(clip, notes=(*clip.notes, *said))
    if mesh is None or shape is None:
        note = "object: the file tracks one, left out because its mesh was not given (object=...)"
        return replace(clip, notes=(*clip.notes, note))
    file = Path(mesh)
    prop = Prop(file.stem, shape, turned_poses(track) if turned else track)
    return replace(
        clip,
        scene=Scene((prop,), clip.scene.terrain),
        notes=(*clip.notes, f"object: prop {file.stem!r}, its shape from {file.name}"),
        warnings=(*clip.warnings, *(f"{file.name}: {text}" for text in shape.warnings)),
    )


def _with_props(clip: Clip, recording: Recording, turned: bool) -> Clip:
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


def _with_terrain(clip: Clip, file: Path, shape: Shape, turned: bool) -> Clip:
    """The clip with terrain, turned as the clip was: both share one world."""
    how = ", turned to z up as the clip was" if turned else ""
    note = f"terrain: {len(shape.parts)} convex parts from {file.name}{how}"
    return replace(
        clip,
        scene=Scene(clip.scene.props, Terrain(turned_shape(shape) if turned else shape, file.stem)),
        notes=(*clip.notes, note),
        warnings=(*clip.warnings, *(f"{file.name}: {text}" for text in shape.warnings)),
    )
