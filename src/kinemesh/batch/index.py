"""The index: the manifest as one Parquet table, for those who load data sets by columns."""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kinemesh._files.disk import write_whole
from kinemesh.batch.line import Record
from kinemesh.errors import MissingExtra

NAME = "index.parquet"

MEASURES = (
    *(f"penetration.{kind}.max" for kind in ("ground", "terrain", "prop", "self")),
    *("penetration.props.max", "scene.place", "scene.rest"),
    *("stance.drift_max", "stance.slip_mean", "stance.height_p95"),
    *(
        f"contact.{kind}.{what}"
        for kind in ("prop", "terrain_hand", "terrain_foot", "body")
        for what in ("gap_p95", "kept")
    ),
    *(f"contact.prop.{what}" for what in ("place_mean", "place_p95", "creep")),
    "contact.claimed.kept",
    *("limits.joint_excess", "limits.velocity_excess"),
    *("tracking.landmark_error", "tracking.worst_landmark", "tracking.worst_half_second"),
    *("limbs.worst_mean", "limbs.worst_p95", "limbs.worst_half_second"),
    *("posture.trunk", "posture.lean_forward", "posture.lean_aside", "posture.heading"),
    *("posture.knee_flexion", "posture.toe_heading"),
    *("tracking.range_kept", "smoothness.joint_jerk", "smoothness.root_jerk"),
)
"""The measures that have a column: the rows of the verdict, and the jerks of joints and base.

The columns are the same in all data sets, so that they can be put together; the manifest has all.
"""


_SIMULATED = ("ended", "body_error_mean", "prop_error_mean", "torques_at_limit")
"""Figures of the simulated robot that have a column, beside whether it followed."""


def check_parquet() -> None:
    """See that an index can be written.

    Raises:
        MissingExtra: pyarrow is not installed.
    """
    if find_spec("pyarrow") is None:
        raise MissingExtra("pyarrow", "parquet")


def write_index(folder: Path, records: Iterable[Record]) -> Path:
    """Write ``index.parquet``: a row for each variant of each clip, columns of fixed types.

    Raises:
        MissingExtra: pyarrow is not installed.
        WriteError: it cannot be written.
    """
    check_parquet()
    import pyarrow
    from pyarrow import parquet

    text, whole, real = pyarrow.string(), pyarrow.int64(), pyarrow.float64()
    kinds = {
        **dict.fromkeys(("clip", "variant", "status", "reason", "verdict", "settings"), text),
        **dict.fromkeys(("robot", "format", "file"), text),
        **dict.fromkeys(("files", "failed", "doubts"), pyarrow.list_(text)),
        **{"frames": whole, "fps": real, "seconds": real, "relaxed": whole},
        **{_column(name): real for name in MEASURES},
        **{"followed": pyarrow.bool_(), **dict.fromkeys(_SIMULATED, real)},
        **dict.fromkeys(("version", "key"), text),
    }
    rows = [_row(record) for record in records]
    table = pyarrow.Table.from_pylist(rows, schema=pyarrow.schema(list(kinds.items())))
    buffer = pyarrow.BufferOutputStream()
    parquet.write_table(table, buffer)
    content = buffer.getvalue().to_pybytes()
    write_whole(folder / NAME, lambda to: to.write_bytes(content))
    return folder / NAME


def _row(record: Record) -> dict[str, Any]:
    """A line of the manifest in columns; what it does not have is null."""
    frames, fps = record.get("frames"), record.get("fps")
    measures = record.get("measures", {})
    files = sorted(record["files"])
    own = (name for name in files if name.startswith(f"{record['status']}/"))
    return {
        **{key: record.get(key) for key in ("clip", "variant", "status", "reason", "verdict")},
        **{key: record.get(key) for key in ("failed", "doubts", "relaxed", "version")},
        **{"frames": frames, "fps": fps},
        **{key: record.get("options", {}).get(key) for key in ("robot", "format")},
        "key": record["key"],
        "settings": json.dumps(record.get("settings", {}), sort_keys=True),
        "files": files,
        "file": next(own, None),
        "seconds": frames / fps if frames is not None and fps else None,
        **{_column(name): measures.get(name) for name in MEASURES},
        **{key: (record.get("simulation") or {}).get(key) for key in ("followed", *_SIMULATED)},
    }


def _column(measure: str) -> str:
    """A measure's column: a dot in a name means a part of a column to many readers."""
    return measure.replace(".", "_")
