"""Arrays in an ``.npz``: written whole, and read without pickle, sizes checked beforehand."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LARGEST_FILE = 1 << 30
_MOST_AXES = 32


def read_arrays(path: Path) -> dict[str, Any]:
    """The arrays of an ``.npz``, whose sizes are checked before memory is taken."""
    found = {}
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if any(entry.compress_size > path.stat().st_size for entry in entries):
            raise ValueError("an entry claims more bytes than the file has")
        if sum(entry.file_size for entry in entries) > _LARGEST_FILE:
            raise ValueError(f"more than {_LARGEST_FILE >> 30} GiB, unpacked")
        for entry in entries:
            found[entry.filename.removesuffix(".npy")] = _array(_unpacked(archive, entry))
    return found


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        return archive.read(entry)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # every unpacker has an error of its own
        raise ValueError(f"its entry {entry.filename!r} cannot be unpacked: {error}") from error


def _array(data: bytes) -> NDArray[Any]:
    stream = io.BytesIO(data)
    try:
        first = np.lib.format.read_magic(stream) == (1, 0)
        form = np.lib.format
        header = form.read_array_header_1_0 if first else form.read_array_header_2_0
        shape, fortran, dtype = header(stream)
    except Exception as error:  # NumPy parses it as Python and raises whatever that gives
        raise ValueError("the header of an array is damaged") from error
    there = len(data) - stream.tell()
    whole = len(shape) <= _MOST_AXES and all(type(n) is int and n >= 0 for n in shape)
    if dtype.hasobject or not whole or math.prod(shape) * dtype.itemsize != there:
        raise ValueError(f"an array of {dtype}, {str(shape)[:60]}, that has {there} bytes")
    flat = np.frombuffer(data, dtype, offset=stream.tell()) if there else np.zeros(0, dtype)
    return flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)


def write_arrays(arrays: Mapping[str, Any], path: Path) -> None:
    """Write ``arrays`` to ``path``, packed."""
    with path.open("wb") as stream:
        np.savez_compressed(stream, **arrays)


def columns(flags: Iterable[NDArray[np.bool_]], frames: int) -> NDArray[np.bool_]:
    """One column ``(T, N)`` for each of ``flags`` ``(T,)``."""
    return np.array(list(flags), dtype=np.bool_).reshape(-1, frames).T
