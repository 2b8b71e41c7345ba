"""ASF: the bones of one person, what each is turned about, and what hangs from what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.recordings.text import text_of

ROOT = "root"
TURNS = ("rx", "ry", "rz")
MOVES = ("tx", "ty", "tz")

_MOST_BONES = 1000
_FARTHEST = 1e9
_AXES = re.compile(r"[xyz]{3}", re.IGNORECASE)


@dataclass(frozen=True)
class Bone:
    """One bone; the root is one of no length."""

    name: str
    parent: int
    """Index of the bone it hangs from, which stands before it; -1 for the root."""
    reach: tuple[float, float, float]
    """From its beginning to its end at rest, in the file's unit and axes."""
    axes: tuple[float, float, float]
    """Angles that turn the world's axes to those it is turned about, in the file's measure,"""
    order: str
    """and the order in which they are taken, as ``xyz``."""
    channels: tuple[str, ...]
    """What the motion says of it, in order, of ``tx ty tz rx ry rz``."""


@dataclass(frozen=True)
class AcclaimSkeleton:
    """The content of an ASF file."""

    bones: tuple[Bone, ...]
    """The root first; every bone stands after the one it hangs from."""
    degrees: bool
    """Whether its angles are in degrees."""
    start: tuple[float, float, float]
    """Where the root is before it is moved, in the file's unit."""


def read_asf(path: Path) -> AcclaimSkeleton:
    """The skeleton of an ASF file.

    Raises:
        ReadError: not ASF, damaged, or bones that hang from one another in a circle.
    """
    sections = _sections(path)
    missing = [name for name in ("root", "bonedata", "hierarchy") if name not in sections]
    if missing:
        raise ReadError(
            f"{path.name} has no section :{missing[0]}: it is cut short, or no ASF file",
            expected=":root, :bonedata and :hierarchy",
        )
    units = {words[0].lower(): words[1:] for words in sections.get("units", [])}
    degrees = not units.get("angle", ["deg"])[:1] == ["rad"]
    root = {words[0].lower(): words[1:] for words in sections["root"]}
    order = tuple(word.lower() for word in root.get("order", []))
    if sorted(order) != sorted((*TURNS, *MOVES)):
        raise ReadError(
            f"{path.name}: the root's order is {' '.join(order)[:60]!r}",
            given=order,
            expected="each of TX TY TZ RX RY RZ once",
        )
    still = (0.0, 0.0, 0.0)
    angles = _three(path, root.get("orientation", ["0"] * 3), "orientation of the root")
    top = Bone(ROOT, -1, still, angles, _order(path, root.get("axis", ["XYZ"])), order)
    start = _three(path, root.get("position", ["0"] * 3), "position of the root")
    bones = {bone.name: bone for bone in _bones(path, sections["bonedata"])}
    return AcclaimSkeleton(_tree(path, top, bones, sections["hierarchy"]), degrees, start)


def _sections(path: Path) -> dict[str, list[list[str]]]:
    """Words of all lines, by the section they stand in."""
    found: dict[str, list[list[str]]] = {}
    now: list[list[str]] = []
    for line in text_of(path, "an ASF file").split("\n"):
        words = line.split("#")[0].split()
        if not words:
            continue
        if words[0].startswith(":"):
            now = found.setdefault(words[0][1:].lower(), [])
        else:
            now.append(words)
    return found


def _bones(path: Path, lines: Sequence[Sequence[str]]) -> list[Bone]:
    found: list[Bone] = []
    said: dict[str, list[str]] = {}
    for words in lines:
        key = words[0].lower()
        if key == "begin":
            said = {}
        elif key == "end":
            found.append(_bone(path, said))
            if len(found) > _MOST_BONES:
                raise ReadError(f"{path.name} has more than {_MOST_BONES} bones")
        else:
            said.setdefault(key, list(words[1:]))
    if len({bone.name for bone in found}) != len(found):
        raise ReadError(f"{path.name} has two bones of one name: it is damaged")
    return found


def _bone(path: Path, said: dict[str, list[str]]) -> Bone:
    name = " ".join(said.get("name", []))
    if not name or name == ROOT:
        raise ReadError(f"{path.name}: a bone is called {name!r}; expected a name of its own")
    where = f"of bone {name[:40]!r}"
    length = _numbers(path, said.get("length", []), 1, f"length {where}")[0]
    way = np.array(_three(path, said.get("direction", []), f"direction {where}"))
    size = float(np.linalg.norm(way))
    if length != 0.0 and not size > 0.0:
        raise ReadError(f"{path.name}: the direction {where} is zero")
    reach = way * (length / size if size > 0.0 else 0.0)
    axis = said.get("axis", ["0", "0", "0", "XYZ"])
    channels = tuple(word.lower() for word in said.get("dof", []))
    if len(set(channels)) != len(channels) or not set(channels) <= set(TURNS):
        raise ReadError(
            f"{path.name}: dof {' '.join(channels)[:40]!r} {where}",
            given=channels,
            expected="some of rx ry rz; bones that move or stretch (tx, l) are not read",
        )
    turn = _three(path, axis[:3], f"axis {where}")
    return Bone(
        name, -1, (float(reach[0]), float(reach[1]), float(reach[2])), turn,
        _order(path, axis[3:]), channels,
    )  # fmt: skip


def _tree(
    path: Path, root: Bone, bones: dict[str, Bone], lines: Sequence[Sequence[str]]
) -> tuple[Bone, ...]:
    """The root and all bones, each after the one it hangs from."""
    below: dict[str, list[str]] = {}
    above: dict[str, str] = {}
    for words in lines:
        if words[0].lower() in ("begin", "end") and len(words) == 1:
            continue
        for child in words[1:]:
            if child not in bones or child in above or child == words[0]:
                why = "is not in :bonedata" if child not in bones else "hangs from two others"
                raise ReadError(f"{path.name}: bone {child[:40]!r} of :hierarchy {why}")
            above[child] = words[0]
            below.setdefault(words[0], []).append(child)
    found = [root]
    waiting = [(child, 0) for child in reversed(below.get(ROOT, []))]
    while waiting:
        name, parent = waiting.pop()
        bone = bones[name]
        waiting += [(child, len(found)) for child in reversed(below.get(name, []))]
        found.append(Bone(bone.name, parent, bone.reach, bone.axes, bone.order, bone.channels))
    if len(found) != len(bones) + 1:
        lost = sorted(set(bones) - {bone.name for bone in found})
        raise ReadError(
            f"{path.name}: the bones {', '.join(lost[:6])} do not hang from the root: its "
            f":hierarchy is damaged"
        )
    return tuple(found)


def axes_order(words: Sequence[str]) -> str:
    """The order of ``rx ry rz`` as ``xyz``, the last of those that are missing put behind."""
    said = "".join(word[1] for word in words if word in TURNS)
    return said + "".join(axis for axis in "xyz" if axis not in said)


def _order(path: Path, words: Sequence[str]) -> str:
    order = words[0] if words else "XYZ"
    if not _AXES.fullmatch(order) or len(set(order.lower())) != 3:
        raise ReadError(
            f"{path.name}: axis {order[:20]!r}", given=order, expected="XYZ in some order"
        )
    return order.lower()


def _three(path: Path, words: Sequence[str], what: str) -> tuple[float, float, float]:
    x, y, z = _numbers(path, words, 3, what)
    return float(x), float(y), float(z)


def _numbers(path: Path, words: Sequence[str], count: int, what: str) -> Array:
    try:
        numbers = np.array([float(word) for word in words[:count]])
    except ValueError:
        numbers = np.zeros(0)
    if len(numbers) != count or not np.all(np.abs(numbers) < _FARTHEST):
        raise ReadError(
            f"{path.name}: {what} is {' '.join(words)[:60]!r}",
            given=words,
            expected=f"{count} numbers" if count > 1 else "a number",
        )
    return numbers
