"""Entries of a ``.npz`` file that are Python objects, each a pickle of its own."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from kinemesh._files.inputs import open_archive, read_entry
from kinemesh._files.numpy_files import read_npz, read_object
from kinemesh._files.pickled import read_program

_LARGEST = 1 << 30
"""More than this is not unpacked from a file [bytes]."""


def read_objects(path: Path, wanted: Collection[str]) -> dict[str, Any]:
    """The tables, numbers and texts named in ``wanted`` that a ``.npz`` file holds.

    Nothing in a pickle is run (:mod:`kinemesh._files.pickled`). Of an array of one entry, that
    entry.

    Raises:
        ReadError: not a ``.npz`` file, damaged, or a pickle that asks for something else.
    """
    names = read_npz(path, ()).names
    result: dict[str, Any] = {}
    with open_archive(path, _LARGEST) as archive:
        for name in names:
            if name not in wanted:
                continue
            data = read_entry(path, archive, f"{name}.npy")
            value = read_object(data, f"{name!r} in {path.name}")
            match value:
                case bytes():
                    result[name] = read_program(path, value)
                case str():
                    result[name] = value
                case _:
                    result[name] = value.item() if value.size == 1 else value
    return result
