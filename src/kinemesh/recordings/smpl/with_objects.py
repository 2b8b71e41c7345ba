"""Persons of SMPL's family whose files, or folders, move an object too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kinemesh.arrays import Array
from kinemesh.recordings.interactions import angles, arctic, grab
from kinemesh.recordings.interactions.track import Track
from kinemesh.recordings.smpl.source import Source

_BODY, _HANDS = 66, 156
"""Numbers a frame of a body's 22 joints, and of those and 30 of the hands."""


def of_grab(path: Path) -> Source:
    """GRAB's person and object."""
    found = grab.read_grab(path)
    return Source(
        found.arrays,
        (*found.arrays, "gender"),
        lambda name: found.gender if name == "gender" else None,
        track=found.track,
        contacts=found.contacts,
        notes=("layout: GRAB", *found.notes),
    )


def of_arctic(path: Path) -> Source:
    """ARCTIC's person; her object is of two parts."""
    arrays = arctic.read_person(path)
    file = arctic.object_beside(path)
    parts = "" if file is None else _of_parts(file.name)
    return Source(arrays, arrays, up="z", parts=parts, notes=("layout: ARCTIC", *_said(parts)))


def of_behave(path: Path, person: Source) -> Source:
    """BEHAVE's person, in a camera's axes, and the object in the file beside."""
    track, notes, warnings = angles.beside_behave(path, _frames(person.arrays["poses"]))
    said = "world: a camera's; y is taken for straight down, how it was tilted is not in the file"
    return replace(
        person,
        up="y",
        camera=True,
        track=track,
        notes=("layout: BEHAVE", said, *notes),
        warnings=warnings,
    )


def of_interact(person: Source, files: Sequence[Path]) -> Source:
    """InterAct's person, and the only object in her folder."""
    poses = person.arrays["poses"]
    width = poses.shape[1] if poses.ndim == 2 else 0
    notes = ["layout: InterAct"]
    if width > _HANDS:  # the hands go before the face, not behind it
        poses = poses[:, :_HANDS]
    elif _BODY < width < _HANDS:
        poses = poses[:, :_BODY]
        notes.append(f"hands: left out, {width - _BODY} numbers a frame are not 30 joints")
    track, parts = _only(files, len(poses))
    return replace(
        person,
        arrays={**person.arrays, "poses": poses},
        up="y",
        floor=True,
        track=track,
        parts=parts,
        notes=(*notes, *_said(parts)),
    )


def _only(files: Sequence[Path], frames: int) -> tuple[Track | None, str]:
    """The track of the only object, else what there is."""
    if len(files) > 1:
        return None, f"{', '.join(file.name for file in files[:8])} move objects of their own"
    (file,) = files
    if angles.has_parts(file):
        return None, _of_parts(file.name)
    track = angles.read_angles(file, None)
    if len(track.poses) != frames:
        return None, f"{file.name} has {len(track.poses)} frames, the person {frames}"
    return track, ""


def _of_parts(name: str) -> str:
    keys = " and ".join(f'key = "{part}"' for part in angles.PARTS)
    return f"{name} beside the file moves an object of two parts ({keys})"


def _said(parts: str) -> tuple[str, ...]:
    return (f"object: {parts}; give each its shape in a scene.toml",) if parts else ()


def _frames(poses: Array) -> int:
    return len(poses) if poses.ndim else 0
