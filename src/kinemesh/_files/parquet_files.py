"""Parquet's columns of numbers, by pyarrow: read in another process, which a file may end."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from kinemesh._files.disk import existing_file
from kinemesh.arrays import Array
from kinemesh.errors import MissingExtra, ReadError

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
    # -P: modules beside the script are none of Python's.
    command = (sys.executable, "-P", str(script), str(existing_file(path).absolute()))
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        run = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=known,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ReadError(f"{path.name}: its reader did not end ({error})") from error
    try:
        with np.load(io.BytesIO(run.stdout), allow_pickle=False) as archive:
            found = {name: archive[name] for name in archive.files}
    except Exception as error:
        words = run.stderr.decode(errors="replace").strip().splitlines()
        raise ReadError(
            f"{path.name} is cut short or damaged: its reader ended with status {run.returncode} "
            f"({words[-1][:120] if words else 'without a word'}): copy or download it again"
        ) from error
    if "error" in found:
        raise ReadError(f"{path.name} {bytes(found['error']).decode(errors='replace')}")
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
