"""AMC: what the bones of an ASF skeleton do, frame by frame."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.recordings.acclaim.skeleton import AcclaimSkeleton
from kinemesh.recordings.text import text_of

_FARTHEST = 1e9
_RATE = re.compile(r"^:(?:samples|frames)-per-second\s+(\S+)", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class AcclaimMotion:
    """The content of an AMC file."""

    channels: dict[int, Array]
    """Index of a bone to what is said of it ``(T, C)`` [file units, the file's measure of
    angles], in the order of its channels."""
    frames: int
    degrees: bool | None
    """Whether angles are in degrees; None where the file does not say."""
    fps: float | None
    """Frames per second [1/s]; None where the file does not say, as most do not."""


def read_amc(path: Path, skeleton: AcclaimSkeleton) -> AcclaimMotion:
    """The motion of an AMC file.

    Args:
        path: the file.
        skeleton: of the ASF file that it belongs to.

    Raises:
        ReadError: not AMC, damaged, cut short, or of another skeleton.
    """
    head, rows, numbered = _rows(path)
    if len(rows) < 2:
        raise ReadError(f"{path.name} has {len(rows)} frames; a motion needs at least 2")
    if any(b - a != 1 for a, b in pairwise(numbered)):
        raise ReadError(
            f"{path.name}: its frames are not numbered one after the other: it is damaged, or "
            f"frames were cut out"
        )
    known = {bone.name for bone in skeleton.bones}
    strange = sorted(set(rows[0]) - known)
    if strange:
        raise ReadError(
            f"{path.name} moves {', '.join(name[:40] for name in strange[:6])}, which the skeleton "
            f"does not have: it belongs to another ASF file"
        )
    channels = {}
    for index, bone in enumerate(skeleton.bones):
        if bone.channels:
            channels[index] = _channel(path, rows, bone.name, len(bone.channels), index == 0)
    rate = next((found[1] for line in head if (found := _RATE.match(line))), None)
    words = {line.split()[0].lower() for line in head}
    degrees = True if ":degrees" in words else False if ":radians" in words else None
    return AcclaimMotion(channels, len(rows), degrees, _fps(rate))


def _rows(path: Path) -> tuple[list[str], list[dict[str, list[str]]], list[int]]:
    """Lines of the header, what each frame says of each bone, and the frames' numbers."""
    head: list[str] = []
    rows: list[dict[str, list[str]]] = []
    numbered: list[int] = []
    for number, line in enumerate(text_of(path, "an AMC file").split("\n"), start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0].startswith(":"):
            head.append(line.strip())
        elif len(words) == 1 and words[0].isdecimal() and len(words[0]) < 16:
            rows.append({})
            numbered.append(int(words[0]))
        elif not rows:
            raise ReadError(
                f"{path.name}, line {number}: {line.strip()[:40]!r} before the first frame",
                expected="an AMC file: the number of a frame, then its bones",
            )
        elif words[0] in rows[-1]:
            raise ReadError(f"{path.name}, line {number}: {words[0][:40]!r} twice in one frame")
        else:
            rows[-1][words[0]] = words[1:]
    return head, rows, numbered


def _channel(
    path: Path, rows: list[dict[str, list[str]]], name: str, width: int, needed: bool
) -> Array:
    """What all frames say of one bone; a bone that none of them names stays at rest."""
    if not needed and not any(name in row for row in rows):
        return np.zeros((len(rows), width))
    try:
        table = np.array([[float(word) for word in row[name]] for row in rows])
    except KeyError:
        lost = next(k for k, row in enumerate(rows) if name not in row)
        raise ReadError(
            f"{path.name}: frame {lost} says nothing of {name[:40]!r}: it is cut short or damaged; "
            f"copy it again"
        ) from None
    except ValueError:
        table = np.zeros((0, 0))
    if table.shape != (len(rows), width):
        raise ReadError(
            f"{path.name}: not every frame has {width} numbers for {name[:40]!r}: it is damaged, "
            f"or belongs to another ASF file"
        )
    with np.errstate(invalid="ignore"):
        if np.any(np.isfinite(table) & (np.abs(table) > _FARTHEST)):
            raise ReadError(f"{path.name}: {name[:40]!r} has numbers beyond {_FARTHEST:g}")
    return np.where(np.isfinite(table), table, np.nan)


def _fps(written: str | None) -> float | None:
    try:
        rate = float(written or "")
    except ValueError:
        return None
    return rate if np.isfinite(rate) and 0.0 < rate < 1e5 else None
