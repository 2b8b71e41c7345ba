"""Tensors out of a file that ``torch.save`` wrote, without torch and without running anything.

A pickle is a program. This module admits exactly the one that rebuilds a tensor, or a table of
tensors and numbers: the opcodes are checked against a list before the first of them runs, and the
only names that resolve are stand-ins of this module. Whatever else a file asks for is refused,
never called.
"""

from __future__ import annotations

import io
import math
import pickle
import pickletools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

from kinemesh.errors import ReadError
from kinemesh.io.files import head, looks_like, open_archive, read_entry

_LARGEST_FILE = 2 << 30
_LARGEST_PROGRAM = 64 << 10
"""The program of a tensor is about 160 bytes long."""

_ONE = "one tensor of floats and nothing else"
_TABLE = "a table of tensors and numbers and nothing else"

_OPCODES = frozenset(
    "PROTO FRAME GLOBAL STACK_GLOBAL MARK REDUCE BINPERSID STOP MEMOIZE BINPUT LONG_BINPUT BINGET "
    "LONG_BINGET BINUNICODE SHORT_BINUNICODE BININT BININT1 BININT2 LONG1 NEWTRUE NEWFALSE NONE "
    "EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3".split()
)
_TABLE_OPCODES = _OPCODES | frozenset(
    "EMPTY_DICT SETITEM SETITEMS EMPTY_LIST APPEND APPENDS BINFLOAT".split()
)
_STORAGES = {"FloatStorage": "f4", "DoubleStorage": "f8", "HalfStorage": "f2"}
_TABLE_STORAGES = {
    **_STORAGES,
    **{"LongStorage": "i8", "IntStorage": "i4", "ByteStorage": "u1", "BoolStorage": "b1"},
}


@dataclass(frozen=True)
class _StorageType:
    code: str


@dataclass(frozen=True)
class _Storage:
    entry: str
    dtype: np.dtype[Any]
    count: int


@dataclass(frozen=True)
class _Tensor:
    storage: _Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]


def read_tensor(path: Path) -> NDArray[np.floating[Any]]:
    """The floating-point tensor in ``path`` as an array of its own type.

    Raises:
        ReadError: not a zip archive, cut short or damaged; anything but one tensor of floats;
            sizes that do not fit the bytes that are there.
    """
    with _opened(path) as archive:
        result = _Program(path, archive, _ONE).run()
        if not isinstance(result, _Tensor):
            _refuse(path, f"a value of type {type(result).__name__}", _ONE)
        return _array(path, archive, result)


def read_tensors(path: Path) -> dict[str, Any]:
    """The table in ``path``: tensors as arrays of their own types, numbers and texts as they are.

    Raises:
        ReadError: as :func:`read_tensor`; anything but a table of these.
    """
    with _opened(path) as archive:
        result = _Program(path, archive, _TABLE).run()
        if not isinstance(result, dict):
            _refuse(path, f"a value of type {type(result).__name__}", _TABLE)
        table: dict[str, Any] = {}
        for key, value in result.items():
            if isinstance(value, _Tensor):
                table[str(key)] = _array(path, archive, value)
            elif isinstance(value, int | float | str) or value is None:
                table[str(key)] = value
            else:
                _refuse(path, f"a {type(value).__name__} under {str(key)[:40]!r}", _TABLE)
        return table


def is_torch(path: Path) -> bool:
    """Whether a zip archive is one that ``torch.save`` wrote."""
    with open_archive(path, _LARGEST_FILE) as archive:
        return any(n.count("/") == 1 and n.endswith("/data.pkl") for n in archive.namelist())


def _opened(path: Path) -> ZipFile:
    start = head(path)
    if not start.startswith(b"PK\x03\x04"):
        hint = (
            "torch before 1.6 saved so: load it in torch and save it again"
            if start.startswith(b"\x80")
            else "check that this is the right file"
        )
        raise ReadError(
            f"{path.name} is {looks_like(start)}; expected a tensor saved by torch.save "
            f"(a zip archive): {hint}"
        )
    return open_archive(path, _LARGEST_FILE)


class _Program:
    """The pickle in an archive by ``torch.save``, and what it may do."""

    def __init__(self, path: Path, archive: ZipFile, expected: str) -> None:
        self.path, self.archive, self.expected = path, archive, expected
        programs = [n for n in archive.namelist() if n.count("/") == 1 and n.endswith("/data.pkl")]
        if len(programs) != 1:
            raise ReadError(
                f"{path.name} is a zip archive with {len(programs)} entries */data.pkl; "
                f"expected one, as torch.save writes: is it another kind of archive?"
            )
        self.root = programs[0].removesuffix("data.pkl")
        if archive.getinfo(programs[0]).file_size > _LARGEST_PROGRAM:
            _refuse(path, "a pickle far larger than a tensor needs", expected)
        self.program = read_entry(path, archive, programs[0])
        self.order = "<"
        if f"{self.root}byteorder" in archive.namelist():
            big = read_entry(path, archive, f"{self.root}byteorder") == b"big"
            self.order = ">" if big else "<"

    def run(self) -> Any:
        """What the program describes."""
        path, table = self.path, self.expected == _TABLE
        try:
            opcodes = {opcode.name for opcode, _, _ in pickletools.genops(self.program)}
        except Exception as error:
            raise ReadError(f"{path.name}: its data.pkl is damaged ({error})") from error
        admitted = _TABLE_OPCODES if table else _OPCODES
        if not opcodes <= admitted:
            what = f"the pickle opcodes {', '.join(sorted(opcodes - admitted))}"
            _refuse(path, what, self.expected)
        try:
            return _Unpickler(self, _TABLE_STORAGES if table else _STORAGES).load()
        except ReadError:
            raise
        except Exception as error:
            raise ReadError(
                f"{path.name}: its data.pkl does not describe a tensor ({type(error).__name__})"
            ) from error


class _Unpickler(pickle.Unpickler):
    """Resolves the few kinds of names that saved tensors need, all to harmless stand-ins."""

    def __init__(self, program: _Program, storages: Mapping[str, str]) -> None:
        super().__init__(io.BytesIO(program.program))
        self._program, self._storages = program, storages
        self._path, self._archive = program.path, program.archive
        self._root, self._order = program.root, program.order

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if (module, name) == ("collections", "OrderedDict"):
            return _no_hooks
        if module == "torch" and name in self._storages:
            return _StorageType(self._storages[name])
        if module.startswith("protomotions.") and name == "StateConversion":
            return str  # its files say so of their quaternions: "common"
        _refuse(self._path, f"the name {module[:80]}.{name[:80]}", self._program.expected)

    def persistent_load(self, pid: Any) -> _Storage:
        match pid:
            case ("storage", _StorageType(code), str(key), str(), int(count)) if key.isdigit():
                dtype = np.dtype(self._order + code)
            case _:
                _refuse(self._path, "a reference that is no tensor storage", self._program.expected)
        entry = f"{self._root}data/{key}"
        if entry not in self._archive.namelist():
            raise ReadError(
                f"{self._path.name} has no entry {entry!r}, where its numbers should be"
            )
        there = self._archive.getinfo(entry).file_size
        if count < 0 or there != count * dtype.itemsize:
            raise ReadError(
                f"{self._path.name} declares {count} numbers of {dtype.itemsize} bytes but holds "
                f"{there} bytes: it is cut short or damaged; copy or download it again"
            )
        return _Storage(entry, dtype, count)


def _tensor(storage: Any, offset: Any, size: Any, stride: Any, *flags: Any) -> _Tensor:
    """Stand-in for ``torch._utils._rebuild_tensor_v2``: notes the arguments, does nothing."""
    whole = (offset, *size, *stride)
    if not (
        isinstance(storage, _Storage)
        and isinstance(size, tuple)
        and isinstance(stride, tuple)
        and all(type(number) is int for number in whole)
        and len(size) == len(stride) <= 8
        and len(flags) <= 3
    ):
        raise ReadError("a tensor in this file is described by values of the wrong kind")
    return _Tensor(storage, offset, size, stride)


def _no_hooks() -> None:
    """Stand-in for the empty ``OrderedDict`` of backward hooks that every saved tensor has."""


def _array(path: Path, archive: ZipFile, tensor: _Tensor) -> NDArray[Any]:
    """The numbers of ``tensor``, read only after its extent was checked."""
    storage, offset, size, stride = tensor.storage, tensor.offset, tensor.size, tensor.stride
    if min((offset, *size, *stride)) < 0:
        raise ReadError(f"{path.name}: a tensor with a negative offset, size or stride; damaged")
    wanted = math.prod(size)
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if wanted > storage.count or (wanted and last >= storage.count):
        raise ReadError(
            f"{path.name} declares a tensor {_short(size)} with strides {_short(stride)} from "
            f"number {offset} on, but holds {storage.count} numbers: it is damaged"
        )
    if wanted == 0:
        return np.zeros(size, dtype=storage.dtype)
    flat = np.frombuffer(read_entry(path, archive, storage.entry), dtype=storage.dtype)
    steps = [step * storage.dtype.itemsize for step in stride]
    view = np.lib.stride_tricks.as_strided(flat[offset:], size, steps, writeable=False)
    return np.ascontiguousarray(view)


def _short(numbers: tuple[int, ...]) -> str:
    return f"({', '.join(f'{number:.6g}' for number in numbers)})"


def _refuse(path: Path, what: str, expected: str) -> NoReturn:
    raise ReadError(
        f"{path.name} asks for {what}; expected {expected}. Nothing was run. If you trust the "
        f"file, load it in torch and save plain tensors again"
    )
