"""The URDF of a new robot: its own links and joints, hulls for shells, and the frames added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.newrobot.body import Body
from kinemesh.newrobot.places import Frame, file_of, free_name
from kinemesh.newrobot.reading.source import Joint, Link

FASTEST, STRONGEST = 12.0, 150.0
"""Joint speed [rad/s] and torque [N m] where the file states none."""
_LIGHTEST = 1e-6
_ALIGNED = np.cos(np.radians(1.0))


def is_turned(body: Body) -> bool:
    """Whether the robot's root does not face along x, so that a base is put above it."""
    return bool(np.any(np.diag(body.facing) < _ALIGNED))


def urdf_text(
    body: Body, name: str, hulls: Mapping[str, Array], frames: Sequence[Frame], frozen: Array
) -> str:
    """The URDF as text.

    Args:
        body: the robot.
        name: what to call it.
        hulls: corners of the hulls by link.
        frames: links to add.
        frozen: where joints that are fixed stand ``(L,)`` [rad], [m].
    """
    source, kept = body.source, body.kept
    root = ElementTree.Element("robot", name=name)
    base = free_name(source, "base")
    if is_turned(body):
        ElementTree.SubElement(root, "link", name=base)
    for link in source.links:
        _link(root, link, link.name in hulls)
    for frame in frames:
        element = ElementTree.SubElement(root, "link", name=frame.name)
        if frame.name in hulls:
            _hull(element, frame.name)
    if is_turned(body):
        _fixed(root, f"{base}_joint", base, source.links[0].name, body.facing.T, np.zeros(3))
    for k, joint in enumerate(source.joints, start=1):
        _joint(root, joint, source.moves(k) and k in kept, float(frozen[k]))
    for frame in frames:
        parent = source.links[frame.link].name
        _fixed(root, f"{frame.name}_joint", parent, frame.name, frame.rotation, frame.origin)
    ElementTree.indent(root)
    header = (
        f"<!-- Made by `kinemesh robot new` from {_plain(source.path.name)}. "
        f"What was found is in robot.toml. -->"
    )
    return f'<?xml version="1.0"?>\n{header}\n{ElementTree.tostring(root, encoding="unicode")}\n'


def write_urdf(path: Path, text: str) -> None:
    """Write the text."""
    path.write_text(text, encoding="utf-8")


def _plain(text: str) -> str:
    return text.replace("--", "- -")


def _numbers(values: Array) -> str:
    return " ".join(f"{x:.9g}" for x in np.asarray(values).ravel() + 0.0)


def _origin(element: ElementTree.Element, rotation: Array, place: Array) -> None:
    rpy = _euler(rotation)
    ElementTree.SubElement(element, "origin", xyz=_numbers(place), rpy=_numbers(rpy))


def _euler(rotation: Array) -> Array:
    """Roll, pitch, yaw about fixed axes, written out: gimbal lock is no error here."""
    pitch = np.arctan2(-rotation[2, 0], np.hypot(rotation[0, 0], rotation[1, 0]))
    if abs(np.cos(pitch)) < 1e-6:
        roll = np.arctan2(-rotation[1, 2], rotation[1, 1])
        return np.array([roll, pitch, 0.0])
    roll = np.arctan2(rotation[2, 1], rotation[2, 2])
    return np.array([roll, pitch, np.arctan2(rotation[1, 0], rotation[0, 0])])


def _link(root: ElementTree.Element, link: Link, hulled: bool) -> None:
    element = ElementTree.SubElement(root, "link", name=link.name)
    if link.mass > _LIGHTEST:
        inertial = ElementTree.SubElement(element, "inertial")
        _origin(inertial, np.eye(3), link.centre)
        ElementTree.SubElement(inertial, "mass", value=f"{link.mass:.9g}")
        keys = ("ixx", "ixy", "ixz", "iyy", "iyz", "izz")
        values = link.inertia[np.triu_indices(3)]
        ElementTree.SubElement(
            inertial, "inertia", {k: f"{v:.9g}" for k, v in zip(keys, values, strict=True)}
        )
    if hulled:
        _hull(element, link.name)


def _hull(element: ElementTree.Element, link: str) -> None:
    geometry = ElementTree.SubElement(ElementTree.SubElement(element, "collision"), "geometry")
    ElementTree.SubElement(geometry, "mesh", filename=f"hulls/{file_of(link)}")


def _fixed(
    root: ElementTree.Element, name: str, parent: str, child: str, rotation: Array, place: Array
) -> None:
    element = ElementTree.SubElement(root, "joint", name=name, type="fixed")
    _origin(element, rotation, place)
    ElementTree.SubElement(element, "parent", link=parent)
    ElementTree.SubElement(element, "child", link=child)


def _joint(root: ElementTree.Element, joint: Joint, free: bool, at: float) -> None:
    turn, place = Rotation.from_quat(joint.origin[3:]).as_matrix(), joint.origin[:3]
    if not free:
        if joint.kind == "revolute":
            turn = turn @ Rotation.from_rotvec(at * joint.axis).as_matrix()
        elif joint.kind == "prismatic":
            place = place + turn @ joint.axis * at
        _fixed(root, joint.name, joint.parent, joint.child, turn, place)
        return
    endless = not (np.isfinite(joint.lower) and np.isfinite(joint.upper))
    kind = "continuous" if endless else joint.kind
    element = ElementTree.SubElement(root, "joint", name=joint.name, type=kind)
    _origin(element, turn, place)
    ElementTree.SubElement(element, "parent", link=joint.parent)
    ElementTree.SubElement(element, "child", link=joint.child)
    ElementTree.SubElement(element, "axis", xyz=_numbers(joint.axis))
    limit = {
        "effort": f"{STRONGEST if joint.effort is None else joint.effort:.9g}",
        "velocity": f"{FASTEST if joint.velocity is None else joint.velocity:.9g}",
    }
    if not endless:
        limit = {"lower": f"{joint.lower:.9g}", "upper": f"{joint.upper:.9g}", **limit}
    ElementTree.SubElement(element, "limit", limit)
    if joint.follows is not None:
        ElementTree.SubElement(
            element,
            "mimic",
            joint=joint.follows.leader,
            multiplier=f"{joint.follows.factor:.9g}",
            offset=f"{joint.follows.offset:.9g}",
        )
