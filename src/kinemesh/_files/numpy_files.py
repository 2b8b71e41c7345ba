"""NumPy's own files, read without pickle and without trusting a size before it is checked."""

from __future__ import annotations

import io
import math
import sys
import warnings
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from kinemesh._files.inputs import head, looks_like, open_archive, read_entry
from kinemesh.arrays import Array
from kinemesh.errors import ReadError

_LARGEST = 1 << 30
"""More than this is not unpacked from a file, nor made of one array [bytes]: two hours of a whole
body at 120 frames/s are 0.6 GiB."""
_LARGEST_WORD = 4096
_LONGEST_HEADER = 1 << 16
_MOST_AXES = 32
_MOST_EMPTY = 1 << 16
_MAGIC = b"\x93NUMPY"


class Arrays(dict[str, Array]):
    """The arrays asked for, by name; :attr:`names` are all that the file holds."""

    def __init__(self, names: Collection[str]) -> None:
        super().__init__()
        self.names = tuple(names)


def as_floats(values: Any) -> Array:
    """``values`` as float64; a NaN that signals, or a number too large, is no news here."""
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(values, dtype=np.float64)


def read_npy(path: Path) -> Array:
    """The array in a ``.npy`` file as float64.

    Raises:
        ReadError: not a ``.npy`` file, cut short, or an array that is not of numbers.
    """
    start = head(path)
    if not start.startswith(_MAGIC):
        raise ReadError(
            f"{path.name} is {looks_like(start)}; expected a NumPy array saved by numpy.save: "
            f"check that this is the right file"
        )
    with path.open("rb") as stream:
        return _read(stream, path.stat().st_size, path.name)


def objects_at(path: Path) -> int | None:
    """Where the pickle of a ``.npy`` file of one Python object begins; None for any other file."""
    found = _begins(path)
    if found is None:
        return None
    shape, dtype, place = found
    return place if dtype.hasobject and math.prod(shape) == 1 else None


def shape_of(path: Path) -> tuple[int, ...] | None:
    """The shape that a ``.npy`` file declares for its numbers; None for any other file."""
    found = _begins(path)
    return None if found is None or found[1].hasobject else found[0]


def _begins(path: Path) -> tuple[tuple[int, ...], np.dtype[Any], int] | None:
    """Shape, type, and where the data of a ``.npy`` file begin; None if it has no such header."""
    if not head(path).startswith(_MAGIC):
        return None
    with path.open("rb") as stream:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                shape, _, dtype = _header(stream)
        except Exception:  # said by the reader of numbers
            return None
        return shape, dtype, stream.tell()


def read_npz(path: Path, wanted: Collection[str]) -> Arrays:
    """The arrays named in ``wanted`` that a ``.npz`` file holds, as float64.

    Raises:
        ReadError: not a ``.npz`` file, cut short, or arrays that are not of numbers.
    """
    start = head(path)
    if not start.startswith(b"PK\x03\x04"):
        raise ReadError(
            f"{path.name} is {looks_like(start)}; expected arrays saved by numpy.savez "
            f"(a zip archive): check that this is the right file"
        )
    with open_archive(path, _LARGEST) as archive:
        names = [n.removesuffix(".npy") for n in archive.namelist() if n.endswith(".npy")]
        if not names:
            raise ReadError(
                f"{path.name} is a zip archive without arrays; expected one that numpy.savez wrote"
            )
        result = Arrays(names)
        for name in names:
            if name in wanted:
                data = _entry(path, archive, name, "fiu")
                result[name] = _read(io.BytesIO(data), len(data), f"{name!r} in {path.name}")
        return result


def read_word(path: Path, name: str) -> str | None:
    """One word in a ``.npz`` file, saved as text or bytes; None where it is not readable so.

    Texts are often saved as Python objects, which need pickle: those are left alone.
    """
    with open_archive(path, _LARGEST) as archive:
        if f"{name}.npy" not in archive.namelist():
            return None
        if archive.getinfo(f"{name}.npy").file_size > _LARGEST_WORD:
            return None
        data = read_entry(path, archive, f"{name}.npy")
    stream = io.BytesIO(data)
    try:
        shape, _, dtype = _header(stream)
    except Exception:
        return None
    start = stream.tell()
    if math.prod(shape) != 1 or dtype.kind not in "US" or dtype.itemsize != len(data) - start:
        return None
    try:
        (text,) = _texts(data, name)
    except ReadError:
        return None
    if text[:2] in ("b'", 'b"'):  # bytes that were made text by str()
        text = text[2:-1]
    return text.strip().lower()


def read_object(data: bytes, what: str) -> bytes | str | NDArray[Any]:
    """The pickle in the bytes of a ``.npy`` file of one Python object, else numbers or a text."""
    stream, kind = io.BytesIO(data), _kind(data)
    if kind in "US":
        return " ".join(_texts(data, what))
    if kind != "O":
        return _numbers(stream, len(data), what, "fiub")
    shape, _, _ = _header(stream)
    if math.prod(shape) != 1:
        raise ReadError(f"{what} is an array {shape} of Python objects; expected one")
    return stream.read()


@dataclass(frozen=True, eq=False)
class Archive:
    """All that a ``.npz`` file holds of numbers and texts."""

    arrays: Mapping[str, Array]
    """Arrays of numbers, as float64."""
    texts: Mapping[str, tuple[str, ...]]
    """Arrays of texts, flat."""
    skipped: Mapping[str, str]
    """What is left, and why it cannot be read."""


def read_archive(path: Path) -> Archive:
    """Everything in a ``.npz`` file; an array that cannot be read is named and left out.

    Raises:
        ReadError: not a ``.npz`` file, or damaged as a whole.
    """
    arrays: dict[str, Array] = {}
    texts: dict[str, tuple[str, ...]] = {}
    skipped: dict[str, str] = {}
    names = read_npz(path, ()).names
    with open_archive(path, _LARGEST) as archive:
        for name in names:
            what = f"{name!r} in {path.name}"
            try:
                data = _entry(path, archive, name, "fiubUS")
                if _kind(data) in "US":
                    texts[name] = _texts(data, what)
                else:
                    arrays[name] = _read(io.BytesIO(data), len(data), what, "fiub")
            except ReadError as error:
                skipped[name] = str(error)
    return Archive(arrays, texts, skipped)


def read_exactly(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a ``.npz`` file, of numbers, flags or texts, as they were saved.

    Raises:
        ReadError: not a ``.npz`` file, damaged, or an array of something else.
    """
    names = read_npz(path, ()).names
    with open_archive(path, _LARGEST) as archive:
        entries = {name: _entry(path, archive, name, "fiubUS") for name in names}
        return {
            name: _numbers(io.BytesIO(data), len(data), f"{name!r} in {path.name}", "fiubUS")
            for name, data in entries.items()
        }


def _entry(path: Path, archive: zipfile.ZipFile, name: str, kinds: str) -> bytes:
    """All bytes of an array, unpacked once its header says what they are."""
    file, what = f"{name}.npy", f"{name!r} in {path.name}"
    start = io.BytesIO(read_entry(path, archive, file, _LONGEST_HEADER))
    _declared(start, archive.getinfo(file).file_size, what, kinds)
    return read_entry(path, archive, file)


def _kind(data: bytes) -> str:
    try:
        return _header(io.BytesIO(data))[2].kind
    except Exception:  # said by the reader of numbers
        return "f"


def _texts(data: bytes, what: str) -> tuple[str, ...]:
    stream = io.BytesIO(data)
    flat = _numbers(stream, len(data), what, "US")
    if flat.dtype.kind == "U" and flat.dtype.itemsize and flat.size:
        codes = np.dtype(np.uint32).newbyteorder(flat.dtype.byteorder)
        if np.frombuffer(flat.tobytes(), codes).max() > sys.maxunicode:
            raise ReadError(f"{what} holds characters that are none: it is damaged")
    return tuple(
        text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        for text in flat.ravel()
    )


def _read(stream: BinaryIO, size: int, what: str, kinds: str = "fiu") -> Array:
    """The array at the start of ``stream``, which holds ``size`` bytes, as float64."""
    return as_floats(_numbers(stream, size, what, kinds))


def _numbers(stream: BinaryIO, size: int, what: str, kinds: str) -> NDArray[Any]:
    """The array at the start of ``stream``, which holds ``size`` bytes, of one of ``kinds``."""
    shape, fortran, dtype = _declared(stream, size, what, kinds)
    if not dtype.itemsize:  # texts of no characters
        if math.prod(shape) > _MOST_EMPTY:
            raise ReadError(f"{what} declares {math.prod(shape)} empty texts: it is damaged")
        return np.zeros(shape, dtype="U1")
    flat = np.frombuffer(stream.read(math.prod(shape) * dtype.itemsize), dtype=dtype)
    return flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)


def _declared(
    stream: BinaryIO, size: int, what: str, kinds: str
) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """What the header at the start of ``stream`` says, if ``size`` bytes can hold it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a header by Python 2 is no news to the user
            shape, fortran, dtype = _header(stream)
    except Exception as error:  # NumPy parses it as Python and raises whatever that gives
        reason = (str(error).splitlines() or [type(error).__name__])[0][:120]
        raise ReadError(f"{what}: the header of the array is damaged ({reason})") from error
    if dtype.hasobject:
        raise ReadError(
            f"{what} is an array of Python objects, which only pickle can load, and a pickle can "
            f"run any program; expected numbers: save it again with dtype=float"
        )
    if dtype.kind not in kinds:
        raise ReadError(f"{what} is an array of {dtype}; expected real numbers")
    if any(type(n) is not int or n < 0 for n in shape) or len(shape) > _MOST_AXES:
        raise ReadError(f"{what}: the header of the array is damaged (shape {str(shape)[:80]})")
    needed = math.prod(shape) * dtype.itemsize
    there = size - stream.tell()
    if needed > there:
        raise ReadError(
            f"{what} declares an array {shape} of {needed} bytes but holds {there}: "
            f"it is cut short or damaged; copy or download it again"
        )
    taken = math.prod(shape) * max(dtype.itemsize, 8)
    if taken > _LARGEST and needed:
        raise ReadError(
            f"{what} would take {taken / 2**20:.0f} MiB; expected at most {_LARGEST >> 20} MiB: "
            f"save a part of the motion"
        )
    return shape, fortran, dtype


def _header(stream: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, whether the first axis runs fastest, and type."""
    if np.lib.format.read_magic(stream) == (1, 0):
        return np.lib.format.read_array_header_1_0(stream)
    start = stream.tell()
    length = int.from_bytes(stream.read(4), "little")
    if length > _LONGEST_HEADER:  # NumPy takes so much memory before it looks
        raise ValueError(f"{length} bytes long")
    stream.seek(start)
    return np.lib.format.read_array_header_2_0(stream)
