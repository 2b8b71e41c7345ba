"""Arrays out of a pickled dictionary, as body models come, without running anything in it.

Arrays are read as in any pickle (:mod:`kinemesh._files.pickled`); matrices are spread out
afterwards, those that are wanted alone, once their sizes are known to fit the bytes that are there.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from kinemesh._files.numpy_files import as_floats
from kinemesh._files.pickled import Holder, Tables
from kinemesh._files.unpickler import Name
from kinemesh.errors import ReadError

_LARGEST_FILE = 2 << 30
_LARGEST_ARRAY = 1 << 30
"""Bytes of one array that a sparse matrix is spread into."""

_NAMES = {
    **{(module, "_reconstructor"): "new" for module in ("copy_reg", "copyreg")},
    **{(module, "object"): "object" for module in ("__builtin__", "builtins")},
    **{(f"scipy.sparse.{m}", "csc_matrix"): "columns" for m in ("csc", "_csc")},
    **{(f"scipy.sparse.{m}", "csr_matrix"): "rows" for m in ("csr", "_csr")},
}


@dataclass
class _Noted:
    """A matrix by ``columns`` or ``rows``, or an array of chumpy's, whose value is ``x``."""

    kind: str
    state: Any = None

    def resolved(self) -> NDArray[Any]:
        """The array, its size checked first."""
        if self.kind == "chumpy":
            return _resolved(self.state["x"])
        shape = self.state.get("_shape", self.state.get("shape"))
        if len(shape) != 2 or math.prod(shape) * 8 > _LARGEST_ARRAY or min(shape) < 0:
            raise ReadError(f"a matrix of shape {str(shape)[:60]}; it is damaged")
        made: Any = sparse.csc_matrix if self.kind == "columns" else sparse.csr_matrix
        parts = tuple(_resolved(self.state[name]) for name in ("data", "indices", "indptr"))
        matrix = made(parts, shape=tuple(shape))
        matrix.check_format(full_check=True)
        return np.asarray(matrix.toarray())


def _resolved(value: Any) -> NDArray[Any]:
    if isinstance(value, _Noted):
        return value.resolved()
    if not isinstance(value, Holder) or value.value is None:
        raise ReadError(getattr(value, "why", "") or "something else in place of an array")
    if value.value.dtype.kind not in "fiub":
        raise ReadError(f"an array of {value.value.dtype}; expected numbers")
    return value.value


class _Models(Tables):
    """Knows SciPy's matrices and chumpy's arrays too; what is not wanted may be anything."""

    expected = "a pickled dictionary of arrays"
    advice = "save its arrays by numpy.savez"
    names: Mapping[tuple[str, str], str] = MappingProxyType({**Tables.names, **_NAMES})

    def named(self, module: Any, attribute: Any) -> Any:
        """The mark of a name; all of chumpy's are its array's."""
        if str(module).split(".")[0] == "chumpy":
            return Name("chumpy")
        return super().named(module, attribute)

    def called(self, opcode: str, function: Any, arguments: Any) -> Any:
        """What is noted of a call."""
        match (function, arguments):
            case (Name("encode"), (text, *_)):
                return str(text).encode("latin1")
            case (Name("new"), (Name("columns" | "rows" | "chumpy" as kind), *_)):
                return _Noted(kind)
            case (Name("columns" | "rows" | "chumpy" as kind), tuple()):
                return _Noted(kind)
        return super().called(opcode, function, arguments)

    def built(self, target: Any, state: Any) -> None:
        """The state is noted, or an array made of it; an odd array stays without one."""
        match target:
            case _Noted():
                target.state = state
            case Holder():
                try:
                    super().built(target, state)
                except (ReadError, ValueError, TypeError) as why:
                    target.why = str(why)
            case _:
                super().built(target, state)


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
        return {name: as_floats(_resolved(one)) for name, one in found.items()}
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
