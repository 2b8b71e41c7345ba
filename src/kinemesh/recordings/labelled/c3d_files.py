"""C3D files whose points are joint centres, through the c3d package (extra ``c3d``)."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from kinemesh._files.inputs import head, looks_like
from kinemesh.arrays import Array
from kinemesh.errors import MissingExtra, ReadError
from kinemesh.recordings.labelled.points import labelled_skeleton, oddities, unit_of
from kinemesh.recordings.recording import Asked, Recording

_MOST_POINTS = 4096


def read_c3d(path: Path, skeleton: Asked = None) -> Recording:
    """Read the points of a C3D file that are joint centres; the others are left out.

    Raises:
        MissingExtra: the package ``c3d`` is not installed.
        ReadError: not C3D, cut short, or points that are no joint centres.
    """
    start = head(path)
    if start[1:2] != b"\x50":
        raise ReadError(f"{path.name} is {looks_like(start)}", expected="a C3D file")
    labels, points, rate, unit = _points(path)
    bare = [label.rpartition(":")[2].strip() for label in labels]
    wanted, order, how = labelled_skeleton(path.name, bare, points, skeleton, "c3d")
    factor, said = unit_of(path.name, unit, points[:, order])
    notes = [f"skeleton {wanted.name}: {how}", f"unit: {said}"]
    lost = np.mean(np.isnan(points[:, order, 0]))
    if lost > 0.0:
        notes.append(f"points: {lost:.1%} of them are marked as not seen")
    odd = () if skeleton is not None else oddities(wanted, points[:, order])
    return Recording(points[:, order] * factor, wanted, fps=rate, notes=tuple(notes), warnings=odd)


def _points(path: Path) -> tuple[list[str], Array, float, str]:
    """Labels, positions ``(T, N, 3)`` (NaN where not seen), frames/s, and the unit's name."""
    try:
        import c3d
    except ImportError as error:
        raise MissingExtra("c3d", "c3d") from error
    try:
        with path.open("rb") as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader: Any = c3d.Reader(stream)
            count, frames = int(reader.point_used), int(reader.last_frame - reader.first_frame + 1)
            word = 4 if reader.point_scale < 0 else 2
            needed = frames * count * 4 * word
            if not 0 < count <= _MOST_POINTS or frames < 1 or needed > path.stat().st_size:
                raise ReadError(
                    f"{path.name} declares {frames} frames of {count} points, which do not fit its "
                    f"{path.stat().st_size} bytes: it is cut short, damaged, or holds no points"
                )
            labels = [str(label).strip() for label in reader.point_labels]
            more = reader.get("POINT:LABELS2")
            if len(labels) < count and more is not None:
                labels += [str(label).strip() for label in more.string_array]
            rate = float(reader.point_rate)
            unit = reader.get("POINT:UNITS")
            name = "" if unit is None else str(unit.string_value).strip().lower()
            table = np.zeros((frames, count, 3))
            read = 0
            for _, rows, _ in reader.read_frames(copy=False):
                table[read] = np.where(rows[:, 3:4] < 0.0, np.nan, rows[:, :3])
                read += 1
    except ReadError:
        raise
    except Exception as error:  # the package raises whatever a damaged header leads it to
        reason = (str(error).splitlines() or [type(error).__name__])[0][:100]
        raise ReadError(
            f"{path.name} cannot be read as C3D ({type(error).__name__}: {reason}): it is cut "
            f"short or damaged; copy or export it again"
        ) from error
    if read < frames or len(labels) < count:
        raise ReadError(
            f"{path.name} declares {frames} frames of {count} points and holds {read} frames and "
            f"{len(labels)} labels: it is cut short or damaged"
        )
    if not np.isfinite(rate) or rate <= 0.0:
        raise ReadError(
            f"{path.name} has a rate of {rate} frames/s", given=rate, expected="a positive number"
        )
    return labels[:count], table, rate, name
