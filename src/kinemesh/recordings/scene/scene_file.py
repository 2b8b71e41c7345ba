"""``scene.toml``: one file that says which motion, which objects on which tracks, which ground."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from kinemesh._files import toml
from kinemesh._files.inputs import existing_file
from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.geometry import poses
from kinemesh.motion.scene import HEAVIEST, LIGHTEST
from kinemesh.recordings.scene.heightfield import MOST_PARTS, TOLERANCE, Grid

_CLIP = {
    **{"file": str, "skeleton": str, "height": float, "fps": float, "floor": float, "up": str},
    **{"unit": float, "person": int, "others": str, "take": int, "clean": bool},
    "contacts": str,
}
_PROP = {
    "name": str,
    "file": str,
    "box": list,
    "scale": float,
    "robot_scale": float,
    "mass": float,
    "decompose": bool,
    "track": dict,
    "pose": list,
}
_TRACK = {"file": str, "key": str, "quaternion": str, "fps": float}
_TERRAIN = {
    "name": str,
    "file": str,
    "heightfield": str,
    "scale": float,
    "pose": list,
    "decompose": bool,
    "ground": float,
    "cell": list,
    "centre": list,
    "parts": int,
    "tolerance": float,
}
_OWN = "clip"
"""The word for the track that the motion's file has."""
_PERSON = "person"
"""The word for the factor by which the person is scaled to the robot."""


@dataclass(frozen=True, eq=False)
class TrackEntry:
    """A file of poses ``(T, 7)``."""

    file: Path
    key: str | None = None
    """The array's name in a ``.npz``."""
    quaternion: str = "xyzw"
    """``xyzw`` or ``wxyz``."""
    fps: float | None = None
    """Frames per second [1/s]; the clip's if left out."""


@dataclass(frozen=True, eq=False)
class PropEntry:
    """What is said about one object."""

    name: str
    file: Path | None = None
    box: Array | None = None
    """Size ``(3,)`` [m] of a box, where there is no file."""
    scale: float = 1.0
    decompose: bool = False
    track: TrackEntry | Array | None = None
    """A file of poses, one pose ``(7,)``, or None for the track in the motion's own file."""
    robot_scale: float | None = 1.0
    """Size of the robot's copy against this one; None: as the person is scaled to the robot."""
    mass: float | None = None
    """[kg]; None: from its size."""


@dataclass(frozen=True, eq=False)
class TerrainEntry:
    """What is said about the terrain."""

    file: Path
    name: str
    scale: float = 1.0
    pose: Array = field(default_factory=lambda: poses.IDENTITY)
    decompose: bool = False
    ground: float | None = None
    """Height of its ground in the motion's world [m]."""
    grid: Grid | None = None
    """Where the height field lies, if it is one."""


@dataclass(frozen=True, eq=False)
class SceneFile:
    """A motion and what it was made with."""

    clip: Path
    words: Mapping[str, Any] = field(default_factory=dict)
    """Keywords of :func:`kinemesh.recordings.read`."""
    props: tuple[PropEntry, ...] = ()
    terrain: TerrainEntry | None = None
    contacts: Path | None = None


def read_scene_file(path: Path) -> SceneFile:
    """What a ``scene.toml`` says; the files that it names are not opened yet.

    Raises:
        ReadError: not TOML, an unknown or missing key, or a value of another kind.
    """
    tables = toml.load(path, "a scene, with a [clip]")
    where = path.name
    toml.check_keys(where, tables, ("clip", "prop", "terrain"))
    clip = _table(f"{where}: [clip]", tables.get("clip"), _CLIP, ("file",))
    folder = path.parent
    words = {key: clip[key] for key in _CLIP if key in clip and key not in ("file", "contacts")}
    entries = [_prop(place, folder, entry) for place, entry in toml.entries(where, tables, "prop")]
    terrain = tables.get("terrain")
    contacts = clip.get("contacts")
    file = existing_file(folder / clip["file"])
    if file.suffix.lower() == ".toml":
        raise ReadError(f"{where}: [clip] file = {clip['file']!r}", expected="a recorded motion")
    return SceneFile(
        file,
        words,
        tuple(entries),
        None if terrain is None else _terrain(f"{where}: [terrain]", folder, terrain),
        None if contacts is None else existing_file(folder / contacts),
    )


def _prop(where: str, folder: Path, entry: Any) -> PropEntry:
    table = _table(where, entry, _PROP, (), own=True)
    if ("file" in table) == ("box" in table):
        raise ReadError(f"{where} needs a shape: either file or box = [x, y, z]")
    if "track" in table and "pose" in table:
        raise ReadError(f"{where} has a track and a pose", expected="one of them")
    file = existing_file(folder / table["file"]) if "file" in table else None
    name = table.get("name") or (file.stem if file is not None else "")
    if not name:
        raise ReadError(f"{where} needs a name, for its shape comes from no file")
    track: TrackEntry | Array | None = None
    if "pose" in table:
        track = _pose(where, table["pose"])
    elif table.get("track", _OWN) != _OWN:
        said = table["track"] if isinstance(table["track"], dict) else {"file": table["track"]}
        values = _table(f"{where}, track", said, _TRACK, ("file",))
        values["file"] = existing_file(folder / values["file"])
        track = TrackEntry(**values)
        if track.quaternion not in ("xyzw", "wxyz"):
            raise ReadError(
                f"{where}, track: quaternion = {track.quaternion!r}",
                given=track.quaternion,
                expected="'xyzw' or 'wxyz'",
            )
    elif "track" not in table:
        raise ReadError(
            f'{where} needs a place: track = "{_OWN}" (the one in the motion\'s file), '
            f'track = "FILE" or {{ file = "...", fps = ... }}, or pose = [x, y, z, qx, qy, qz, qw]'
        )
    box = None if "box" not in table else _list(where, "box", table["box"], (3,))
    return PropEntry(
        name,
        file,
        box,
        _positive(where, table, "scale"),
        table.get("decompose", False),
        track,
        _robot_scale(where, table),
        _mass(where, table),
    )


def _terrain(where: str, folder: Path, entry: Any) -> TerrainEntry:
    table = _table(where, entry, _TERRAIN, ())
    if ("file" in table) == ("heightfield" in table):
        raise ReadError(f"{where} needs either file (a mesh) or heightfield (a .npy of heights)")
    kind = "file" if "file" in table else "heightfield"
    wrong = {"file": ("cell", "centre", "parts", "tolerance"), "heightfield": ("scale", "pose")}
    for key in (*wrong[kind], *(("decompose",) if kind == "heightfield" else ())):
        if key in table:
            raise ReadError(f"{where}: {key} has no meaning beside {kind}; leave it out")
    file = existing_file(folder / table[kind])
    grid = None
    if kind == "heightfield":
        if "cell" not in table:
            raise ReadError(f"{where} needs cell = [x, y], the size of a square [m]")
        cell = _list(where, "cell", table["cell"], (2,))
        centre = _list(where, "centre", table.get("centre", [0.0, 0.0]), (2,))
        parts, tolerance = table.get("parts", MOST_PARTS), table.get("tolerance", TOLERANCE)
        if not 1 <= parts <= 1000 or not 0.0 <= tolerance <= 1.0:
            raise ReadError(
                f"{where}: parts = {parts}, tolerance = {tolerance}",
                given=(parts, tolerance),
                expected="1 to 1000 parts and 0 to 1 m",
            )
        grid = Grid(
            cell=(float(cell[0]), float(cell[1])),
            centre=(float(centre[0]), float(centre[1])),
            ground=table.get("ground"),
            most=parts,
            tolerance=tolerance,
        )
    return TerrainEntry(
        file,
        table.get("name") or file.stem,
        _positive(where, table, "scale"),
        _pose(where, table["pose"]) if "pose" in table else poses.IDENTITY,
        table.get("decompose", False),
        table.get("ground"),
        grid,
    )


def _table(
    where: str,
    entry: Any,
    kinds: Mapping[str, type],
    needed: tuple[str, ...],
    own: bool = False,
) -> dict[str, Any]:
    """A table with known keys of the right kinds; ``own``: a prop's, where words may stand."""
    if not isinstance(entry, dict):
        raise ReadError(f"{where} is missing; expected a table with {', '.join(needed or kinds)}")
    expected: dict[type, str] = {
        list: "a list of numbers",
        dict: f'"{_OWN}", a file, or a table {{ file = "..." }}',
    }
    if own:  # a word in place of a table or a number is looked at by itself
        words = {
            "track": isinstance(entry.get("track"), str),
            "robot_scale": entry.get("robot_scale") == _PERSON,
        }
        kinds = {key: str if words.get(key) else kind for key, kind in kinds.items()}
    return toml.values(where, entry, kinds, needed=needed, expected=expected)


def _list(where: str, key: str, value: Any, lengths: tuple[int, ...]) -> Array:
    if (
        not isinstance(value, list)
        or len(value) not in lengths
        or any(type(x) not in (int, float) or not math.isfinite(x) for x in value)
    ):
        count = " or ".join(map(str, lengths))
        raise ReadError(
            f"{where}: {key} = {str(value)[:60]}", given=value, expected=f"{count} numbers"
        )
    return np.array(value, dtype=np.float64)


def _pose(where: str, value: Any) -> Array:
    """A pose from seven numbers, or from three without a turn."""
    numbers = _list(where, "pose", value, (3, 7))
    pose = numbers if len(numbers) == 7 else np.concatenate([numbers, poses.IDENTITY[3:]])
    try:
        return poses.normalised(pose)
    except ValueError as error:
        raise ReadError(f"{where}: pose: {error}") from error


def _positive(where: str, table: Mapping[str, Any], key: str) -> float:
    value = float(table.get(key, 1.0))
    if value <= 0.0:
        raise ReadError(f"{where}: {key} = {value}", given=value, expected="a positive number")
    return value


def _robot_scale(where: str, table: Mapping[str, Any]) -> float | None:
    """The factor of a prop; None where it is the person's."""
    value = table.get("robot_scale", 1.0)
    if value == _PERSON:
        return None
    if not 0.01 <= value <= 100.0:
        expected = f'0.01 to 100, or "{_PERSON}"'
        raise ReadError(f"{where}: robot_scale = {value}", given=value, expected=expected)
    return float(value)


def _mass(where: str, table: Mapping[str, Any]) -> float | None:
    """The mass of a prop [kg]; None where it is not stated."""
    mass: float | None = table.get("mass")
    if mass is not None and not LIGHTEST <= mass <= HEAVIEST:
        expected = f"kilograms, {LIGHTEST:g} to {HEAVIEST:g}; none: by its size"
        raise ReadError(f"{where}: mass = {mass}", given=mass, expected=expected)
    return mass
