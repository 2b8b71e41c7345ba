"""``robot.toml``: what a robot folder says, read and checked key by key."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kinemesh._files import toml
from kinemesh.arguments import mapping as names_to
from kinemesh.arguments import number, several
from kinemesh.arrays import Array
from kinemesh.errors import RobotError
from kinemesh.motion.parts import HANDS, PARTS
from kinemesh.motion.skeleton import LANDMARKS
from kinemesh.robot.motors import MotorEntry, motor_entries
from kinemesh.robot.shipped import is_shipped
from kinemesh.robot.urdf import check_urdf

_TABLES = (
    *("landmarks", "soles", "hands", "pads"),
    *("limits", "rest", "posture", "motors", "collision", "formats"),
)


@dataclass(frozen=True, eq=False)
class Description:
    """A robot folder's contents: plain data, nothing loaded yet."""

    path: Path
    """The file that says so, for messages."""
    name: str
    urdf: Path
    height: float
    """Standing height [m]."""
    fixed: float | None
    """Height [m] at which the base is bolted down; None where the robot stands on its feet."""
    facing_stated: bool
    """Whether somebody answers for the way it faces, where knees and soles do not tell it."""
    landmarks: Mapping[str, tuple[str, Array]]
    """Landmark to link and offset ``(3,)`` [m] in the link's frame."""
    soles: Mapping[str, tuple[str, Array]]
    """Foot to link and corners ``(4, 3)`` [m]."""
    hands: Mapping[str, tuple[str, Array, Array, Array]]
    """Hand to link, palm centre ``(3,)`` [m], outward normal ``(3,)`` and direction of the fingers
    ``(3,)``, x where it is not said, in the link's frame."""
    pads: Mapping[str, tuple[str, ...]]
    """Part of the body, hands aside, to the links whose hulls touch and bear for it."""
    limits: Mapping[str, tuple[float, float]]
    """Joint to (lower, upper) [rad], where tighter than the URDF."""
    rest: Mapping[str, float]
    """Joint to rest angle [rad]."""
    posture: Mapping[str, float]
    """Joint to the weight of its pull to rest; 1 where not named."""
    motors: tuple[MotorEntry, ...]
    """What is said of the joints' motors."""
    no_collision: frozenset[str]
    """Links whose hulls are left out."""
    neighbours: int
    """Hulls within this many joints of each other may overlap."""
    listed: Mapping[str, Mapping[str, tuple[str, Array]]]
    """Format to the bodies that it lists, in order: name to link and place ``(3,)`` [m] in it."""


def read_description(
    source: str | Path,
    shipped: Path,
    mapping: str | Path | Mapping[str, Any] | None,
    limits: Mapping[str, tuple[float, float]] | None,
) -> Description:
    """Find and check the description of a robot.

    Args:
        source: a shipped robot's name, which wins over a folder called so; a folder with a
            ``robot.toml``: a path with a separator, a ``Path``, or any other name; or a URDF file.
        shipped: the folder of the shipped robots.
        mapping: for a URDF, a ``robot.toml`` or its contents.
        limits: limits that replace those of the file, joint to (lower, upper) [rad].

    Raises:
        RobotError: the file and the key that is missing or wrong, and what was expected.
    """
    path = Path(source)
    if path.suffix.lower() in (".urdf", ".xml") and os.path.isfile(path):
        if mapping is None:
            raise RobotError(
                f"{path} is a bare URDF",
                given=source,
                advice="pass mapping= (a robot.toml or a dict with landmarks, soles and height), "
                "or give a folder that holds a robot.toml",
            )
        table = dict(mapping) if isinstance(mapping, Mapping) else _toml(mapping)
        where = path if isinstance(mapping, Mapping) else Path(mapping)
        return _check(where, {"name": path.stem, **table, "urdf": str(path.resolve())}, limits)
    if mapping is not None:
        raise RobotError(f"mapping= goes with a URDF file; {source} is not one")
    folder = path if os.path.isdir(path) and not is_shipped(source, shipped) else shipped / path
    if not os.path.isfile(folder / "robot.toml"):
        if os.path.isdir(path):
            raise RobotError(f"the folder {path} holds no robot.toml")
        if path.name != str(source):
            raise RobotError(
                f"there is no folder {path}; a robot of your own is a folder with a robot.toml, as "
                f"kinemesh robot new makes it"
            )
        raise RobotError(
            f"unknown robot {str(source)!r}",
            given=str(source),
            expected=sorted(p.parent.name for p in shipped.glob("*/robot.toml")),
            lead="; known robots:",
            advice="or give a robot's folder",
            then="; ",
        )
    return _check(folder / "robot.toml", _toml(folder / "robot.toml"), limits)


def _fixed(path: Path, table: Mapping[str, Any]) -> float | None:
    """``base = "fixed"`` and ``base_height``."""
    base = table.get("base", "floating")
    if base not in ("floating", "fixed"):
        raise RobotError(f'{path}: base = {base!r}; expected "floating" or "fixed"')
    if base == "floating":
        return None
    return float(_get(path, {"base_height": 0.0, **table}, "base_height", float))


def _facing_stated(path: Path, table: Mapping[str, Any]) -> bool:
    """``facing = "stated"``."""
    if table.get("facing", "stated") != "stated":
        raise RobotError(
            f'{path}: facing = {table["facing"]!r}; expected "stated", or nothing where knees or '
            f"soles tell which way it faces"
        )
    return "facing" in table


def _toml(path: Path | str) -> dict[str, Any]:
    return toml.load(Path(path), "a robot", error=RobotError)


def _check(
    path: Path, table: Mapping[str, Any], limits: Mapping[str, tuple[float, float]] | None
) -> Description:
    for key in _TABLES:
        if not isinstance(table.get(key, {}), Mapping):
            raise RobotError(f"{path}: {key} = {str(table[key])[:60]}; expected a table, [{key}]")
    urdf = path.parent / _get(path, table, "urdf", str)
    if not os.path.isfile(urdf):
        raise RobotError(f"{path}: urdf = {str(table['urdf'])!r} is no file beside it")
    check_urdf(urdf)
    height: float = _get(path, table, "height", float)
    if not 0.2 <= height <= 5.0:
        raise RobotError(f"{path}: height = {height}; expected metres, 0.2 to 5")
    landmarks = _get(path, table, "landmarks", dict)
    missing = [name for name in LANDMARKS if name not in landmarks]
    if missing:
        raise RobotError(f"{path}: [landmarks] lacks {', '.join(missing)}")
    fixed = _fixed(path, table)
    soles = table.get("soles", {}) if fixed is not None else _get(path, table, "soles", dict)
    collision = table.get("collision", {})
    neighbours: int = _get(path, {"neighbours": 3, **collision}, "neighbours", int, "collision.")
    if neighbours < 0:
        raise RobotError(f"{path}: collision.neighbours = {neighbours}; expected 0 or more")
    tighter = {
        joint: _range(path, f"limits.{joint}", entry)
        for joint, entry in table.get("limits", {}).items()
    }
    return Description(
        path=path,
        name=_get(path, table, "name", str),
        urdf=urdf,
        height=height,
        fixed=fixed,
        facing_stated=_facing_stated(path, table),
        landmarks={
            name: (
                _get(path, landmarks[name], "link", str, f"landmarks.{name}."),
                _points(path, landmarks[name], "offset", (3,), f"landmarks.{name}."),
            )
            for name in LANDMARKS
        },
        soles={
            name: (
                _get(path, sole, "link", str, f"soles.{name}."),
                _heel_first(_points(path, sole, "corners", (4, 3), f"soles.{name}.")),
            )
            for name, sole in soles.items()
        },
        hands={
            name: (
                _get(path, hand, "link", str, f"hands.{name}."),
                _points(path, hand, "point", (3,), f"hands.{name}."),
                _points(path, hand, "normal", (3,), f"hands.{name}."),
                _points(
                    path, {"fingers": [1.0, 0.0, 0.0], **hand}, "fingers", (3,), f"hands.{name}."
                ),
            )
            for name, hand in table.get("hands", {}).items()
        },
        pads=_pads(path, table.get("pads", {})),
        limits={**tighter, **_limits(limits)},
        rest={k: _get(path, table["rest"], k, float, "rest.") for k in table.get("rest", {})},
        posture={
            k: _get(path, table["posture"], k, float, "posture.") for k in table.get("posture", {})
        },
        motors=motor_entries(path, table.get("motors", {})),
        no_collision=frozenset(_names(path, {"no_hull": [], **collision}, "no_hull", "collision.")),
        neighbours=neighbours,
        listed={
            name: _listed(path, f"formats.{name}.", entry)
            for name, entry in table.get("formats", {}).items()
        },
    )


def _pads(path: Path, table: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """``[pads]``: parts of the body, and the links that touch for them."""
    parts = [part for part in PARTS if part not in HANDS]
    unknown = [name for name in table if name not in parts]
    if unknown:
        raise RobotError(f"{path}: pads.{unknown[0]}: the parts are {', '.join(parts)}")
    return {part: tuple(_names(path, table, part, "pads.")) for part in table}


def _limits(limits: object) -> dict[str, tuple[float, float]]:
    """The argument ``limits``."""
    what, result = "joints to (lower, upper) [rad]", {}
    for joint, span in names_to("limits", {} if limits is None else limits, what).items():
        where = f"limits[{joint!r}]"
        ends = [
            number(where, end, what, error=RobotError) for end in several(where, span, object, what)
        ]
        if len(ends) != 2 or ends[0] >= ends[1]:
            raise RobotError(f"{where} = {tuple(ends)}: expected lower < upper [rad]")
        result[joint] = (ends[0], ends[1])
    return result


def _listed(path: Path, prefix: str, table: Any) -> dict[str, tuple[str, Array]]:
    """``bodies``, in order; one is a link by its name, or a place that ``places`` names."""
    places = table.get("places", {}) if isinstance(table, Mapping) else {}
    if not isinstance(places, Mapping):
        raise RobotError(f"{path}: {prefix}places = {str(places)[:60]}; expected a table")
    result = {}
    for name in _names(path, table, "bodies", prefix):
        if name in places:
            where = f"{prefix}places.{name}."
            link = _get(path, places[name], "link", str, where)
            result[name] = (link, _points(path, places[name], "offset", (3,), where))
        else:
            result[name] = (name, np.zeros(3))
    return result


def _get(path: Path, table: Any, key: str, kind: type, prefix: str = "") -> Any:
    if not isinstance(table, Mapping) or key not in table:
        raise RobotError(f"{path}: the key {prefix}{key} is missing")
    return toml.checked(str(path), f"{prefix}{key}", table[key], kind, error=RobotError)


def _names(path: Path, table: Any, key: str, prefix: str) -> list[str]:
    names: list[str] = _get(path, table, key, list, prefix)
    if not all(isinstance(name, str) for name in names):
        raise RobotError(f"{path}: {prefix}{key} = {str(names)[:60]}; expected a list of names")
    return names


def _points(path: Path, table: Any, key: str, shape: tuple[int, ...], prefix: str) -> Array:
    try:
        array = np.asarray(_get(path, table, key, list, prefix), dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        array = np.zeros(0)
    if array.shape != shape or not np.all(np.isfinite(array)):
        raise RobotError(f"{path}: {prefix}{key} must be numbers [m] of shape {shape}")
    return array


def _range(path: Path, key: str, entry: Any) -> tuple[float, float]:
    lower, upper = (_get(path, entry, end, float, f"{key}.") for end in ("lower", "upper"))
    if lower >= upper:
        raise RobotError(f"{path}: {key} runs from {lower} to {upper}; expected lower < upper")
    return lower, upper


def _heel_first(corners: Array) -> Array:
    """Corners sorted by x of the link: two at the heel, then two at the toe."""
    return np.asarray(corners[np.argsort(corners[:, 0], kind="stable")])
