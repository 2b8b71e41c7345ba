"""Tables and NumPy arrays out of a pickle, plain or by joblib, without running anything in it.

The names it knows (NumPy's array, scalar and dtype, joblib's wrapper of an array) are marks on the
stack of :class:`kinemesh._files.unpickler.Unpickler`; any other ends the reading with an error.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinemesh._files.inputs import head, looks_like
from kinemesh._files.unpickler import Name, Unpickler
from kinemesh.errors import ReadError

_LARGEST = 2 << 30
"""More bytes than this are no trajectory, packed or unpacked."""
_DEEPEST = 32
"""Tables within tables."""

_NAMES = {
    ("numpy", "ndarray"): "ndarray",
    ("numpy", "dtype"): "dtype",
    ("_codecs", "encode"): "encode",
    ("__builtin__", "bytes"): "bytes",
    ("collections", "OrderedDict"): "table",
    ("collections", "defaultdict"): "table",
    **{(module, "dict"): "dict" for module in ("builtins", "__builtin__")},
    ("joblib.numpy_pickle", "NumpyArrayWrapper"): "wrapper",
    **{(f"numpy.{core}.multiarray", "_reconstruct"): "array" for core in ("core", "_core")},
    **{(f"numpy.{core}.multiarray", "scalar"): "scalar" for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): "buffer" for core in ("core", "_core")},
}
_PACKED = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"\x1f\x8b")
"""How zlib's and gzip's streams begin: joblib packs with either."""
_PLAIN = re.compile(r"[<>|=]?(b1|[iuf][1248]|f16|U\d{1,3})")


def is_pickle(start: bytes) -> bool:
    """Whether a file that begins so may be a pickle, packed or not."""
    return start.startswith((b"\x80", *_PACKED))


def read_pickle(path: Path, offset: int = 0) -> Any:
    """The tables, lists, numbers, texts and arrays in a pickle of the protocols 2 to 5.

    An array of one Python object is that object.

    Args:
        path: the file.
        offset: where in it the pickle begins [bytes].

    Raises:
        ReadError: not a pickle, cut short, or one that asks for anything else.
    """
    start = head(path, offset + 64)[offset:]
    if not is_pickle(start):
        raise ReadError(f"{path.name} is {looks_like(start)}; expected a pickle")
    if path.stat().st_size > _LARGEST:
        raise ReadError(f"{path.name} is larger than {_LARGEST >> 30} GiB: no single trajectory")
    data = path.read_bytes()[offset:]
    return read_program(path, _unpacked(path, data) if start.startswith(_PACKED) else data)


def read_program(path: Path, data: bytes) -> Any:
    """What :func:`read_pickle` reads, of a pickle that stands in a larger file at ``path``."""
    try:
        program = Tables(path, data)
        return program.plain(program.load(), {}, 0)
    except ReadError:
        raise
    except Exception as error:  # a damaged pickle can fail in any way that bytes can
        reason = (str(error).splitlines() or [""])[0][:100]
        raise ReadError(
            f"{path.name}: the pickle is cut short or damaged ({type(error).__name__}: {reason}): "
            f"copy or download it again"
        ) from error


def _unpacked(path: Path, data: bytes) -> bytes:
    try:
        stream = zlib.decompressobj(wbits=47)  # either header
        result = stream.decompress(data, _LARGEST)
        if stream.unconsumed_tail:
            raise ReadError(f"{path.name} would unpack to more than {_LARGEST >> 30} GiB")
        if not stream.eof:
            raise ReadError(f"{path.name} is cut short: copy or download it again")
    except zlib.error as error:
        raise ReadError(f"{path.name}: its packed data are damaged ({error})") from error
    return result


@dataclass
class Dtype:
    """A type of NumPy's, as the file names it."""

    code: str
    order: str = "="


@dataclass
class Holder:
    """An array that is being built."""

    wrapped: bool = False
    value: NDArray[Any] | None = None
    item: Any = None
    """What an array of one object holds, in place of numbers."""
    boxed: bool = False
    why: str = ""
    """Why there is no value, where a reader goes on without."""


class Tables(Unpickler):
    """Knows NumPy's arrays, and joblib's, whose bytes stand in the program itself."""

    names: Mapping[tuple[str, str], str] = _NAMES
    expected = "tables of numbers and NumPy arrays"
    advice = "load it with the tool that wrote it and save plain arrays"

    def called(self, opcode: str, function: Any, arguments: Any) -> Any:
        """An array that is still to be built, a type, a number, bytes, or a table."""
        match (function, arguments):
            case (Name("array"), (Name("ndarray"), _, _)):
                return Holder()
            case (Name("wrapper"), ()) if opcode == "NEWOBJ":
                return Holder(wrapped=True)
            case (Name("dtype"), (str(code), *_)):
                return Dtype(code)
            case (Name("scalar"), (Dtype() as dtype, bytes(data))):
                return self.array(dtype, (1,), data, False)[0].item()
            case (
                Name("buffer"),
                (bytes() | bytearray() as data, Dtype() as dtype, shape, order),
            ):
                return Holder(value=self.array(dtype, shape, bytes(data), order == "F"))
            case (Name("encode"), (str(characters), "latin1")):
                return characters.encode("latin1")
            case (Name("bytes"), ()):
                return b""
            case (Name("table"), () | (Name("dict"),)):  # of tables, as WHAM's of tracks
                return {}
        return super().called(opcode, function, arguments)

    def built(self, target: Any, state: Any) -> None:
        """The state of an array or of its type."""
        match (target, state):
            case (Dtype(), (int(), str(order), None, None, None, *_)):
                target.order = order
            case (
                Holder(wrapped=False),
                (_, shape, Dtype() as dtype, fortran, bytes() | str() as data),
            ):
                # Python 2 wrote bytes as a text of Latin letters.
                data = data.encode("latin1") if isinstance(data, str) else data
                target.value = self.array(dtype, shape, data, bool(fortran))
            case (
                Holder(wrapped=False),
                (_, () | (1,), Dtype(code="O8" | "O"), _, [item]),
            ):  # numpy.save of a table
                target.item, target.boxed = item, True
            case (Holder(wrapped=True), {"shape": shape, "order": order, "dtype": dtype}):
                target.value = self.follows(dtype, shape, order, state)
            case _:
                self.refuse(f"a state that is no array's ({type(state).__name__})")

    def follows(self, dtype: Any, shape: Any, order: Any, state: dict[str, Any]) -> NDArray[Any]:
        """The array whose bytes joblib put behind its wrapper, into the stream itself."""
        kind, count = self.dtype(dtype), self.count(shape)
        if "numpy_array_alignment_bytes" in state:
            padding = self.stream.read(1)
            self.stream.read(padding[0] if padding else 0)
        data = self.stream.read(count * kind.itemsize)
        return self.array(dtype, shape, data, order == "F")

    def array(self, dtype: Any, shape: Any, data: bytes, fortran: bool) -> NDArray[Any]:
        """An array of exactly these bytes."""
        kind, count = self.dtype(dtype), self.count(shape)
        if count * kind.itemsize != len(data):
            raise ReadError(
                f"{self.path.name} declares an array {shape} of {count * kind.itemsize} bytes but "
                f"holds {len(data)}: it is cut short or damaged; copy or download it again"
            )
        flat = np.frombuffer(data, dtype=kind)
        return flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)

    def dtype(self, dtype: Any) -> np.dtype[Any]:
        """The type that the file names, if it is one of plain numbers or texts."""
        if not isinstance(dtype, Dtype) or not _PLAIN.fullmatch(dtype.code):
            what = f"an array of {dtype.code}" if isinstance(dtype, Dtype) else "an odd array"
            self.refuse(f"{what} (of Python objects, if O8)")
        kind = np.dtype(dtype.code)
        return kind.newbyteorder(">") if dtype.order == ">" else kind

    def count(self, shape: Any) -> int:
        """How many numbers an array of ``shape`` has."""
        if (
            not isinstance(shape, tuple)
            or len(shape) > 8
            or not all(type(n) is int and 0 <= n < 1 << 40 for n in shape)
        ):
            raise ValueError(f"the shape of an array is {str(shape)[:60]}")
        return math.prod(shape)

    def plain(self, value: Any, seen: dict[int, Any], depth: int) -> Any:
        """``value`` with arrays in place of their holders; what is named twice is made once."""
        if depth > _DEEPEST:
            self.refuse(f"tables nested more than {_DEEPEST} deep")
        if isinstance(value, Holder):
            if value.boxed:
                return self.plain(value.item, seen, depth + 1)
            if value.value is None:
                raise ValueError("an array without a state")
            return value.value
        if isinstance(value, Name | Dtype):
            self.refuse("a type in place of a value")
        if not isinstance(value, dict | list | tuple):
            return value
        if id(value) in seen:
            return seen[id(value)]
        if isinstance(value, dict):
            table: dict[Any, Any] = {}
            seen[id(value)] = table
            table.update({k: self.plain(item, seen, depth + 1) for k, item in value.items()})
            return table
        items: list[Any] = []
        seen[id(value)] = items
        items.extend(self.plain(item, seen, depth + 1) for item in value)
        return items
