"""Tensors out of a file that ``torch.save`` wrote, without torch and without running anything.

Those that rebuild a tensor, or dictionaries of them, are read (:mod:`kinemesh._files.unpickler`);
the only names that are known are those of tensors and of their storages. Whatever else a file
asks for is refused, never called.
"""

from __future__ import annotations

import math
import pickletools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

from kinemesh._files.inputs import head, looks_like, open_archive, read_entry
from kinemesh._files.unpickler import Name, Unpickler, asks_for
from kinemesh.errors import ReadError

_LARGEST_FILE = 1 << 30
_LARGEST_PROGRAM = 64 << 10
"""The program of a tensor is about 160 bytes long."""

_NAMES = {
    ("torch._utils", "_rebuild_tensor_v2"): "tensor",
    ("collections", "OrderedDict"): "hooks",
}
_ADVICE = "load it in torch and save plain tensors again"
_STORAGES = {"FloatStorage": "f4", "DoubleStorage": "f8", "HalfStorage": "f2"}
_OTHERS = {
    "LongStorage": "i8",
    "IntStorage": "i4",
    "ShortStorage": "i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "?",
    "BFloat16Storage": "V2",
}
"""Storages that may stand beside those of floats and are never read."""


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
    with open_archive(path, _LARGEST_FILE) as archive:
        result = _run(path, archive, _STORAGES, "one tensor of floats")
        if not isinstance(result, _Tensor):
            _refuse(path, f"a value of type {type(result).__name__}", "one tensor of floats")
        return _array(path, archive, result)


def read_tensors(path: Path, wanted: Collection[str]) -> dict[str, NDArray[np.floating[Any]]]:
    """The float tensors named in ``wanted`` out of nested dictionaries of tensors.

    Args:
        path: the file.
        wanted: names, those of nested dictionaries joined by ``/``.

    Raises:
        ReadError: as :func:`read_tensor`, or something else than dictionaries of tensors.
    """
    what = "dictionaries of tensors"
    with open_archive(path, _LARGEST_FILE) as archive:
        tree = _run(path, archive, _STORAGES | _OTHERS, what)
        if not isinstance(tree, dict):
            _refuse(path, f"a value of type {type(tree).__name__}", what)
        found = {name: leaf for name, leaf in _leaves(tree) if name in wanted}
        for name, leaf in found.items():
            if not isinstance(leaf, _Tensor) or leaf.storage.dtype.kind != "f":
                raise ReadError(f"{path.name}: {name!r} is no tensor of floats; expected one")
        return {name: _array(path, archive, leaf) for name, leaf in found.items()}


def read_table(path: Path) -> dict[str, Any]:
    """A dictionary of tensors, numbers and texts: tensors as arrays of their own types.

    Raises:
        ReadError: as :func:`read_tensor`; anything but a dictionary of these.
    """
    what = "a dictionary of tensors, numbers and texts"
    start = head(path)
    if not start.startswith(b"PK\x03\x04"):
        raise ReadError(f"{path.name} is {looks_like(start)}; expected {what} by torch.save")
    with open_archive(path, _LARGEST_FILE) as archive:
        tree = _run(path, archive, _STORAGES | _OTHERS, what)
        if not isinstance(tree, dict):
            _refuse(path, f"a value of type {type(tree).__name__}", what)
        table: dict[str, Any] = {}
        for key, value in tree.items():
            if isinstance(value, _Tensor):
                table[str(key)] = _array(path, archive, value)
            elif isinstance(value, int | float | str) or value is None:
                table[str(key)] = value
            else:
                _refuse(path, f"a {type(value).__name__} under {str(key)[:40]!r}", what)
        return table


def is_torch(path: Path) -> bool:
    """Whether a zip archive is one that ``torch.save`` wrote."""
    with open_archive(path, _LARGEST_FILE) as archive:
        return any(n.count("/") == 1 and n.endswith("/data.pkl") for n in archive.namelist())


def saved_texts(path: Path) -> frozenset[str]:
    """The texts in the program of a saved file, such as the keys of a dictionary; nothing runs.

    Empty where the file is none of ``torch.save``.
    """
    if not head(path).startswith(b"PK\x03\x04"):
        return frozenset()
    with open_archive(path, _LARGEST_FILE) as archive:
        try:
            program, _ = _program(path, archive)
            return frozenset(a for _, a, _ in pickletools.genops(program) if isinstance(a, str))
        except Exception:  # whoever reads the file says what is wrong with it
            return frozenset()


def _leaves(tree: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    """All that nested dictionaries hold, by joined names."""
    waiting, seen = [("", tree)], {id(tree)}
    while waiting:
        prefix, branch = waiting.pop()
        for key, value in branch.items():
            if not isinstance(value, dict):
                yield f"{prefix}{key}", value
            elif id(value) not in seen:  # a pickle can put one into itself
                seen.add(id(value))
                waiting.append((f"{prefix}{key}/", value))


def _program(path: Path, archive: ZipFile) -> tuple[bytes, str]:
    """The pickle in a saved file, and the folder that it refers to."""
    programs = [n for n in archive.namelist() if n.count("/") == 1 and n.endswith("/data.pkl")]
    if len(programs) != 1:
        raise ReadError(
            f"{path.name} is a zip archive with {len(programs)} entries */data.pkl; "
            f"expected one, as torch.save writes: is it another kind of archive?"
        )
    if archive.getinfo(programs[0]).file_size > _LARGEST_PROGRAM:
        _refuse(path, "a pickle far larger than a tensor needs", "tensors")
    return read_entry(path, archive, programs[0]), programs[0].removesuffix("data.pkl")


def _run(path: Path, archive: ZipFile, storages: Mapping[str, str], expected: str) -> object:
    """What the program in the archive describes, its tensors still to be read."""
    program, root = _program(path, archive)
    order = "<"
    if f"{root}byteorder" in archive.namelist():
        order = ">" if read_entry(path, archive, f"{root}byteorder") == b"big" else "<"
    try:
        return _Tensors(path, program, archive, root, order, storages, expected).load()
    except ReadError:
        raise
    except Exception as error:
        raise ReadError(
            f"{path.name}: its data.pkl does not describe a tensor ({type(error).__name__})"
        ) from error


class _Tensors(Unpickler):
    """Knows the names and references that a saved tensor needs."""

    advice = _ADVICE

    def __init__(
        self,
        path: Path,
        program: bytes,
        archive: ZipFile,
        root: str,
        order: str,
        storages: Mapping[str, str],
        expected: str,
    ) -> None:
        super().__init__(path, program)
        self._archive, self._root, self._order = archive, root, order
        self.names = {**_NAMES, **{("torch", name): code for name, code in storages.items()}}
        self.expected = expected

    def named(self, module: Any, attribute: Any) -> Any:
        """The mark of a name."""
        if str(module).startswith("protomotions.") and attribute == "StateConversion":
            return Name("word")  # its files say so of their quaternions: "common"
        return super().named(module, attribute)

    def called(self, opcode: str, function: Any, arguments: Any) -> Any:
        """A tensor, the empty table of hooks that every saved tensor has, or a text."""
        match (opcode, function, arguments):
            case ("REDUCE", Name("tensor"), tuple()):
                return _tensor(*arguments)
            case ("REDUCE", Name("hooks"), ()):
                return None
            case ("REDUCE", Name("word"), (str(word),)):
                return word
        return super().called(opcode, function, arguments)

    def referred(self, reference: Any) -> _Storage:
        """A storage, in an entry of the archive."""
        match reference:
            case ("storage", Name(code), str(key), str(), int(count)) if key.isdigit():
                dtype = np.dtype(self._order + code)
            case _:
                self.refuse("a reference that is no tensor storage")
        entry = f"{self._root}data/{key}"
        if entry not in self._archive.namelist():
            raise ReadError(f"{self.path.name} has no entry {entry!r}, where its numbers should be")
        there = self._archive.getinfo(entry).file_size
        if count < 0 or there != count * dtype.itemsize:
            raise ReadError(
                f"{self.path.name} declares {count} numbers of {dtype.itemsize} bytes but holds "
                f"{there} bytes: it is cut short or damaged; copy or download it again"
            )
        return _Storage(entry, dtype, count)


def _tensor(storage: Any, offset: Any, size: Any, stride: Any, *flags: Any) -> _Tensor:
    """The arguments of ``torch._utils._rebuild_tensor_v2``, checked."""
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


def _array(path: Path, archive: ZipFile, tensor: _Tensor) -> NDArray[np.floating[Any]]:
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
    raise ReadError(asks_for(path, what, expected, _ADVICE))
