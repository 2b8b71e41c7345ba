"""Arrays out of a pickled dictionary, as body models come, without running anything in it.

Calls and states of what is known are noted (:mod:`kinemesh._files.unpickler`); arrays are built
afterwards, those that are wanted alone, once their sizes are known to fit the bytes that are there.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from kinemesh._files.numpy_files import as_floats
from kinemesh._files.unpickler import Name, Unpickler
from kinemesh.errors import ReadError

_LARGEST_FILE = 2 << 30
_LARGEST_ARRAY = 1 << 30
"""Bytes of one array that a sparse matrix is spread into."""

_NAMES = {
    ("numpy", "ndarray"): "array",
    ("numpy", "dtype"): "dtype",
    ("_codecs", "encode"): "encode",
    **{(module, "_reconstructor"): "new" for module in ("copy_reg", "copyreg")},
    **{(module, "object"): "object" for module in ("__builtin__", "builtins")},
    **{(f"numpy.{core}.multiarray", "_reconstruct"): "empty" for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): "buffer" for core in ("core", "_core")},
    **{(f"scipy.sparse.{m}", "csc_matrix"): "columns" for m in ("csc", "_csc")},
    **{(f"scipy.sparse.{m}", "csr_matrix"): "rows" for m in ("csr", "_csr")},
}


@dataclass
class _Noted:
    """What a call made: a type (``dtype``), an array, a matrix by ``columns`` or ``rows``.

    Or one of chumpy's arrays, in which older models come: their value is ``x``.
    """

    kind: str
    arguments: tuple[Any, ...] = ()
    state: Any = None

    def resolved(self) -> NDArray[Any]:
        """The array, its size checked first."""
        match self.kind:
            case "array":
                return _array(*self.state[-4:])
            case "columns" | "rows":
                return _matrix(self.kind, self.state)
            case "chumpy":
                return np.asarray(self.state["x"].resolved())
        raise ReadError(f"a {self.kind} for an array")


def _array(shape: Any, dtype: _Noted, fortran: Any, data: Any) -> NDArray[Any]:
    data = data.encode("latin1") if isinstance(data, str) else bytes(data)
    code = dtype.arguments[0] if dtype.arguments else ""
    if dtype.kind != "dtype" or not isinstance(code, str) or code[:1] not in tuple("fiub"):
        raise ReadError(f"an array of type {str(code)[:20]!r}; expected numbers")
    kind = np.dtype(code).newbyteorder(">" if dtype.state and dtype.state[1] == ">" else "<")
    if any(type(n) is not int or n < 0 for n in shape):
        raise ReadError(f"an array of shape {str(shape)[:60]}; it is damaged")
    if math.prod(shape) * kind.itemsize != len(data):
        raise ReadError(f"an array {shape} of {kind} in {len(data)} bytes; it is damaged")
    flat = np.frombuffer(data, dtype=kind)
    return flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)


def _matrix(kind: str, state: Any) -> NDArray[Any]:
    """A sparse matrix with its zeros."""
    shape = state.get("_shape", state.get("shape"))
    if len(shape) != 2 or math.prod(shape) * 8 > _LARGEST_ARRAY or min(shape) < 0:
        raise ReadError(f"a matrix of shape {str(shape)[:60]}; it is damaged")
    parts = tuple(state[name].resolved() for name in ("data", "indices", "indptr"))
    matrix = {"columns": sparse.csc_matrix, "rows": sparse.csr_matrix}[kind](
        parts, shape=tuple(shape)
    )
    matrix.check_format(full_check=True)
    return np.asarray(matrix.toarray())


class _Models(Unpickler):
    """Knows arrays, SciPy's matrices and chumpy's arrays."""

    expected = "a pickled dictionary of arrays"
    advice = "save its arrays by numpy.savez"
    names = _NAMES

    def named(self, module: Any, attribute: Any) -> Any:
        """The mark of a name; all of chumpy's are its array's."""
        if str(module).split(".")[0] == "chumpy":
            return Name("chumpy")
        return super().named(module, attribute)

    def called(self, opcode: str, function: Any, arguments: Any) -> Any:
        """What is noted of a call."""
        match (function, arguments):
            case (Name("empty"), tuple()):
                return _Noted("array")
            case (Name("buffer"), (data, dtype, shape, order)):
                return _Noted("array", state=(shape, dtype, order == "F", data))
            case (Name("encode"), (text, *_)):
                return str(text).encode("latin1")
            case (Name("new"), (Name("columns" | "rows" | "chumpy" as kind), *_)):
                return _Noted(kind)
            case (Name("dtype" | "columns" | "rows" | "chumpy" as kind), tuple()):
                return _Noted(kind, arguments)
        return super().called(opcode, function, arguments)

    def built(self, target: Any, state: Any) -> None:
        """The state is noted."""
        if not isinstance(target, _Noted):
            self.refuse(f"a state that is no array's ({type(state).__name__})")
        target.state = state


def read_pickled_arrays(path: Path, wanted: Collection[str]) -> dict[str, NDArray[np.float64]]:
    """The arrays named in ``wanted`` in a pickled dictionary, as float64.

    Raises:
        ReadError: not a pickle, damaged, or one that asks for more than arrays.
    """
    if path.stat().st_size > _LARGEST_FILE:
        raise ReadError(f"{path.name} is larger than {_LARGEST_FILE >> 30} GiB: no body model is")
    program = _Models(path, path.read_bytes())
    try:
        tree = program.load()
    except ReadError:
        raise
    except Exception as error:
        raise _damaged(path, error) from error
    if not isinstance(tree, dict):
        program.refuse(f"a value of type {type(tree).__name__}")
    found = {name: tree[name] for name in wanted if name in tree}
    try:
        return {name: as_floats(one.resolved()) for name, one in found.items()}
    except ReadError as error:
        program.refuse(str(error))
    except Exception as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> ReadError:
    return ReadError(
        f"{path.name} is no pickled dictionary of arrays, or damaged ({type(error).__name__})"
    )


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
