"""The track in a file of a published layout, whichever it is."""

from __future__ import annotations

from pathlib import Path

from kinemesh._files.inputs import head
from kinemesh._files.numpy_files import read_npz
from kinemesh.recordings.interactions import angles, arctic, grab
from kinemesh.recordings.interactions.track import Track


def known_track(path: Path, key: str | None) -> Track | None:
    """The track of an object in GRAB's, BEHAVE's, InterAct's or ARCTIC's file; None in any other.

    Args:
        path: the file.
        key: which of the objects or parts, where the file moves several.

    Raises:
        ReadError: damaged, or it moves no object or part of that name.
    """
    if arctic.is_track(path):
        return arctic.read_parts(path, key)
    if path.suffix.lower() != ".npz" or not head(path).startswith(b"PK\x03\x04"):
        return None
    names = read_npz(path, ()).names
    if grab.is_grab(names):
        return grab.read_thing(path, key)
    if angles.is_track(names):
        return angles.read_angles(path, key)
    return None
