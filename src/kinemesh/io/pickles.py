"""Arrays out of a pickled dictionary, as body models come, without running anything in it.

A pickle calls what it names. Here every name resolves to a stand-in of this module that notes
its arguments, and no other name is admitted; arrays are built afterwards, once their sizes are
known to fit the bytes that are there.
"""

from __future__ import annotations

import io
import math
import pickle
import pickletools
from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from kinemesh.errors import ReadError
from kinemesh.io.arrays import as_floats

_LARGEST_FILE = 2 << 30
_LARGEST_ARRAY = 1 << 30
"""Bytes of one array that a sparse matrix is spread into."""


class _DType:
    """Stand-in for ``numpy.dtype``."""

    def __init__(self, code: object = "", *flags: object) -> None:
        self.code, self.big = code, False

    def __setstate__(self, state: Any) -> None:
        self.big = state[1] == ">"

    def resolved(self) -> np.dtype[Any]:
        """The type, if it is one of numbers."""
        if not isinstance(self.code, str) or self.code[:1] not in tuple("fiub"):
            raise ReadError(f"an array of type {str(self.code)[:20]!r}; expected numbers")
        return np.dtype(self.code).newbyteorder(">" if self.big else "<")


class _Array:
    """Stand-in for ``numpy.ndarray``."""

    state: Any = None

    def __init__(self, *arguments: object) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        self.state = state[-4:]

    def resolved(self) -> NDArray[Any]:
        """The array, its size checked first."""
        shape, dtype, fortran, data = self.state
        data = data.encode("latin1") if isinstance(data, str) else bytes(data)
        kind = dtype.resolved()
        if any(type(n) is not int or n < 0 for n in shape):
            raise ReadError(f"an array of shape {str(shape)[:60]}; it is damaged")
        if math.prod(shape) * kind.itemsize != len(data):
            raise ReadError(f"an array {shape} of {kind} in {len(data)} bytes; it is damaged")
        flat = np.frombuffer(data, dtype=kind)
        return flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)


class _Sparse:
    """Stand-in for scipy's matrices by columns or rows."""

    kind: Any = sparse.csc_matrix
    state: Any = None

    def __init__(self, *arguments: object) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def resolved(self) -> NDArray[Any]:
        """The matrix with its zeros."""
        shape = self.state.get("_shape", self.state.get("shape"))
        if len(shape) != 2 or math.prod(shape) * 8 > _LARGEST_ARRAY or min(shape) < 0:
            raise ReadError(f"a matrix of shape {str(shape)[:60]}; it is damaged")
        parts = tuple(self.state[name].resolved() for name in ("data", "indices", "indptr"))
        matrix = self.kind(parts, shape=tuple(shape))
        matrix.check_format(full_check=True)
        return np.asarray(matrix.toarray())


class _Rows(_Sparse):
    kind = sparse.csr_matrix


class _Chumpy:
    """Stand-in for chumpy's arrays, in which older models come: their value is ``x``."""

    state: Any = None

    def __init__(self, *arguments: object) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def resolved(self) -> NDArray[Any]:
        """The value."""
        return np.asarray(self.state["x"].resolved())


def _reconstruct(*arguments: object) -> _Array:
    return _Array()


def _from_buffer(data: Any, dtype: Any, shape: Any, order: Any) -> _Array:
    array = _Array()
    array.state = (shape, dtype, order == "F", data)
    return array


def _new(kind: Any, *arguments: object) -> object:
    """Stand-in for ``copyreg._reconstructor``."""
    if kind not in (_Sparse, _Rows, _Chumpy):
        raise ReadError("an object of a kind that body models do not have")
    return kind()


def _encode(text: Any, encoding: Any = "latin1") -> bytes:
    return str(text).encode("latin1")


_NAMES: dict[str, Any] = {
    "numpy.ndarray": _Array,
    "numpy.dtype": _DType,
    "_codecs.encode": _encode,
    "copy_reg._reconstructor": _new,
    "copyreg._reconstructor": _new,
    "__builtin__.object": object,
    "builtins.object": object,
    **{f"numpy.{core}.multiarray._reconstruct": _reconstruct for core in ("core", "_core")},
    **{f"numpy.{core}.numeric._frombuffer": _from_buffer for core in ("core", "_core")},
    **{f"scipy.sparse.{m}.csc_matrix": _Sparse for m in ("csc", "_csc")},
    **{f"scipy.sparse.{m}.csr_matrix": _Rows for m in ("csr", "_csr")},
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module.split(".")[0] == "chumpy":
            return _Chumpy
        if f"{module}.{name}" not in _NAMES:
            raise ReadError(f"the name {module[:80]}.{name[:80]}")
        found = _NAMES[f"{module}.{name}"]
        return found if isinstance(found, type) else partial(found)  # a pickle may write to it


def read_pickled_arrays(path: Path, wanted: Collection[str]) -> dict[str, NDArray[np.float64]]:
    """The arrays named in ``wanted`` in a pickled dictionary, as float64.

    Raises:
        ReadError: not a pickle, damaged, or one that asks for more than arrays.
    """
    if path.stat().st_size > _LARGEST_FILE:
        raise ReadError(f"{path.name} is larger than {_LARGEST_FILE >> 30} GiB: no body model is")
    program = path.read_bytes()
    try:
        if swells(program):
            raise ReadError("a memory of values far larger than the file")
        tree = _Unpickler(io.BytesIO(program), encoding="latin1").load()
        if not isinstance(tree, dict):
            raise ReadError(f"a value of type {type(tree).__name__}")
        found = {name: tree[name] for name in wanted if name in tree}
        return {name: as_floats(one.resolved()) for name, one in found.items()}
    except ReadError as error:
        raise ReadError(
            f"{path.name} asks for {error}; expected a pickled dictionary of arrays and nothing "
            f"else. Nothing was run. If you trust the file, save its arrays by numpy.savez"
        ) from error
    except Exception as error:
        raise ReadError(
            f"{path.name} is no pickled dictionary of arrays, or damaged ({type(error).__name__})"
        ) from error


def refuse_pickle(path: Path) -> NoReturn:
    """Refuse a pickled motion, and say how to save it as arrays.

    Raises:
        ReadError: always.
    """
    raise ReadError(
        f"{path.name} is a pickle, and a pickle can run any program; expected arrays. If you "
        f"trust it, load it and save what it holds: numpy.savez('x.npz', poses=, trans=, betas=, "
        f"mocap_frame_rate=), z up; of WHAM's output numpy.savez('x.npz', pose_world=, "
        f"trans_world=, betas=, fps=)"
    )


def swells(program: bytes) -> bool:
    """Whether a pickle numbers its values beyond its own length: each number takes memory."""
    return any(
        opcode.name in ("LONG_BINPUT", "PUT") and int(argument or 0) > len(program)
        for opcode, argument, _ in pickletools.genops(program)
    )
