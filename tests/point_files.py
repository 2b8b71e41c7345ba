"""TRC files and Motive's CSV that tests write."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kinemesh.motion import LANDMARKS, SKELETONS
from made_person import standing
from moving_bodies import Moves


def centres(frames: int = 20, style: str = "{S}{Part}") -> tuple[list[str], np.ndarray]:
    """Labels and places ``(T, 14, 3)`` [m], z up, of the joints of limbs of a person."""
    labels, points = [], []
    skeleton, person = SKELETONS["lafan22"], standing("lafan22", frames)
    for landmark in LANDMARKS[1:]:
        side, _, part = landmark.partition("_")
        part = {"hand": "wrist", "toe": "bigToe"}.get(part, part)
        part = part[0].upper() + part[1:]
        labels.append(style.format(S=side[0].upper(), side=side, Part=part))
        points.append(skeleton.place(person, landmark))
    return labels, np.stack(points, axis=1)


def write_trc(
    path: Path, labels: Sequence[str], points: np.ndarray, *, fps: float = 60.0, unit: str = "m"
) -> Path:
    """Points ``(T, N, 3)`` in ``unit``; NaN is an empty place."""
    lines = [f"PathFileType\t4\t(X/Y/Z)\t{path.name}"]
    lines += [
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame"
    ]
    lines += [f"{fps:g}\t{fps:g}\t{len(points)}\t{len(labels)}\t{unit}\t{fps:g}\t1"]
    lines += ["Frame#\tTime\t" + "\t\t\t".join(labels) + "\t\t"]
    numbers = range(1, len(labels) + 1)
    lines += ["\t\t" + "\t".join(f"X{k}\tY{k}\tZ{k}" for k in numbers), ""]
    for frame, row in enumerate(points):
        cells = ["" if np.isnan(x) else f"{x:.9f}" for x in row.ravel()]
        lines.append("\t".join([str(frame + 1), f"{frame / fps:.6f}", *cells]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_motive(
    path: Path,
    columns: Sequence[tuple[str, str, np.ndarray | None, np.ndarray]],
    *,
    fps: float = 120.0,
    unit: str = "Meters",
    space: str = "Global",
    rotation: str = "Quaternion",
    version: str = "1.23",
) -> Path:
    """Motive's CSV.

    Args:
        path: the file.
        columns: type, name, turns ``(T, 4)`` ``x y z w`` or None, places ``(T, 3)``; NaN is an
            empty place.
        fps: frames per second [1/s].
        unit: its name.
        space: ``Global`` or ``Local``.
        rotation: how turns are written, which is not changed.
        version: of the format: from 1.22 on the rows of the head have names, from 1.24 on one of
            them says what each thing hangs from.
    """
    frames = len(columns[0][3])
    head = ["Format Version", version, "Take Name", "Take, of a test"]
    head += ["Capture Frame Rate", "240.000000", "Export Frame Rate", f"{fps:.6f}"]
    head += ["Total Exported Frames", str(frames), "Rotation Type", rotation]
    head += ["Length Units", unit, "Coordinate Space", space]
    rows: list[list[str]] = [["", "Type"], ["", "Name"], ["", "ID"], ["", ""]]
    last = ["Frame", "Time (Seconds)"]
    if version < "1.22":
        rows = [["", ""] for _ in rows]
        last = ["Frame", "Time"]
    tables = []
    for kind, name, turns, places in columns:
        parts = [("Rotation", "XYZW", turns)] if turns is not None else []
        for what, axes, values in [*parts, ("Position", "XYZ", places)]:
            for axis in axes:
                for row, cell in zip(rows, (kind, name, '"7F"', what), strict=True):
                    row.append(f'"{cell}"' if "," in cell else cell)
                last.append(axis)
            tables.append(values)
    table = np.hstack(tables)
    lines = [",".join(f'"{word}"' if "," in word else word for word in head), ""]
    if version >= "1.24":
        rows.insert(3, ["", "Parent", *("Root" for _ in rows[0][2:])])
    lines += [",".join(row) for row in (*rows, last)]
    for frame, row in enumerate(table):
        cells = ["" if np.isnan(x) else f"{x:.9f}" for x in row]
        lines.append(",".join([str(frame), f"{frame / fps:.6f}", *cells]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def bones(moves: Moves, subject: str = "Anna") -> list[tuple[str, str, np.ndarray, np.ndarray]]:
    """The joints of a motion as Motive's bones."""
    return [
        ("Bone", f"{subject}:{name.rpartition('_')[2]}", moves.turns[:, k], moves.positions[:, k])
        for k, name in enumerate(moves.names)
        if not moves.ends[k]
    ]
