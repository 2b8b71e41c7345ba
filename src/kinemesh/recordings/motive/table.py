"""What a CSV of Motive's holds: the things tracked, where each is and how it is turned.

The first line is keys and values; five rows head the columns, of which the first names the kind
(``Bone``, ``Rigid Body``, ``Marker``), the second the thing, the fourth what is written of it, and
the last the axis (https://docs.optitrack.com/motive/data-export/data-export-csv).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinemesh._files.inputs import head, looks_like
from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.recordings.text import text_of

_START = "format version"
_KINDS = ("bone", "rigid body", "marker")
_MOST_COLUMNS = 100_000
_FARTHEST = 1e9
_HEAD = 12
"""The rows of the head lie within so many lines."""
_UNIT = 0.01
"""A quaternion may be longer or shorter than one by this."""


@dataclass(frozen=True, eq=False)
class Tracked:
    """One thing."""

    kind: str
    """``bone``, ``rigid body`` or ``marker``."""
    name: str
    places: Array
    """``(T, 3)`` in the file's unit; NaN where it was not seen."""
    turns: Array | None
    """``(T, 4)`` ``qx qy qz qw``, where the file has quaternions; NaN where it was not seen."""


@dataclass(frozen=True, eq=False)
class MotiveTable:
    """The content of a file."""

    said: Mapping[str, str]
    """Keys of the first line in lower case, and their values."""
    things: tuple[Tracked, ...]


def is_motive(path: Path) -> bool:
    """Whether a file begins as Motive's CSV does."""
    start = head(path).removeprefix(b"\xef\xbb\xbf").lstrip(b'"').lower()
    return start.startswith(_START.encode())


def read_table(path: Path) -> MotiveTable:
    """The content of a CSV of Motive's.

    Raises:
        ReadError: not Motive's, damaged, or cut short.
    """
    if not is_motive(path):
        raise ReadError(
            f"{path.name} is {looks_like(head(path))} and does not begin with 'Format Version', as "
            f"Motive's CSV does: no other .csv is a recording of a person; a robot's trajectory is "
            f"read by kinemesh.read_trajectory, a track is named in a scene.toml"
        )
    lines = text_of(path, "a CSV of Motive's").split("\n")
    first = _cells(path, lines[0])
    said = {a.strip().lower(): b.strip() for a, b in zip(first[::2], first[1::2], strict=False)}
    names = next((k for k, line in enumerate(lines[:_HEAD]) if line.startswith("Frame,")), None)
    rows = [_cells(path, line) for line in lines[1:names] if line.strip(", \t")]
    if names is None or len(rows) < 4:
        raise ReadError(
            f"{path.name} lacks the rows that head its columns (type, name, ID, Rotation or "
            f"Position, Frame): export it again with its header"
        )
    axes = _cells(path, lines[names])
    if len(axes) > _MOST_COLUMNS:
        raise ReadError(f"{path.name} has {len(axes)} columns")
    table = _numbers(path, lines[names + 1 :], names + 2, len(axes))
    announced = said.get("total exported frames", str(len(table)))
    if announced != str(len(table)):
        raise ReadError(
            f"{path.name} announces {announced[:20]} frames and holds {len(table)}: it is cut "
            f"short or damaged; export it again"
        )
    return MotiveTable(said, tuple(_things(path, rows[0], rows[1], rows[-1], axes, table)))


def _cells(path: Path, line: str) -> list[str]:
    try:
        return next(iter(csv.reader(io.StringIO(line), strict=True)), [])
    except csv.Error as error:
        raise ReadError(f"{path.name}: {line[:40]!r} is no line of CSV: it is damaged") from error


def _numbers(path: Path, lines: Sequence[str], first: int, width: int) -> Array:
    """All columns ``(T, C)``; NaN where a cell is empty."""
    rows: list[list[float]] = []
    for number, line in enumerate(lines, start=first):
        if not line.strip():
            continue
        words = line.split(",")
        try:
            row = [float(word) if word.strip() else np.nan for word in words[:width]]
        except ValueError:
            raise ReadError(
                f"{path.name}, line {number}: expected numbers between commas"
            ) from None
        if any(word.strip() for word in words[width:]):
            raise ReadError(
                f"{path.name}, line {number}: {len(words)} columns",
                given=len(words),
                expected=f"{width}, as the head has",
            )
        rows.append(row + [np.nan] * (width - len(row)))
    if len(rows) < 2:
        raise ReadError(f"{path.name} has {len(rows)} frames; a motion needs at least 2")
    table = np.array(rows)
    if np.any(np.isfinite(table) & (np.abs(table) > _FARTHEST)):
        raise ReadError(f"{path.name} holds numbers beyond {_FARTHEST:g}: it is damaged")
    return np.where(np.isfinite(table), table, np.nan)


def _things(
    path: Path,
    kinds: Sequence[str],
    names: Sequence[str],
    whats: Sequence[str],
    axes: Sequence[str],
    table: Array,
) -> list[Tracked]:
    """The things whose places the file has, each under the name that stands first."""
    columns: dict[tuple[str, str], dict[str, int]] = {}
    rows = zip(kinds, names, whats, axes, strict=False)
    for column, (kind, name, what, axis) in enumerate(rows):
        kind, name = kind.strip().lower(), name.strip()
        if kind in _KINDS and name and what in ("Rotation", "Position"):
            columns.setdefault((kind, name), {}).setdefault(f"{what} {axis.strip()}", column)
    found = []
    for (kind, name), at in columns.items():
        place = [at.get(f"Position {axis}") for axis in "XYZ"]
        turn = [at.get(f"Rotation {axis}") for axis in "XYZW"]
        if None in place:
            continue
        places = _whole(table[:, [k for k in place if k is not None]])
        turns = None
        if None not in turn:
            turns = _unit(path, name, _whole(table[:, [k for k in turn if k is not None]]))
        found.append(Tracked(kind, name, places, turns))
    return found


def _whole(rows: Array) -> Array:
    return np.where(np.all(np.isfinite(rows), axis=1, keepdims=True), rows, np.nan)


def _unit(path: Path, name: str, turns: Array) -> Array:
    sizes = np.linalg.norm(turns, axis=1, keepdims=True)
    if np.any(np.abs(sizes - 1.0) > _UNIT):  # NaN is not seen, and no fault
        raise ReadError(
            f"{path.name}: the rotations of {name[:40]!r} are no unit quaternions: it is damaged"
        )
    return np.asarray(turns / sizes)
