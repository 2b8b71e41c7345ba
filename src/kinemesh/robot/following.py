"""Joints that follow others, q = a q0 + b, as a URDF's ``<mimic>`` says; continuous ones too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

import numpy as np
import pinocchio as pin

from kinemesh.arrays import Array, readonly
from kinemesh.errors import RobotError

ENDLESS = 1e9
"""The range [rad] that a joint without limits gets, to be read as none."""
_LARGEST = 16 << 20


@dataclass(frozen=True)
class Follower:
    """``q[joint] = factor * q[leader] + offset``."""

    leader: str
    factor: float
    offset: float
    """[rad]."""


def settled(followers: Mapping[str, Follower], where: str) -> dict[str, Follower]:
    """Followers of joints that follow none themselves.

    Raises:
        RobotError: joints that follow each other in a circle, or by a factor of 0.
    """
    result = {}
    for name, follower in followers.items():
        seen = {name}
        while follower.leader in followers:
            if follower.leader in seen:
                raise RobotError(f"{where}: joints follow each other in a circle: {sorted(seen)}")
            seen.add(follower.leader)
            up = followers[follower.leader]
            offset = follower.factor * up.offset + follower.offset
            follower = Follower(up.leader, follower.factor * up.factor, offset)
        if follower.factor == 0.0:
            raise RobotError(f"{where}: joint {name!r} follows another by a factor of 0: fix it")
        result[name] = follower
    return result


def shared_range(
    leader: tuple[float, float], own: tuple[float, float], follower: Follower
) -> tuple[float, float]:
    """The leader's range in which the follower stays in its own."""
    ends = sorted((end - follower.offset) / follower.factor for end in own)
    return max(leader[0], ends[0]), min(leader[1], ends[1])


def driven_range(leader: tuple[float, float], follower: Follower) -> tuple[float, float]:
    """The range of a follower whose leader has this one."""
    low, high = sorted(follower.factor * end + follower.offset for end in leader)
    return low, high


def agree(
    names: Sequence[str],
    followers: Mapping[str, Follower],
    lower: Array,
    upper: Array,
    velocity: Array,
) -> None:
    """Narrow ranges and speeds ``(n,)``, in place, so that no joint asks too much of another."""
    index = {name: k for k, name in enumerate(names)}
    pairs = [(index[name], index[f.leader], f) for name, f in followers.items()]
    for k, up, f in pairs:
        lower[up], upper[up] = shared_range((lower[up], upper[up]), (lower[k], upper[k]), f)
        velocity[up] = min(velocity[up], velocity[k] / abs(f.factor))
    for k, up, f in pairs:
        lower[k], upper[k] = driven_range((lower[up], upper[up]), f)
        velocity[k] = abs(f.factor) * velocity[up]


def coupling(base: int, names: tuple[str, ...], followers: Mapping[str, Follower]) -> Array | None:
    """Columns ``(nv, nu)``, orthonormal, of the steps that are possible; None where all are.

    Args:
        base: numbers of a step before the joints'.
        names: the joints.
        followers: those that follow.
    """
    if not followers:
        return None
    free = [name for name in names if name not in followers]
    matrix = np.zeros((base + len(names), base + len(free)))
    matrix[:base, :base] = np.eye(base)
    for k, name in enumerate(names):
        follower = followers.get(name)
        leader, factor = (name, 1.0) if follower is None else (follower.leader, follower.factor)
        matrix[base + k, base + free.index(leader)] = factor
    return readonly(matrix / np.linalg.norm(matrix, axis=0))


def driven(names: Sequence[str], followers: Mapping[str, Follower], joints: Array) -> Array:
    """Joint angles ``(..., n)`` [rad], those that follow others where they then are."""
    result, index = np.array(joints), {name: k for k, name in enumerate(names)}
    for name, follower in followers.items():
        lead = result[..., index[follower.leader]]
        result[..., index[name]] = follower.factor * lead + follower.offset
    return result


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
    if root is None:
        return {}, None
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
        mimic = joint.find("mimic")
        if mimic is None or joint.get("type") == "fixed":
            continue
        leader = mimic.get("joint", "")
        if leader not in joints or joints[leader].get("type") == "fixed":
            raise RobotError(
                f"{urdf}: joint {name!r} follows {leader!r}, which is no joint that moves; "
                f"expected one, or joint {name!r} fixed"
            )
        try:
            factor, offset = float(mimic.get("multiplier", 1)), float(mimic.get("offset", 0))
        except ValueError:
            factor = offset = np.nan
        if not np.isfinite(factor + offset):
            raise RobotError(f"{urdf}: <mimic> of {name!r}: multiplier and offset are no numbers")
        found[name] = Follower(leader, factor, offset)
    text = ElementTree.tostring(root, encoding="unicode") if changed else None
    return settled(found, str(urdf)), text


def kept(followers: Mapping[str, Follower], locked: Mapping[str, float]) -> dict[str, Follower]:
    """The followers that are left where joints are locked."""
    return {name: f for name, f in followers.items() if name not in locked}


def locked_together(
    followers: Mapping[str, Follower], angles: Mapping[str, float], robot: str
) -> dict[str, float]:
    """``angles`` [rad] of joints that are locked, with those of the joints that go with them.

    Raises:
        RobotError: a joint and what it follows are locked at angles that do not fit.
    """
    result = dict(angles)
    for name, follower in followers.items():
        if name in angles:
            at = (angles[name] - follower.offset) / follower.factor
            if abs(result.setdefault(follower.leader, at) - at) > 1e-6:
                raise RobotError(
                    f"robot {robot!r}: {name} follows {follower.leader}, and cannot be locked at "
                    f"{angles[name]} where that is at {result[follower.leader]}"
                )
    for name, follower in followers.items():
        if follower.leader in result:
            result[name] = follower.factor * result[follower.leader] + follower.offset
    return result


def _root(urdf: Path) -> ElementTree.Element | None:
    """The URDF's root element; None where it is none, which Pinocchio says better."""
    if urdf.stat().st_size > _LARGEST:
        raise RobotError(f"{urdf} is larger than 16 MiB; expected a URDF")
    text, parser = urdf.read_bytes(), expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise RobotError(f"{urdf} declares a document type: refused as unsafe; delete it")

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(text, True)
        return ElementTree.fromstring(text)
    except (expat.ExpatError, ElementTree.ParseError, ValueError, LookupError):
        return None
