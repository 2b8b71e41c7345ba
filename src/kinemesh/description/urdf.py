"""Objects described in URDF: links, joints at rest, and their geometry, as one shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.description.solids import box, capsule, cylinder, ellipsoid, placed, stretched
from kinemesh.description.tree import ordered
from kinemesh.description.xml_files import Element, beside, numbers, read_xml
from kinemesh.errors import ReadError
from kinemesh.geometry import poses
from kinemesh.motion import Shape

_MOST_SOLIDS = 256
_ZEROS, _ONES = np.zeros(3), np.ones(3)
_TURNING = {"revolute", "continuous"}
_KINDS = {*_TURNING, "fixed", "prismatic", "floating", "planar"}


def read_urdf(path: Path, mesh: Callable[[Path], Shape]) -> tuple[Shape, list[str]]:
    """The object that a URDF describes, in the frame of its root link.

    Every link's collision geometry counts, or its visual geometry where it has none. Movable
    joints are where they rest: at zero, or at the limit nearest to it.

    Args:
        path: the file.
        mesh: reader of the meshes that it names.

    Raises:
        ReadError: not URDF, links that do not hang together, geometry that is unknown, meshes
            that are missing or lie elsewhere.
    """
    root = read_xml(path, "robot")
    links = [(link.get("name", ""), link) for link in root.findall("link")]
    frames, moving = _frames(path, root, [name for name, _ in links])
    solids: list[Shape] = []
    seen = []
    for name, link in links:
        where = f"{path.name}, link {name!r}"
        entries = link.findall("collision")
        if not entries:
            entries = link.findall("visual")
            seen += [name] if entries else []
        for entry in entries:
            if len(solids) == _MOST_SOLIDS:
                raise ReadError(f"{path.name} has more than {_MOST_SOLIDS} solids: simplify it")
            frame = poses.compose(frames[name], origin_of(where, entry))
            solids.append(placed(_solid(path, where, entry, mesh), frame))
    if not solids:
        raise ReadError(f"{path.name} has no link with geometry; expected <collision> or <visual>")
    notes = [f"{path.name}: {len(solids)} solids of {len(links)} links"]
    if moving:
        notes.append(f"{path.name}: joints held at rest: {', '.join(moving)}")
    if seen:
        notes.append(f"{path.name}: visual geometry, for want of other, of {', '.join(seen)}")
    return Shape.union(solids), notes


@dataclass(frozen=True, eq=False)
class _Joint:
    """What a link hangs on."""

    name: str
    parent: str
    child: str
    step: Array
    """Pose ``(7,)`` of the child at rest, in the parent's frame."""


def _frames(path: Path, root: Element, links: list[str]) -> tuple[dict[str, Array], list[str]]:
    """Pose ``(7,)`` of every link in the frame of the root link, and the movable joints."""
    joints, moving = [], []
    for joint in root.findall("joint"):
        name, kind = joint.get("name", ""), joint.get("type", "")
        where = f"{path.name}, joint {name!r}"
        if kind not in _KINDS:
            raise ReadError(f"{where}: type {kind!r}; expected one of {', '.join(sorted(_KINDS))}")
        if kind != "fixed":
            moving.append(name)
        step = poses.compose(origin_of(where, joint), _rest(where, joint, kind))
        joints.append(_Joint(name, *joint_ends(joint), step))
    base, order = ordered(path.name, links, joints, ReadError)
    frames = {base: poses.IDENTITY}
    for hung in order:
        frames[hung.child] = poses.compose(frames[hung.parent], hung.step)
    return frames, moving


def _rest(where: str, joint: Element, kind: str) -> Array:
    """What a joint adds to its origin at the position nearest to zero that it allows."""
    pose = np.array(poses.IDENTITY)
    limit = joint.find("limit")
    if limit is None or kind not in ("revolute", "prismatic"):
        return pose
    zero = np.zeros(1)
    low = float(numbers(where, limit, "lower", 1, zero)[0])
    high = float(numbers(where, limit, "upper", 1, zero)[0])
    at = min(max(0.0, low), high)
    if at == 0.0:
        return pose
    axis = axis_of(where, joint)
    if kind == "revolute":
        pose[3:] = Rotation.from_rotvec(at * axis).as_quat()
    else:
        pose[:3] = at * axis
    return pose


def joint_ends(joint: Element) -> tuple[str, str]:
    """The names of the parent and the child of a ``<joint>``; empty where they are left out."""
    ends = (joint.find("parent"), joint.find("child"))
    parent, child = ("" if end is None else end.get("link", "") for end in ends)
    return parent, child


def axis_of(where: str, joint: Element) -> Array:
    """The unit axis ``(3,)`` of a ``<joint>``, in the child's frame; x where it is left out.

    Raises:
        ReadError: it is no direction.
    """
    bare, x = joint.find("axis"), np.array([1.0, 0.0, 0.0])
    axis = x if bare is None else numbers(where, bare, "xyz", 3, x)
    if np.linalg.norm(axis) < 1e-9:
        raise ReadError(f"{where}: its axis is zero; expected a direction")
    return np.asarray(axis / np.linalg.norm(axis))


def mimic_of(where: str, joint: Element) -> tuple[str, float, float] | None:
    """The joint that a ``<joint>`` follows, by which factor and offset [rad], [m]; None if none.

    Raises:
        ReadError: factor or offset are no numbers.
    """
    mimic = joint.find("mimic")
    if mimic is None or joint.get("type") == "fixed":
        return None
    factor, offset = (
        float(numbers(where, mimic, key, 1, np.array([usual]))[0])
        for key, usual in (("multiplier", 1.0), ("offset", 0.0))
    )
    return mimic.get("joint", ""), factor, offset


def origin_of(where: str, element: Element) -> Array:
    """The pose ``(7,)`` in an ``<origin>``; the identity without one."""
    origin = element.find("origin")
    if origin is None:
        return poses.IDENTITY
    turn = Rotation.from_euler("xyz", numbers(where, origin, "rpy", 3, _ZEROS))
    return np.concatenate([numbers(where, origin, "xyz", 3, _ZEROS), turn.as_quat()])


def _solid(path: Path, where: str, entry: Element, mesh: Callable[[Path], Shape]) -> Shape:
    """The solid in one ``<collision>`` or ``<visual>``."""
    kind = geometry_of(where, entry)
    if kind.tag != "mesh":
        return plain_solid(where, kind)
    file = kind.get("filename")
    if not file:
        raise ReadError(f"{where}: <mesh> names no file")
    return stretched(where, mesh(beside(path, file)), numbers(where, kind, "scale", 3, _ONES))


def geometry_of(where: str, entry: Element) -> Element:
    """What stands in the ``<geometry>`` of one ``<collision>`` or ``<visual>``.

    Raises:
        ReadError: there is none, or more than one.
    """
    geometry = entry.find("geometry")
    kinds = [] if geometry is None else list(geometry)
    if len(kinds) != 1:
        raise ReadError(f"{where}: <{entry.tag}> needs one <geometry> of one kind")
    return kinds[0]


def plain_solid(where: str, kind: Element) -> Shape:
    """The solid of a ``<box>``, ``<sphere>``, ``<cylinder>`` or ``<capsule>``.

    Raises:
        ReadError: something else, or a size that is none.
    """

    def length(key: str) -> float:
        return float(numbers(where, kind, key, 1, None)[0])

    if kind.tag == "box":
        return box(where, numbers(where, kind, "size", 3, None))
    if kind.tag == "sphere":
        return ellipsoid(where, np.full(3, length("radius")))
    if kind.tag == "cylinder":
        return cylinder(where, length("radius"), length("length"))
    if kind.tag == "capsule":
        return capsule(where, length("radius"), length("length"))
    raise ReadError(
        f"{where}: geometry <{kind.tag[:40]}>; expected box, sphere, cylinder, capsule or mesh"
    )
