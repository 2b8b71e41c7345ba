"""GRAB: a person, an object and a table in one ``.npz`` file of pickled tables.

The layout is that of the project's README and ``tools``. ``body``, ``object`` and ``table`` hold
``params``: ``transl`` [m], ``global_orient`` [rad], of the body ``fullpose`` (T, 165) as well.
Things are turned as ``tools/objectmodel.py`` does: rows of vertices times the matrix, which is the
inverse of the turn. z is up, 120/s.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinemesh._files.numpy_files import as_floats
from kinemesh._files.pickled_arrays import read_objects
from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.recordings.interactions.track import Track, turned

THINGS = ("object", "table")
_LEFT = (21, *range(26, 41))
_RIGHT = (22, *range(41, 56))
"""Numbers of the parts of the hands in ``contact`` (``tools/utils.py``)."""
_MOST_PARTS = 56


@dataclass(frozen=True, eq=False)
class Grab:
    """What a file says."""

    arrays: dict[str, Array]
    """The person's, by AMASS's names."""
    gender: str | None
    track: Track
    """The object's."""
    contacts: dict[str, NDArray[np.bool_]]
    """``left_hand``, ``right_hand`` ``(T,)``: on the object."""
    notes: tuple[str, ...]


def is_grab(names: Collection[str]) -> bool:
    """Whether the names of a ``.npz`` file's arrays are GRAB's."""
    return all(name in names for name in ("body", "object", "n_frames"))


def read_grab(path: Path) -> Grab:
    """The person and the object.

    Raises:
        ReadError: damaged, or not GRAB's layout.
    """
    said = read_objects(path, ("body", "object", "gender", "framerate", "contact", "obj_name"))
    params = _params(path, said, "body")
    turns = "fullpose" if "fullpose" in params else "global_orient"
    arrays = {"trans": _array(path, params, "transl")}
    if turns == "fullpose":
        arrays["poses"] = _array(path, params, "fullpose")
    else:
        arrays["root_orient"] = _array(path, params, "global_orient")
        arrays["pose_body"] = _array(path, params, "body_pose")
    rate = said.get("framerate")
    arrays["mocap_framerate"] = np.array(rate if isinstance(rate, int | float) else 120.0)
    gender = said.get("gender")
    name = said.get("obj_name")
    notes = (f"object: {name[:40]!r}, its track from the file",) if isinstance(name, str) else ()
    return Grab(
        arrays,
        gender.lower() if isinstance(gender, str) else None,
        _thing(path, said, "object"),
        _contacts(said.get("contact")),
        notes,
    )


def read_thing(path: Path, key: str | None) -> Track:
    """The track of the ``object``, if ``key`` is left out, or of the ``table``.

    Raises:
        ReadError: damaged, or another key.
    """
    if key not in (None, *THINGS):
        raise ReadError(
            f"{path.name} moves an object and a table; key = {key!r}",
            given=key,
            expected=" or ".join(f'key = "{name}"' for name in THINGS),
        )
    name = key or THINGS[0]
    return _thing(path, read_objects(path, (name,)), name)


def _thing(path: Path, said: Mapping[str, Any], name: str) -> Track:
    params = _params(path, said, name)
    turns, places = _array(path, params, "global_orient"), _array(path, params, "transl")
    return Track(turned(path, -turns, places))


def _params(path: Path, said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = said.get(name)
    params = table.get("params") if isinstance(table, Mapping) else None
    if not isinstance(params, Mapping):
        raise ReadError(
            f"{path.name}: {name!r} holds no 'params'", expected="a table of arrays, as GRAB has"
        )
    return params


def _array(path: Path, params: Mapping[str, Any], name: str) -> Array:
    value = params.get(name)
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiu":
        raise ReadError(
            f"{path.name}: 'params' holds no {name!r}, but {', '.join(map(str, list(params)[:12]))}"
        )
    return as_floats(value)


def _contacts(contact: Any) -> dict[str, NDArray[np.bool_]]:
    """Labels ``(T,)`` of both hands: any vertex of the object touches a part of the hand."""
    labels = contact.get("object") if isinstance(contact, Mapping) else None
    if not isinstance(labels, np.ndarray) or labels.ndim != 2 or labels.dtype.kind not in "iu":
        return {}
    result = {}
    for name, parts in (("left_hand", _LEFT), ("right_hand", _RIGHT)):
        own = np.zeros(_MOST_PARTS, dtype=bool)
        own[list(parts)] = True
        # A frame at a time: labels of 50,000 vertices are not to be held twice.
        result[name] = np.array([np.any(own[np.clip(row, 0, _MOST_PARTS - 1)]) for row in labels])
    return result
