"""A robot from URDF."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.description.urdf import (
    axis_of,
    geometry_of,
    joint_ends,
    mimic_of,
    origin_of,
    plain_solid,
)
from kinemesh.description.xml_files import Element, numbers, read_xml
from kinemesh.errors import RobotError
from kinemesh.newrobot.reading.base import floating
from kinemesh.newrobot.reading.meshes import Meshes, in_metres
from kinemesh.newrobot.reading.source import FIXED, SLIDING, TURNING, Joint, Link, Source, arranged
from kinemesh.robot.following import Follower

_ZEROS, _ONES = np.zeros(3), np.ones(3)
_ENDLESS = 1000.0
"""A range of more than this [rad], [m] says that there is none."""
_FASTEST, _STRONGEST = 200.0, 1e5
"""No motor of a humanoid is faster [rad/s] or stronger [N m]: there is no limit stated."""
_KINDS = {
    "revolute": TURNING,
    "continuous": TURNING,
    "prismatic": SLIDING,
    "fixed": FIXED,
    "floating": FIXED,
}


def read_urdf_robot(path: Path, without_missing: bool = False) -> Source:
    """The links, joints and surfaces of a robot in URDF.

    A link's surface is its visual geometry, the true shell; its collision geometry where it has
    none.

    Args:
        path: the file.
        without_missing: go on without the meshes that are missing, and note which.

    Raises:
        ReadError: not URDF, or unsafe.
        RobotError: not a tree of links, or meshes that are missing: all of them are named.
    """
    root = read_xml(path, "robot")
    if any(element.tag.startswith("{") and "xacro}" in element.tag for element in root.iter()):
        raise RobotError(
            f"{path.name} is xacro, from which a program makes URDF; expected what it makes: "
            f"`xacro {path.name} > robot.urdf`, and give that"
        )
    if not root.findall("link"):
        raise RobotError(f"{path.name} has no links: it describes no robot")
    meshes = Meshes(path)
    links = [_link(path, element, meshes) for element in root.findall("link")]
    notes = meshes.check(without_missing)
    joints = []
    if meshes.turned:
        notes.append(
            f"{len(meshes.turned)} COLLADA meshes state y up and were turned to z up: if shells "
            f"lie askew, their viewer ignored it"
        )
    for element in root.findall("joint"):
        joint, said = _joint(path, element)
        joints.append(joint)
        notes += said
    followers = [joint.name for joint in joints if joint.follows is not None]
    if followers:
        notes.append(f"joints that follow others: {', '.join(followers)}")
    return floating(arranged(path, links, joints, notes))


def _link(path: Path, element: Element, meshes: Meshes) -> Link:
    name = element.get("name", "")
    where = f"{path.name}, link {name!r}"
    mass, centre, inertia = 0.0, np.zeros(3), np.zeros((3, 3))
    inertial = element.find("inertial")
    if inertial is not None:
        pose = origin_of(where, inertial)
        heavy, tensor = inertial.find("mass"), inertial.find("inertia")
        if heavy is not None:
            mass = float(numbers(where, heavy, "value", 1, None)[0])
        if tensor is not None:
            ixx, ixy, ixz, iyy, iyz, izz = (
                float(numbers(where, tensor, key, 1, np.zeros(1))[0])
                for key in ("ixx", "ixy", "ixz", "iyy", "iyz", "izz")
            )
            turn = Rotation.from_quat(pose[3:]).as_matrix()
            inertia = np.array([[ixx, ixy, ixz], [ixy, iyy, iyz], [ixz, iyz, izz]])
            inertia = turn @ inertia @ turn.T
        centre = pose[:3]
    seen, met = element.findall("visual"), element.findall("collision")
    solids, whole = _solids(where, seen or met, meshes)
    if not whole and seen and met:  # a mesh is missing: what collides may be a plain solid
        solids, _ = _solids(where, met, meshes)
    return Link(name, mass, centre, inertia, tuple(solids))


def _solids(where: str, entries: list[Element], meshes: Meshes) -> tuple[list[Array], bool]:
    """Points of each piece in the link's frame, and whether no mesh was missing."""
    solids: list[Array] = []
    for entry in entries:
        points = _points(where, entry, meshes)
        if len(points):
            pose = origin_of(where, entry)
            points = points @ Rotation.from_quat(pose[3:]).as_matrix().T + pose[:3]
            solids.append(in_metres(where, points))
    return solids, len(solids) == len(entries)


def _points(where: str, entry: Element, meshes: Meshes) -> Array:
    kind = geometry_of(where, entry)
    if kind.tag != "mesh":
        return np.asarray(plain_solid(where, kind).vertices)
    scale = numbers(where, kind, "scale", 3, _ONES)
    return meshes.points(where, kind.get("filename", "")) * scale


def _joint(path: Path, element: Element) -> tuple[Joint, list[str]]:
    name, kind = element.get("name", ""), element.get("type", "")
    where = f"{path.name}, joint {name!r}"
    parent, child = joint_ends(element)
    if kind not in _KINDS:
        raise RobotError(f"{where}: type {kind!r}; expected one of {', '.join(_KINDS)}")
    still = kind in ("fixed", "floating")
    axis = np.array([1.0, 0.0, 0.0]) if still else axis_of(where, element)
    limit = element.find("limit")
    values: dict[str, float | None] = dict.fromkeys(("lower", "upper", "velocity", "effort"))
    if limit is not None:
        for key in values:
            if limit.get(key) is not None:
                values[key] = float(numbers(where, limit, key, 1, None, np.inf)[0])
    mimic, notes = mimic_of(where, element), []
    lower, upper = values["lower"], values["upper"]
    wide = lower is not None and upper is not None and upper - lower > _ENDLESS
    if kind == "continuous" or lower is None or upper is None or lower >= upper or wide:
        if kind in ("revolute", "continuous"):
            notes.append(f"joint {name} turns without end: it has no limits")
        lower, upper = (-np.inf, np.inf) if kind in ("revolute", "continuous") else (-1.0, 1.0)
    return (
        Joint(
            name,
            _KINDS[kind],
            parent,
            child,
            origin_of(where, element),
            axis,
            lower,
            upper,
            _stated(values["velocity"], _FASTEST),
            _stated(values["effort"], _STRONGEST),
            None if mimic is None else Follower(*mimic),
        ),
        notes,
    )


def _stated(value: float | None, most: float) -> float | None:
    """A largest speed or torque; None where a file says nothing by zero or by more than any."""
    return value if value is not None and 0.0 < value < most else None
