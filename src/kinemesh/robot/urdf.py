"""A robot's URDF: it and its meshes looked at before Pinocchio opens them; its model."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pinocchio as pin

from kinemesh._files.disk import existing_file
from kinemesh.description.urdf import mimic_of
from kinemesh.description.xml_files import Element, read_xml
from kinemesh.errors import ReadError, RobotError
from kinemesh.robot.following import Follower, settled
from kinemesh.robot.meshfile import LARGEST_MESH, check_mesh

ENDLESS = 1e9
"""The range [rad] that a joint without limits gets, to be read as none."""
_APART = " (joint)"


def check_urdf(urdf: Path) -> None:
    """See that a URDF and its meshes are regular files of bounded size, which lead nowhere else.

    A mesh that is not there is Pinocchio's to complain of.

    Raises:
        RobotError: one of them is a pipe, a device, empty or too large, the URDF is none or
            unsafe, or a mesh that is collided with is of no known format or names a file elsewhere.
    """
    root = _root(urdf)
    collided = {m.get("filename", "") for c in root.iter("collision") for m in c.iter("mesh")}
    for name in {mesh.get("filename", "") for mesh in root.iter("mesh")}:
        plain = re.sub(r"^(file|package|model)://", "", name)
        for place in (Path(plain), urdf.parent / plain):  # where Pinocchio looks
            if not os.path.exists(place):
                continue
            if name in collided:
                check_mesh(place)
            else:  # to be seen alone, which Pinocchio does not open
                existing_file(place, largest=LARGEST_MESH, expected="a mesh", error=RobotError)


def load_urdf(urdf: Path) -> tuple[Any, dict[str, Follower]]:
    """Pinocchio's model of a URDF on a floating base, all joints free; and which ones follow.

    Raises:
        RobotError: see :func:`read_followers`; or Pinocchio cannot read it.
    """
    followers, text = read_followers(urdf)
    try:
        if text is not None:
            return pin.buildModelFromXML(text, pin.JointModelFreeFlyer()), followers
        return pin.buildModelFromUrdf(str(urdf), pin.JointModelFreeFlyer()), followers
    except (ValueError, RuntimeError) as error:
        raise RobotError(f"{urdf}: not a URDF that can be read ({error})") from error


def read_followers(urdf: Path) -> tuple[dict[str, Follower], str | None]:
    """The followers of a URDF, and its text where joints that turn without end had to be rewritten.

    Raises:
        RobotError: a follower of a joint that is not there or does not move, a number that is
            none, an endless joint without a speed or torque.
    """
    root = _root(urdf)
    joints = {str(joint.get("name")): joint for joint in root.findall("joint")}
    found, changed = {}, False
    for name, joint in joints.items():
        if joint.get("type") == "continuous":
            limit = joint.find("limit")
            if limit is None or not {"effort", "velocity"} <= set(limit.keys()):
                raise RobotError(
                    f"{urdf}: joint {name!r} is continuous and states no speed and torque; "
                    f"expected <limit effort= velocity=>"
                )
            joint.set("type", "revolute")
            limit.set("lower", repr(-ENDLESS))
            limit.set("upper", repr(ENDLESS))
            changed = True
        try:
            mimic = mimic_of(f"{urdf}, joint {name!r}", joint)
        except ReadError as error:
            raise RobotError(str(error)) from error
        if mimic is None:
            continue
        leader = mimic[0]
        if leader not in joints or joints[leader].get("type") == "fixed":
            raise RobotError(
                f"{urdf}: joint {name!r} follows {leader!r}, which is no joint that moves; "
                f"expected one, or joint {name!r} fixed"
            )
        found[name] = Follower(*mimic)
    text = ElementTree.tostring(root, encoding="unicode") if changed else None
    return settled(found, str(urdf)), text


def reduced(model: Any, locked: Mapping[str, float]) -> Any:
    """The model without the joints that are locked, each at its angle [rad]."""
    if not locked:
        return model
    q = pin.neutral(model)
    for name, angle in locked.items():
        q[model.joints[model.getJointId(name)].idx_q] = angle
    # Pinocchio looks joints up by name among all frames, and a link may bear the same name.
    links = {frame.name for frame in model.frames if int(frame.type) == int(pin.FrameType.BODY)}
    joints = [model.getJointId(name) for name in locked]
    for name in links & set(model.names):
        _rename(model, name, name + _APART)
    shorter = pin.buildReducedModel(model, joints, q)
    for name in list(shorter.names):
        if name.endswith(_APART):
            _rename(shorter, name, name.removesuffix(_APART))
    return shorter


def _rename(model: Any, old: str, new: str) -> None:
    """Give a joint and its frame another name."""
    model.names[model.getJointId(old)] = new
    for frame in model.frames:
        if frame.name == old and int(frame.type) == int(pin.FrameType.JOINT):
            frame.name = new


def _root(urdf: Path) -> Element:
    existing_file(urdf, expected="a robot's URDF", error=RobotError)
    try:
        return read_xml(urdf, "robot")
    except ReadError as error:
        raise RobotError(f"{urdf}: not a URDF that can be read ({error})") from error
