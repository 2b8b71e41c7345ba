"""ARCTIC: a person in ``NAME.smplx.npy``, an object of two parts in ``NAME.object.npy``.

The person's file is a pickled table of SMPL-X's arrays. The object's is a table ``(T, 7)``: the
angle of its hinge [rad], an axis-angle [rad] and a place [mm] (``common/object_tensors.py``). Its
top turns about -z of the object's origin, then both parts as one. The meshes are in millimetres.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from kinemesh._files.numpy_files import as_floats, objects_at, read_npy, shape_of
from kinemesh._files.pickled import read_pickle
from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.recordings.interactions.angles import HINGE, PARTS
from kinemesh.recordings.interactions.track import Track, hinged, turned

_PERSON = ("global_orient", "body_pose", "transl")
_ENDING = ".object.npy"
_MILLIMETRE = 1e-3


def is_person(path: Path) -> bool:
    """Whether a ``.npy`` file is a pickled table of a person; what cannot be read is none."""
    try:
        return _person(path) is not None
    except ReadError:
        return False


def read_person(path: Path) -> dict[str, Array]:
    """The arrays of a person, by smplx's names.

    Raises:
        ReadError: damaged.
    """
    found = _person(path)
    if found is None:
        raise ReadError(f"{path.name} holds no person", expected=", ".join(_PERSON))
    return found


def is_track(path: Path) -> bool:
    """Whether a file is an object's, by its name and its shape."""
    shape = shape_of(path) if path.name.endswith(_ENDING) else None
    return shape is not None and len(shape) == 2 and shape[1] == 7


def read_parts(path: Path, key: str | None) -> Track:
    """The track of the part ``key``, ``top`` or ``bottom``, of an object.

    Raises:
        ReadError: damaged, or no part is named.
    """
    if key not in PARTS:
        raise ReadError(
            f"{path.name} moves the two parts of an object; key = {key!r}",
            given=key,
            expected=" or ".join(f'key = "{part}"' for part in PARTS),
        )
    table = read_npy(path)
    body = turned(path, table[:, 1:4], table[:, 4:], _MILLIMETRE)
    return Track(hinged(path, body, HINGE, table[:, 0]) if key == PARTS[0] else body)


def object_beside(path: Path) -> Path | None:
    """The object's file beside a person's."""
    file = path.with_name(path.name.replace(".smplx.npy", _ENDING))
    return file if file != path and file.is_file() and is_track(file) else None


def _person(path: Path) -> dict[str, Array] | None:
    place = objects_at(path)
    if place is None:
        return None
    table = read_pickle(path, place)
    if not isinstance(table, Mapping) or not all(name in table for name in _PERSON):
        return None
    return {
        str(name): as_floats(value)
        for name, value in table.items()
        if isinstance(value, np.ndarray) and value.dtype.kind in "fiu"
    }
