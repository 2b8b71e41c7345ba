"""What pyarrow reads of a Parquet file: loaded by ``child.py``, in a process of its own.

Of some damaged files the C++ library does not raise, it ends the process.

Of the arrays ``info`` is JSON, with ``names`` of columns, whose numbers are ``a0``, ``a1``, ...;
and ``left``, the other columns and why.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np

MEMORY = 6 << 30
DAMAGED = "is cut short or damaged, or no Parquet file"
_MOST = 1 << 27
"""Numbers in a file, rows that state nothing among them."""
_MOST_COLUMNS = 4096


class Refused(Exception):
    """What is wrong with the file, in words."""


def content(path: str) -> dict[str, Any]:
    """The arrays that are answered with."""
    modules: dict[str, Any] = sys.modules
    modules["pandas"] = None  # else pyarrow loads it where it is, for nothing that is asked here
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        check(file)
        fields = list(file.schema_arrow)
        left = {field.name: f"it is of {field.type}" for field in fields if not numeric(field.type)}
        kept = [field.name for field in fields if field.name not in left]
        table = file.read(columns=kept, use_threads=False)
    found = {name: numbers(table.column(name)) for name in kept}
    left |= {name: "its rows are not of one length" for name in kept if found[name] is None}
    names = [name for name in kept if found[name] is not None]
    info = json.dumps({"names": names, "left": left}).encode("utf-8", "replace")
    arrays = {f"a{k}": found[name] for k, name in enumerate(names)}
    return {"info": np.frombuffer(info, np.uint8), **arrays}


def check(file: Any) -> None:
    """Refuse what would unpack without bound."""
    found, names = file.metadata, file.schema_arrow.names
    if len(set(names)) != len(names):
        raise Refused("has two columns of one name; expected one of each")
    most = max(len(names), found.num_columns)
    if most > _MOST_COLUMNS:
        raise Refused(f"has {most} columns; expected at most {_MOST_COLUMNS}")
    stated = sum(
        found.row_group(k).column(j).num_values
        for k in range(found.num_row_groups)
        for j in range(found.num_columns)
    )
    total = max(stated, found.num_rows * sum(width(field.type) for field in file.schema_arrow))
    if total > _MOST:
        raise Refused(f"holds {total:.3g} numbers; expected at most {_MOST}: split it")


def width(kind: Any) -> int:
    """How many numbers a row of a column takes at least, one that states nothing too."""
    from pyarrow import types

    return max(1, int(kind.list_size)) if types.is_fixed_size_list(kind) else 1


def numeric(kind: Any) -> bool:
    """Whether a column is of numbers, or of lists of numbers."""
    from pyarrow import types

    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        kind = kind.value_type
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind))


def numbers(column: Any) -> Any:
    """A column's numbers as float64; None where rows are of several lengths."""
    from pyarrow import types

    whole = column.combine_chunks()
    if not types.is_nested(whole.type):
        return plain(whole)
    if whole.null_count:
        return None
    values, rows = plain(whole.flatten()), len(whole)
    if not types.is_fixed_size_list(whole.type):
        lengths = np.diff(whole.offsets.to_numpy())
        if len(np.unique(lengths)) > 1:
            return None
    return values.reshape(rows, len(values) // max(rows, 1))


def plain(values: Any) -> Any:
    """Numbers as float64, NaN where none is stated."""
    with np.errstate(all="ignore"):
        return np.array(values.to_numpy(zero_copy_only=False), dtype=np.float64)
