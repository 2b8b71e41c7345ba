"""The user's word on contacts: a TOML file of frame ranges."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kinemesh.errors import ReadError
from kinemesh.io.files import existing_file
from kinemesh.motion.edits import Edit, StanceEdit, TouchEdit

_KEYS: Mapping[str, Mapping[str, type]] = {
    "stance": {"foot": str, "frames": list, "planted": bool},
    "touch": {"hand": str, "thing": str, "frames": list, "touching": bool},
}
_WORDS = {str: "a text", list: "[first, last]", bool: "true or false"}


def read_contacts(path: str | Path) -> tuple[Edit, ...]:
    """The frame ranges of a TOML file, for :meth:`Clip.with_contacts`.

    Entries ``[[stance]]`` hold ``foot``, ``frames = [first, last]`` (both included) and
    ``planted``; entries ``[[touch]]`` hold ``hand``, ``thing``, ``frames`` and ``touching``.
    Whether they fit a clip is the clip's to say.

    Raises:
        ReadError: not TOML, an unknown or missing key, or a value of another type.
    """
    path = existing_file(path)
    try:
        with path.open("rb") as stream:
            tables = tomllib.load(stream)
        repr(tables)  # tables that nest without end cannot be shown either
    except (ValueError, RecursionError) as error:
        raise ReadError(
            f"{path.name} is not TOML ({error}); expected entries [[stance]] and [[touch]]"
        ) from error
    edits: list[Edit] = []
    for kind, entries in tables.items():
        if kind not in _KEYS or not isinstance(entries, list):
            raise ReadError(f"{path.name}: {kind!r}: expected entries [[stance]] and [[touch]]")
        for number, entry in enumerate(entries, start=1):
            edits.append(_edit(f"{path.name}: [[{kind}]] number {number}", kind, entry))
    if not edits:
        raise ReadError(f"{path.name} says nothing; expected entries [[stance]] or [[touch]]")
    return tuple(edits)


def _edit(where: str, kind: str, entry: Any) -> Edit:
    keys = _KEYS[kind]
    if not isinstance(entry, dict) or set(entry) != set(keys):
        found = ", ".join(entry) if isinstance(entry, dict) else repr(entry)
        raise ReadError(f"{where} has {found or 'nothing'}; expected the keys {', '.join(keys)}")
    for key, kept in keys.items():
        if type(entry[key]) is not kept:
            raise ReadError(f"{where}: {key} = {entry[key]!r}; expected {_WORDS[kept]}")
    frames = entry["frames"]
    if len(frames) != 2 or any(type(frame) is not int for frame in frames):
        raise ReadError(f"{where}: frames = {frames!r}; expected [first, last], both included")
    first, last = frames
    if kind == "stance":
        return StanceEdit(entry["foot"], first, last, entry["planted"])
    return TouchEdit(entry["hand"], entry["thing"], first, last, entry["touching"])
