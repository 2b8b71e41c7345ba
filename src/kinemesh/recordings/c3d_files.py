"""C3D files whose points are joint centres, through the c3d package (extra ``c3d``).

Most C3D files hold markers on the skin. Which joints those make is a fit that depends on where
they were stuck; it is refused here rather than guessed.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kinemesh._files.inputs import head, looks_like
from kinemesh.arrays import Array
from kinemesh.errors import ClipError, MissingExtra, ReadError
from kinemesh.motion import LANDMARKS, SKELETONS, Skeleton
from kinemesh.recordings.recording import Asked, Recording, named_skeleton

_UNITS = {"mm": 0.001, "cm": 0.01, "m": 1.0, "meters": 1.0, "in": 0.0254}
_MOST_POINTS = 4096
_WORDS = {
    "hip": "hip hjc hipjc hipjoint hipjointcenter",
    "knee": "knee kjc kneejc kneejoint kneejointcenter",
    "ankle": "ankle ajc anklejc anklejoint anklejointcenter",
    "toe": "toe toes tjc toejc toebase ball mtp bigtoe forefoot",
    "shoulder": "shoulder sjc gjc shoulderjc shoulderjoint shoulderjointcenter",
    "elbow": "elbow ejc elbowjc elbowjoint elbowjointcenter",
    "hand": "wrist wjc wristjc wristjoint wristjointcenter hand",
}
_PARTS = {word: part for part, words in _WORDS.items() for word in words.split()}
_PELVIS = "pelvis hips midhip pelo pelvisorigin midpelvis root".split()
_SIDED = re.compile(r"^(left|right|l|r)(.+)$|^(.+?)(left|right|l|r)$")
_SKIN = frozenset(
    "lasi rasi lpsi rpsi lasis rasis lpsis rpsis sacr lthi rthi lkne rkne ltib rtib lank rank lhee "
    "rhee lsho rsho lelb relb lwra rwra lwrb rwrb lfin rfin c7 t10 clav strn rbak lfhd rfhd lbhd "
    "rbhd lfwt rfwt lbwt rbwt".split()
)
"""Names of markers in the sets that are most used."""
_TORSO = {"left_hip": 0.35, "right_hip": 0.35, "left_shoulder": 0.15, "right_shoulder": 0.15}
"""The waist, where no point is the pelvis."""


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
    if skeleton is not None:
        wanted, order = _named(path, named_skeleton(skeleton), bare)
        how = "given"
    else:
        wanted, order = _found(path, bare)
        how = f"joint centres by the labels of {len(order)} of {len(labels)} points"
    factor, said = _factor(path, unit, points[:, order])
    notes = [f"skeleton {wanted.name}: {how}", f"unit: {said}"]
    lost = np.mean(np.isnan(points[:, order, 0]))
    if lost > 0.0:
        notes.append(f"points: {lost:.1%} of them are marked as not seen")
    return Recording(points[:, order] * factor, wanted, fps=rate, notes=tuple(notes))


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


def _named(path: Path, wanted: Skeleton, labels: Sequence[str]) -> tuple[Skeleton, list[int]]:
    missing = [joint for joint in wanted.joints if joint not in labels]
    if missing:
        raise ReadError(
            f"{path.name} lacks the points {', '.join(missing[:8])} of skeleton {wanted.name!r}; "
            f"it has {_list(labels)}"
        )
    return wanted, [labels.index(joint) for joint in wanted.joints]


def _found(path: Path, labels: Sequence[str]) -> tuple[Skeleton, list[int]]:
    """The skeleton that the labels make, and which points are its joints."""
    for known in SKELETONS.values():
        if set(known.joints) <= set(labels):
            return _named(path, known, labels)
    plain = [
        re.sub(r"[^a-z0-9]", "", label.lower()).replace("centre", "center") for label in labels
    ]
    places: dict[str, int] = {}
    for k, word in enumerate(plain):
        name = "pelvis" if word in _PELVIS else _sided(word)
        if name is not None and word not in _SKIN:
            places.setdefault(name, k)
    missing = [name for name in LANDMARKS if name not in places and name != "pelvis"]
    if missing:
        skin = sum(word in _SKIN for word in plain)
        what = (
            "markers on the skin, not joint centres"
            if skin >= 4
            else f"points of which none is known to be {', '.join(missing[:6])}"
        )
        raise ReadError(
            f"{path.name} holds {what} ({_list(labels)}): fit a skeleton first, in the capture "
            f"software or with a body model, and export joint centres (LHJC, LKJC, ... or "
            f"left_hip, left_knee, ...) or BVH; if the points are joints, give skeleton= with "
            f"their labels"
        )
    order = list(dict.fromkeys(places[name] for name in LANDMARKS if name in places))
    names = tuple(labels[k] for k in order)
    marks: dict[str, str | Mapping[str, float]] = {n: labels[k] for n, k in places.items()}
    if "pelvis" not in marks:
        marks["pelvis"] = {labels[places[name]]: share for name, share in _TORSO.items()}
    try:
        return Skeleton("c3d", names, marks), order
    except ClipError as error:
        raise ReadError(f"{path.name}: {error}") from error


def _sided(word: str) -> str | None:
    """The landmark that a label in lower case, without separators, names."""
    found = _SIDED.match(word)
    if found is None:
        return None
    for side, part in ((found[1], found[2]), (found[4], found[3])):
        if side is not None and part in _PARTS:
            return f"{'left' if side[0] == 'l' else 'right'}_{_PARTS[part]}"
    return None


def _factor(path: Path, unit: str, points: Array) -> tuple[float, str]:
    """Metres in the file's unit, and where that is from."""
    if unit in _UNITS:
        return _UNITS[unit], f"{unit} (in the file)"
    if unit:
        raise ReadError(f"{path.name} is in {unit[:20]!r}", given=unit, expected="mm, cm, m or in")
    size = np.nanmax(np.nanmax(points, axis=1) - np.nanmin(points, axis=1), initial=0.0)
    return (0.001, "mm (assumed)") if size > 10.0 else (1.0, "m (assumed)")


def _list(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - 24} more" if len(labels) > 24 else ""
    return ", ".join(labels[:24]) + more
