"""The user's word on contacts: a TOML file of frame ranges."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kinemesh._files import toml
from kinemesh._files.inputs import existing_file
from kinemesh.errors import ReadError
from kinemesh.motion.edits import Edit, StanceEdit, TouchEdit

_KEYS: Mapping[str, Mapping[str, type]] = {
    "stance": {"foot": str, "frames": list, "planted": bool},
    "touch": {"part": str, "thing": str, "frames": list, "touching": bool},
}
_EXPECTED = "entries [[stance]] and [[touch]]"


def read_contacts(path: str | Path) -> tuple[Edit, ...]:
    """The frame ranges of a TOML file, for :meth:`~kinemesh.Clip.with_contacts`.

    Entries ``[[stance]]`` hold ``foot``, ``frames = [first, last]`` (both included) and
    ``planted``; entries ``[[touch]]`` hold ``part``, ``thing``, ``frames`` and ``touching``.
    Whether they fit a clip is the clip's to say.

    Raises:
        ReadError: not TOML, an unknown or missing key, or a value of another type.
    """
    path = existing_file(path)
    tables = toml.load(path, _EXPECTED)
    toml.check_keys(path.name, tables, _KEYS)
    edits = [
        _edit(where, kind, entry)
        for kind in tables
        for where, entry in toml.entries(path.name, tables, kind)
    ]
    if not edits:
        raise ReadError(f"{path.name} says nothing", expected=_EXPECTED)
    return tuple(edits)


def _edit(where: str, kind: str, entry: Mapping[str, Any]) -> Edit:
    keys = _KEYS[kind]
    toml.values(where, entry, keys, needed=keys, expected={list: "[first, last]"})
    frames = entry["frames"]
    if len(frames) != 2 or any(type(frame) is not int for frame in frames):
        raise ReadError(
            f"{where}: frames = {frames!r}", given=frames, expected="[first, last], both included"
        )
    first, last = frames
    if kind == "stance":
        return StanceEdit(entry["foot"], first, last, entry["planted"])
    return TouchEdit(entry["part"], entry["thing"], first, last, entry["touching"])
