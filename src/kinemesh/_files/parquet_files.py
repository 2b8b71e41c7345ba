"""Parquet's columns of numbers, by pyarrow: read in another process, which a file may end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from kinemesh._files.disk import existing_file
from kinemesh._files.outside import read_outside
from kinemesh.arrays import Array
from kinemesh.errors import MissingExtra

_MAGIC = b"PAR1"
_SECONDS = 300.0
"""No file that is read takes so long."""


def check_pyarrow() -> None:
    """See that such files can be read and written.

    Raises:
        MissingExtra: pyarrow is not installed.
    """
    if find_spec("pyarrow") is None:
        raise MissingExtra("pyarrow", "parquet")


def is_parquet(start: bytes) -> bool:
    """Whether a file that begins so is one."""
    return start.startswith(_MAGIC)


def read_parquet(path: Path) -> tuple[dict[str, Array], dict[str, str]]:
    """The columns of numbers ``(T,)``, and of lists of ``n`` numbers ``(T, n)``, as float64.

    Returns:
        Columns by name, and names of those that are left out with the reason; what a row does not
        state is NaN.

    Raises:
        ReadError: no such table, damaged, two columns of one name, or too much of it.
        MissingExtra: pyarrow is not installed.
    """
    check_pyarrow()
    script = Path(__file__).with_name("parquet_child.py")
    found = read_outside(script, existing_file(path), seconds=_SECONDS)
    info = json.loads(bytes(found["info"]))
    return {name: found[f"a{k}"] for k, name in enumerate(info["names"])}, info["left"]


def write_parquet(
    path: Path, columns: Mapping[str, Any], metadata: Mapping[str, str] | None = None
) -> None:
    """Write a table.

    Args:
        path: where.
        columns: by name: arrays of numbers ``(T,)``, or ``(T, n)`` as lists of ``n``; lists of
            anything else that Parquet has a type for.
        metadata: texts beside them, by name.

    Raises:
        MissingExtra: pyarrow is not installed.
    """
    check_pyarrow()
    import pyarrow
    from pyarrow import parquet

    table = {}
    for name, values in columns.items():
        if isinstance(values, np.ndarray) and values.ndim == 2:
            flat = pyarrow.array(np.ascontiguousarray(values).ravel())
            table[name] = pyarrow.FixedSizeListArray.from_arrays(flat, values.shape[1])
        else:
            table[name] = pyarrow.array(values)
    made = pyarrow.table(table)
    if metadata is not None:
        made = made.replace_schema_metadata(dict(metadata))
    with path.open("wb") as stream:
        parquet.write_table(made, stream)
