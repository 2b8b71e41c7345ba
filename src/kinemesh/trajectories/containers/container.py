"""What trajectories come in: archives, pickles, files of torch, text, folders."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from kinemesh._files.inputs import looks_like
from kinemesh._files.numpy_files import as_floats, read_archive
from kinemesh._files.parquet_files import check_pyarrow, is_parquet, read_parquet, write_parquet
from kinemesh._files.pickled import is_pickle, read_pickle
from kinemesh._files.torch_files import is_torch, read_table
from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.trajectories.containers.contents import Contents
from kinemesh.trajectories.containers.pickle_writer import pickled
from kinemesh.trajectories.containers.torch_writer import save_tensors

LONGEST_LINE = 1 << 20
"""A header or a table of contents is shorter than this [bytes]."""
DIGITS = "%.9f"
"""Of numbers in text, as SONIC's own recorder writes."""


@dataclass(frozen=True)
class Container:
    """One kind of file, or a folder of files."""

    name: str
    """What it is called in :attr:`Contents.container`."""
    words: str
    """What it is called where all that can be read are listed."""
    read: Callable[[Path, str | None], Contents]
    """``(path, which motion of a library)``."""
    write: Callable[[Path, Any], None]
    """``(path that does not exist, what a layout encodes)``."""
    holds: Callable[[Path, bytes], bool] = field(default_factory=lambda: lambda path, start: False)
    """Whether a file ``path`` that begins so is one."""
    needed: tuple[str, ...] = ()
    """The files that tell a folder."""
    ready: Callable[[], None] = field(default_factory=lambda: lambda: None)
    """Raises MissingExtra where a package that it takes is not installed."""


def _is_npz(path: Path, start: bytes) -> bool:
    return start.startswith(b"PK\x03\x04") and not is_torch(path)


def _read_npz(path: Path, motion: str | None) -> Contents:
    found = read_archive(path)
    return Contents(path, NPZ.name, found.arrays, found.texts, skipped=found.skipped)


def _write_npz(path: Path, arrays: Mapping[str, Any]) -> None:
    with path.open("wb") as stream:
        np.savez(stream, **arrays)


def _is_torch(path: Path, start: bytes) -> bool:
    return start.startswith(b"PK\x03\x04") and is_torch(path)


def _read_torch(path: Path, motion: str | None) -> Contents:
    arrays, names, skipped = _sorted(read_table(path))
    return Contents(path, TORCH.name, arrays, names, skipped=skipped)


def _is_pickle(path: Path, start: bytes) -> bool:
    return is_pickle(start)


def _read_pickle(path: Path, motion: str | None) -> Contents:
    table = read_pickle(path)
    if not isinstance(table, dict):
        raise ReadError(
            f"{path.name} is a pickle of a {type(table).__name__}; expected a table of arrays"
        )
    motions = tuple(str(name) for name, value in table.items() if isinstance(value, dict))
    if not motions or len(motions) != len(table):
        arrays, names, skipped = _sorted(table)
        return Contents(path, PICKLE.name, arrays, names, skipped=skipped)
    if motion is None and len(motions) > 1:
        shown = ", ".join(motions[:5]) + (", ..." if len(motions) > 5 else "")
        raise ReadError(
            f"{path.name} is a library of {len(motions)} motions ({shown}): name one (motion=...)"
        )
    chosen = motions[0] if motion is None else motion
    if chosen not in motions:
        raise ReadError(
            f"{path.name} holds no motion {chosen!r}; it holds {', '.join(motions[:8])}"
        )
    arrays, names, skipped = _sorted(table[next(key for key in table if str(key) == chosen)])
    return Contents(path, PICKLE.name, arrays, names, motions, chosen, skipped)


def _write_pickle(path: Path, value: Any) -> None:
    path.write_bytes(pickled(value))


def _is_text(path: Path, start: bytes) -> bool:
    return looks_like(start) == "text" and not is_pickle(start)


def _read_csv(path: Path, motion: str | None) -> Contents:
    with path.open(encoding="utf-8", errors="replace") as stream:
        first = stream.readline(LONGEST_LINE)
    cells = [cell.strip() for cell in first.split(",")]
    header = any(re.search("[A-Za-z_]", cell) and not _is_number(cell) for cell in cells)
    table = read_numbers(path, 1 if header else 0)
    if header and table.size and table.shape[1] != len(cells):
        raise ReadError(
            f"{path.name} has {len(cells)} names of columns over {table.shape[1]} columns"
        )
    names = {"columns": tuple(cells)} if header else {}
    return Contents(path, CSV.name, {"table": table}, names)


def _write_csv(path: Path, table: Array) -> None:
    np.savetxt(path, table, delimiter=",", fmt=DIGITS)


def _is_parquet(path: Path, start: bytes) -> bool:
    return is_parquet(start)


def _read_columns(path: Path, motion: str | None) -> Contents:
    columns, left = read_parquet(path)
    single = {name: values for name, values in columns.items() if values.ndim == 1}
    table = np.stack(list(single.values()), axis=1) if single else np.zeros((0, 0))
    left |= {name: "it is a list in every row" for name in columns.keys() - single.keys()}
    return Contents(path, PARQUET.name, {"table": table}, {"columns": tuple(single)}, skipped=left)


def _write_columns(path: Path, columns: Mapping[str, Any]) -> None:
    write_parquet(path, columns)


NPZ = Container("npz", ".npz", _read_npz, _write_npz, _is_npz)
"""Arrays by ``numpy.savez``."""
CSV = Container("csv", ".csv", _read_csv, _write_csv, _is_text)
"""Comma separated numbers: an array ``table``, its header the names ``columns``."""
PICKLE = Container("pickle", "a pickle", _read_pickle, _write_pickle, _is_pickle)
"""A table of arrays, or one motion of a table of tables, plain or by joblib."""
TORCH = Container("torch", "a ProtoMotions .motion", _read_torch, save_tensors, _is_torch)
"""A table of tensors by ``torch.save``."""
PARQUET = Container(
    "parquet", ".parquet", _read_columns, _write_columns, _is_parquet, ready=check_pyarrow
)
"""A table of named columns, by pyarrow: an array ``table``, its names ``columns``."""
FILES = (NPZ, CSV, PICKLE, TORCH, PARQUET)
"""Those that are one file."""


def read_numbers(path: Path, skip: int) -> Array:
    """A table of comma separated numbers below ``skip`` lines.

    Raises:
        ReadError: no such table.
    """
    try:
        with path.open(encoding="utf-8") as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that there are no numbers is said by the caller
            return np.loadtxt(stream, delimiter=",", ndmin=2, dtype=np.float64, skiprows=skip)
    except ValueError as error:
        raise ReadError(
            f"{path.name} is text but no table of numbers ({error}); expected comma separated "
            f"numbers, one frame a line"
        ) from error


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _sorted(
    table: Mapping[Any, Any],
) -> tuple[dict[str, Array], dict[str, tuple[str, ...]], dict[str, str]]:
    """Numbers, names, and the rest with a reason."""
    arrays: dict[str, Array] = {}
    names: dict[str, tuple[str, ...]] = {}
    skipped: dict[str, str] = {}
    for key, value in table.items():
        name = str(key)
        if isinstance(value, str):
            names[name] = (value,)
        elif isinstance(value, list) and value and all(isinstance(v, str) for v in value):
            names[name] = tuple(value)
        elif isinstance(value, np.ndarray) and value.dtype.kind == "U":
            names[name] = tuple(str(v) for v in value.ravel())
        elif value is None or isinstance(value, dict):
            skipped[name] = "it is empty" if value is None else "it is a table of its own"
        else:
            try:
                # A copy: what a pickle's bytes are seen through is read-only, which SciPy refuses.
                arrays[name] = np.array(as_floats(value))
            except (ValueError, TypeError, OverflowError):
                skipped[name] = "it is no array of numbers"
    return arrays, names, skipped
