"""Pickles without pickle: numbers, texts, lists, tables and NumPy arrays, opcode by opcode.

What is written names NumPy's own three functions by the names that NumPy 1 and 2 both know
(Python's ``pickle`` would write names that NumPy before 1.26 has not) and nothing else, so that
``pickle.load`` and ``joblib.load`` read it wherever a trainer runs. Protocol 3: one that has bytes
and no frames, which every Python 3 reads.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_RECONSTRUCT = b"cnumpy.core.multiarray\n_reconstruct\n"
_ARRAY = b"cnumpy\nndarray\n"
_DTYPE = b"cnumpy\ndtype\n"


def pickled(value: Any) -> bytes:
    """A pickle of ``value``.

    Raises:
        TypeError: something else than numbers, texts, None, sequences, tables and plain arrays.
    """
    return b"\x80\x03" + encoded(value) + b"."


def encoded(value: Any) -> bytes:
    """The opcodes that put ``value`` on the stack."""
    match value:
        case None:
            return b"N"
        case bool():
            return b"\x88" if value else b"\x89"
        case int():
            return integer(value)
        case float():
            return b"G" + struct.pack(">d", value)
        case str():
            return text(value)
        case np.ndarray():
            return _array(value)
        case Mapping():
            pairs = b"".join(encoded(key) + encoded(item) for key, item in value.items())
            return b"}(" + pairs + b"u"
        case Sequence():
            return b"](" + b"".join(encoded(item) for item in value) + b"e"
    raise TypeError(f"a {type(value).__name__} is not written to a pickle")


def text(value: str) -> bytes:
    """Opcode BINUNICODE."""
    data = value.encode("utf-8")
    return b"X" + struct.pack("<I", len(data)) + data


def integer(value: int) -> bytes:
    """Opcode LONG1."""
    data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data


def numbers(values: Sequence[int]) -> bytes:
    """A tuple of integers."""
    return b"(" + b"".join(integer(value) for value in values) + b"t"


def _array(array: NDArray[Any]) -> bytes:
    """What ``ndarray.__reduce__`` gives: an empty array, and its state."""
    if array.dtype.kind not in "fiub":
        raise TypeError(f"an array of {array.dtype} is not written to a pickle")
    plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    kind = plain.dtype
    order = "|" if kind.itemsize == 1 else "<"
    empty = _RECONSTRUCT + b"(" + _ARRAY + numbers([0]) + b"C\x01btR"
    dtype = _DTYPE + b"(" + text(f"{kind.kind}{kind.itemsize}") + b"\x89\x88tR"
    dtype += b"(" + integer(3) + text(order) + b"NNN" + integer(-1) * 2 + integer(0) + b"tb"
    data = plain.tobytes()
    if len(data) >= 1 << 32:
        raise TypeError("an array of 4 GiB or more is not written to a pickle")
    state = integer(1) + numbers(array.shape) + dtype + b"\x89B" + struct.pack("<I", len(data))
    return empty + b"(" + state + data + b"tb"
