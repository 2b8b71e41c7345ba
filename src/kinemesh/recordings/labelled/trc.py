"""TRC (track row column): a table of labelled points, as OpenSim, Pose2Sim and OpenCap write it.

The second and third line name and give the rate, the number of frames and of points, and the
unit; the fourth has the labels, each over three columns; rows begin with a number and a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from kinemesh._files.inputs import looks_like
from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.recordings.labelled.points import labelled_skeleton, oddities, unit_of
from kinemesh.recordings.recording import Asked, Recording
from kinemesh.recordings.text import text_of

_MOST_POINTS = 4096
_FARTHEST = 1e9
_BEFORE = 2
"""Columns before the points: a frame's number and its time."""


def read_trc(path: Path, skeleton: Asked = None) -> Recording:
    """Read the points of a TRC file that are joint centres; the others are left out.

    Raises:
        ReadError: not TRC, damaged, cut short, or points that are no joint centres.
    """
    lines = text_of(path, "a TRC file").split("\n")
    if lines[0].lower().startswith("pathfiletype,"):  # saved again by a spreadsheet
        lines = [line.replace(",", "\t") for line in lines]
    if not lines[0].lower().startswith("pathfiletype") or len(lines) < 6:
        raise ReadError(
            f"{path.name} does not begin with PathFileType, as TRC does: it holds "
            f"{looks_like(lines[0][:64].encode())}, or is cut short"
        )
    said = dict(zip(lines[1].lower().split(), lines[2].split(), strict=False))
    labels = _labels(path, lines[3])
    points = _points(path, lines[4:], len(labels))
    announced = said.get("numframes", "")
    if announced != str(len(points)):
        raise ReadError(
            f"{path.name} announces {announced[:20] or 'no number of'} frames and holds "
            f"{len(points)}: it is cut short or damaged; copy or export it again, or correct its "
            f"NumFrames"
        )
    bare = [label.rpartition(":")[2].strip() for label in labels]
    wanted, order, how = labelled_skeleton(path.name, bare, points, skeleton, "trc")
    factor, unit = unit_of(path.name, said.get("units", "").lower(), points[:, order])
    return Recording(
        points[:, order] * factor,
        wanted,
        fps=_rate(path, said),
        notes=(f"skeleton {wanted.name}: {how}", f"unit: {unit}"),
        warnings=() if skeleton is not None else oddities(wanted, points[:, order]),
    )


def _labels(path: Path, line: str) -> list[str]:
    """Names of the points: at every third column, or at all where a file has no empty ones."""
    words = [word.strip() for word in line.split("\t")]
    labels = [word for word in words[_BEFORE:] if word]
    if not words[0].lower().startswith("frame") or not labels or len(labels) > _MOST_POINTS:
        raise ReadError(
            f"{path.name}: its fourth line has {len(labels)} labels",
            given=len(labels),
            expected=f"Frame#, Time, then 1 to {_MOST_POINTS} labels between tabs",
        )
    return labels


def _points(path: Path, lines: Sequence[str], count: int) -> Array:
    """Places ``(T, N, 3)`` in the file's unit; NaN where the file has none."""
    width = _BEFORE + 3 * count
    rows: list[list[float]] = []
    for number, line in enumerate(lines, start=5):
        words = line.rstrip().split("\t") if "\t" in line else line.split()
        if not line.strip() or not words[0].strip().lstrip("-").isdecimal():
            if rows and line.strip():
                raise ReadError(f"{path.name}, line {number}: expected the number of a frame")
            continue
        try:
            row = [float(word) if word.strip() else np.nan for word in words[_BEFORE:]]
        except ValueError:
            raise ReadError(f"{path.name}, line {number}: expected numbers between tabs") from None
        if len(words) > width:
            raise ReadError(
                f"{path.name}, line {number}: {len(words)} columns",
                given=len(words),
                expected=f"{width}, a number, a time, and three for each of {count} labels",
            )
        rows.append(row + [np.nan] * (width - _BEFORE - len(row)))
    if len(rows) < 2:
        raise ReadError(f"{path.name} has {len(rows)} frames; a motion needs at least 2")
    table = np.array(rows).reshape(len(rows), count, 3)
    if np.any(np.isfinite(table) & (np.abs(table) > _FARTHEST)):
        raise ReadError(f"{path.name} holds numbers beyond {_FARTHEST:g}: it is damaged")
    return np.where(np.all(np.isfinite(table), axis=2, keepdims=True), table, np.nan)


def _rate(path: Path, said: Mapping[str, str]) -> float:
    written = said.get("datarate", "")
    try:
        rate = float(written)
    except ValueError:
        rate = 0.0
    if not np.isfinite(rate) or rate <= 0.0:
        raise ReadError(
            f"{path.name} has a DataRate of {written[:20]!r}", given=written, expected="frames/s"
        )
    return rate
