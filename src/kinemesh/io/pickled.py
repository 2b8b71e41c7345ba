"""Tables and NumPy arrays out of a pickle, plain or by joblib, without running anything in it.

A pickle is a program. This module does not hand it to Python's ``pickle``: it steps through the
opcodes itself, knows the few that tables of numbers need, and calls nothing that the file names.
The names it knows (NumPy's array, scalar and dtype, joblib's wrapper of an array) are marks on its
stack; any other name, and any other opcode, ends the reading with an error.
"""

from __future__ import annotations

import io
import math
import pickletools
import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy as np
from numpy.typing import NDArray

from kinemesh.errors import ReadError
from kinemesh.io.files import head, looks_like

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
    ("joblib.numpy_pickle", "NumpyArrayWrapper"): "wrapper",
    **{(f"numpy.{core}.multiarray", "_reconstruct"): "array" for core in ("core", "_core")},
    **{(f"numpy.{core}.multiarray", "scalar"): "scalar" for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): "buffer" for core in ("core", "_core")},
}
_OPCODES = {ord(opcode.code): opcode for opcode in pickletools.opcodes}
_VALUES = frozenset(
    "BININT BININT1 BININT2 LONG1 LONG4 BINFLOAT BINUNICODE SHORT_BINUNICODE BINUNICODE8 BINBYTES "
    "SHORT_BINBYTES BINBYTES8 BYTEARRAY8 BINSTRING SHORT_BINSTRING".split()
)
_CONSTANTS: dict[str, Any] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
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
    if start.startswith(_PACKED):
        data = _unpacked(path, data)
    try:
        return _plain(path, _Machine(path, io.BytesIO(data)).run(), {}, 0)
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


@dataclass(frozen=True)
class _Name:
    """One of the names that this module knows."""

    kind: str


@dataclass
class _Dtype:
    code: str
    order: str = "="


@dataclass
class _Holder:
    """An array that is being built."""

    wrapped: bool = False
    value: NDArray[Any] | None = None
    item: Any = None
    """What an array of one object holds, in place of numbers."""
    boxed: bool = False


@dataclass
class _Machine:
    """The stack machine of pickle, as far as tables of arrays need it."""

    path: Path
    stream: BinaryIO
    stack: list[Any] = field(default_factory=list)
    marks: list[list[Any]] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)

    def run(self) -> Any:
        """What the program leaves on the stack."""
        while True:
            code = self.stream.read(1)
            if not code:
                raise ReadError(f"{self.path.name}: the pickle is cut short: copy it again")
            opcode = _OPCODES.get(code[0])
            if opcode is None:
                raise ReadError(f"{self.path.name}: the pickle is damaged (opcode {code!r})")
            argument = opcode.arg.reader(self.stream) if opcode.arg is not None else None
            if opcode.name == "STOP":
                return self.stack.pop()
            self.step(opcode.name, argument)

    def step(self, name: str, argument: Any) -> None:
        """One opcode."""
        stack = self.stack
        if name in _VALUES:
            stack.append(argument)
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name])
        elif name in ("PROTO", "FRAME"):
            pass
        elif name == "MARK":
            self.marks.append(stack)
            self.stack = []
        elif name == "MEMOIZE":
            self.memo[len(self.memo)] = stack[-1]
        elif name in ("BINPUT", "LONG_BINPUT"):
            self.memo[argument] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            stack.append(self.memo[argument])
        elif name == "EMPTY_DICT":
            stack.append({})
        elif name == "EMPTY_LIST":
            stack.append([])
        elif name in ("SETITEM", "SETITEMS"):
            if name == "SETITEM":
                items = [stack.pop(-2), stack.pop()]
            else:
                items = self.marked()
            self.fill(self.stack[-1], items)
        elif name in ("APPEND", "APPENDS"):
            items = [stack.pop()] if name == "APPEND" else self.marked()
            self.extend(self.stack[-1], items)
        elif name in ("TUPLE", "LIST"):
            items = self.marked()
            self.stack.append(tuple(items) if name == "TUPLE" else items)
        elif name == "DICT":
            items = self.marked()
            self.stack.append({})
            self.fill(self.stack[-1], items)
        elif name in ("TUPLE1", "TUPLE2", "TUPLE3"):
            count = int(name[-1])
            if len(stack) < count:
                raise IndexError("the stack is empty")
            stack[-count:] = [tuple(stack[-count:])]
        elif name == "GLOBAL":
            module, _, attribute = argument.partition(" ")
            stack.append(self.known(module, attribute))
        elif name == "STACK_GLOBAL":
            attribute, module = stack.pop(), stack.pop()
            stack.append(self.known(module, attribute))
        elif name in ("REDUCE", "NEWOBJ"):
            arguments, called = stack.pop(), stack.pop()
            stack.append(self.made(name, called, arguments))
        elif name == "BUILD":
            state = stack.pop()
            self.build(stack[-1], state)
        else:
            refuse(self.path, f"the pickle opcode {name}")

    def marked(self) -> list[Any]:
        """What lies above the last mark, taken off."""
        items, self.stack = self.stack, self.marks.pop()
        return items

    def fill(self, table: Any, items: list[Any]) -> None:
        """``SETITEMS``."""
        if not isinstance(table, dict) or len(items) % 2:
            raise TypeError("items of what is no table")
        for key, value in zip(items[::2], items[1::2], strict=True):
            if not isinstance(key, str | int):
                refuse(self.path, f"a table whose keys are of type {type(key).__name__}")
            table[key] = value

    def extend(self, values: Any, items: list[Any]) -> None:
        """``APPENDS``."""
        if not isinstance(values, list):
            raise TypeError("items of what is no list")
        values.extend(items)

    def known(self, module: Any, attribute: Any) -> _Name:
        """The mark of a name; nothing is imported."""
        if (module, attribute) not in _NAMES:
            refuse(self.path, f"the name {str(module)[:60]}.{str(attribute)[:60]}")
        return _Name(_NAMES[module, attribute])

    def made(self, opcode: str, called: Any, arguments: Any) -> Any:
        """What a call of a known name stands for."""
        match (called, arguments):
            case (_Name("array"), (_Name("ndarray"), _, _)):
                return _Holder()
            case (_Name("wrapper"), ()) if opcode == "NEWOBJ":
                return _Holder(wrapped=True)
            case (_Name("dtype"), (str(code), *_)):
                return _Dtype(code)
            case (_Name("scalar"), (_Dtype() as dtype, bytes(data))):
                return self.array(dtype, (1,), data, False)[0].item()
            case (
                _Name("buffer"),
                (bytes() | bytearray() as data, _Dtype() as dtype, shape, order),
            ):
                return _Holder(value=self.array(dtype, shape, bytes(data), order == "F"))
            case (_Name("encode"), (str(characters), "latin1")):
                return characters.encode("latin1")
            case (_Name("bytes"), ()):
                return b""
            case (_Name("table"), ()):
                return {}
        what = called.kind if isinstance(called, _Name) else type(called).__name__
        refuse(self.path, f"a call of {what} that makes no array")

    def build(self, target: Any, state: Any) -> None:
        """``BUILD``: the state of an array or of its type."""
        match (target, state):
            case (_Dtype(), (int(), str(order), None, None, None, *_)):
                target.order = order
            case (_Holder(wrapped=False), (_, shape, _Dtype() as dtype, fortran, bytes(data))):
                target.value = self.array(dtype, shape, data, bool(fortran))
            case (
                _Holder(wrapped=False),
                (_, () | (1,), _Dtype(code="O8" | "O"), _, [item]),
            ):  # numpy.save of a table
                target.item, target.boxed = item, True
            case (_Holder(wrapped=True), {"shape": shape, "order": order, "dtype": dtype}):
                target.value = self.follows(dtype, shape, order, state)
            case _:
                refuse(self.path, f"a state that is no array's ({type(state).__name__})")

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
        if not isinstance(dtype, _Dtype) or not _PLAIN.fullmatch(dtype.code):
            what = f"an array of {dtype.code}" if isinstance(dtype, _Dtype) else "an odd array"
            refuse(self.path, f"{what} (of Python objects, if O8)")
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


def _plain(path: Path, value: Any, seen: dict[int, Any], depth: int) -> Any:
    """``value`` with arrays in place of their holders; what is named twice is made once."""
    if depth > _DEEPEST:
        refuse(path, f"tables nested more than {_DEEPEST} deep")
    if isinstance(value, _Holder):
        if value.boxed:
            return _plain(path, value.item, seen, depth + 1)
        if value.value is None:
            raise ValueError("an array without a state")
        return value.value
    if isinstance(value, _Name | _Dtype):
        refuse(path, "a type in place of a value")
    if not isinstance(value, dict | list | tuple):
        return value
    if id(value) in seen:
        return seen[id(value)]
    if isinstance(value, dict):
        table: dict[Any, Any] = {}
        seen[id(value)] = table
        table.update({k: _plain(path, item, seen, depth + 1) for k, item in value.items()})
        return table
    items: list[Any] = []
    seen[id(value)] = items
    items.extend(_plain(path, item, seen, depth + 1) for item in value)
    return items


def refuse(path: Path, what: str) -> NoReturn:
    """End the reading of a pickle that asks for ``what``.

    Raises:
        ReadError: always.
    """
    raise ReadError(
        f"{path.name} asks for {what}; expected tables of numbers and NumPy arrays and nothing "
        f"else. Nothing was run. If you trust the file, load it with the tool that wrote it and "
        f"save plain arrays"
    )
