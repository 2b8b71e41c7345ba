"""Objects described in URDF: links, joints at rest, and their geometry, as one shape."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.description.solids import box, capsule, cylinder, ellipsoid, placed, stretched
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
    links = {}
    for link in root.findall("link"):
        name = link.get("name", "")
        if name in links:
            raise ReadError(f"{path.name} has two links named {name!r}; expected one")
        links[name] = link
    frames, moving = _frames(path, root, links)
    solids: list[Shape] = []
    seen = []
    for name, link in links.items():
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


def _frames(
    path: Path, root: Element, links: dict[str, Element]
) -> tuple[dict[str, Array], list[str]]:
    """Pose ``(7,)`` of every link in the frame of the root link, and the movable joints."""
    above: dict[str, tuple[str, Array]] = {}
    moving = []
    for joint in root.findall("joint"):
        name, kind = joint.get("name", ""), joint.get("type", "")
        where = f"{path.name}, joint {name!r}"
        ends = joint_ends(where, joint)
        for tag, link in zip(("parent", "child"), ends, strict=True):
            if link not in links:
                raise ReadError(f"{where}: its {tag} {link!r} is no link of the file")
        if kind not in _KINDS:
            raise ReadError(f"{where}: type {kind!r}; expected one of {', '.join(sorted(_KINDS))}")
        if ends[1] in above:
            raise ReadError(f"{where}: link {ends[1]!r} hangs from two joints; expected one")
        if kind != "fixed":
            moving.append(name)
        above[ends[1]] = (
            ends[0],
            poses.compose(origin_of(where, joint), _rest(where, joint, kind)),
        )
    if len(links) - len(above) != 1:
        raise ReadError(
            f"{path.name} has {len(links) - len(above)} links that hang from none; expected one"
        )
    frames = {name: poses.IDENTITY for name in links if name not in above}
    waiting = list(above)
    while waiting:
        left = []
        for name in waiting:
            parent, step = above[name]
            if parent in frames:
                frames[name] = poses.compose(frames[parent], step)
            else:
                left.append(name)
        if len(left) == len(waiting):
            raise ReadError(f"{path.name}: the links {', '.join(left[:5])} hang in a circle")
        waiting = left
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
    bare = joint.find("axis")
    axis = np.array([1.0, 0.0, 0.0])
    axis = axis if bare is None else numbers(where, bare, "xyz", 3, axis)
    if np.linalg.norm(axis) < 1e-9:
        raise ReadError(f"{where}: its axis is zero; expected a direction")
    axis = axis / np.linalg.norm(axis)
    if kind == "revolute":
        pose[3:] = Rotation.from_rotvec(at * axis).as_quat()
    else:
        pose[:3] = at * axis
    return pose


def joint_ends(where: str, joint: Element) -> tuple[str, str]:
    """The names of the parent and the child of a ``<joint>``; empty where they are left out."""
    ends = (joint.find("parent"), joint.find("child"))
    parent, child = ("" if end is None else end.get("link", "") for end in ends)
    return parent, child


def origin_of(where: str, element: Element) -> Array:
    """The pose ``(7,)`` in an ``<origin>``; the identity without one."""
    origin = element.find("origin")
    if origin is None:
        return poses.IDENTITY
    turn = Rotation.from_euler("xyz", numbers(where, origin, "rpy", 3, _ZEROS))
    return np.concatenate([numbers(where, origin, "xyz", 3, _ZEROS), turn.as_quat()])


def _solid(path: Path, where: str, entry: Element, mesh: Callable[[Path], Shape]) -> Shape:
    """The solid in one ``<collision>`` or ``<visual>``."""
    geometry = entry.find("geometry")
    kinds = [] if geometry is None else list(geometry)
    if len(kinds) != 1:
        raise ReadError(f"{where}: <{entry.tag}> needs one <geometry> of one kind")
    (kind,) = kinds

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
    if kind.tag == "mesh":
        file = kind.get("filename")
        if not file:
            raise ReadError(f"{where}: <mesh> names no file")
        return stretched(where, mesh(beside(path, file)), numbers(where, kind, "scale", 3, _ONES))
    raise ReadError(
        f"{where}: geometry <{kind.tag[:40]}>; expected box, sphere, cylinder, capsule or mesh"
    )
