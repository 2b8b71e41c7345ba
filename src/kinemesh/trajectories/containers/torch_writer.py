"""Tables that ``torch.load`` reads, written without torch.

Such a file is a zip archive: a pickle that names tensors, and their numbers in entries of their
own, stored as they are.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinemesh.trajectories.containers.pickle_writer import encoded, integer, numbers, text

_STORAGES = {"f4": b"Float", "f8": b"Double", "i8": b"Long", "b1": b"Bool"}


def save_tensors(path: Path, content: Mapping[str, Any]) -> None:
    """What ``torch.save`` writes of a table of tensors, given as arrays, and plain numbers."""
    pairs = b""
    entries: list[bytes] = []
    for key, value in content.items():
        if isinstance(value, np.ndarray):
            pairs += text(key) + _tensor(value, str(len(entries)))
            entries.append(np.ascontiguousarray(value).tobytes())
        else:
            pairs += text(key) + encoded(value)
    root = "motion"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_entry(f"{root}/data.pkl"), b"\x80\x02}(" + pairs + b"u.")
        archive.writestr(_entry(f"{root}/byteorder"), "little")
        for k, data in enumerate(entries):
            archive.writestr(_entry(f"{root}/data/{k}"), data)
        archive.writestr(_entry(f"{root}/version"), "3\n")


def _tensor(array: NDArray[Any], key: str) -> bytes:
    storage = b"ctorch\n" + _STORAGES[array.dtype.str[1:]] + b"Storage\n"
    reference = text("storage") + storage + text(key) + text("cpu") + integer(array.size)
    strides = np.cumprod([1, *array.shape[:0:-1]])[::-1]
    arguments = b"(" + reference + b"tQ" + integer(0) + numbers(array.shape)
    arguments += numbers([int(step) for step in strides]) + b"\x89ccollections\nOrderedDict\n)R"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + arguments + b"tR"


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry without the time of writing: the same motion gives the same bytes."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o600 << 16
    return entry
