"""Parts of a robot's joints under which libraries of motions are published, told by their axes.

ASAP's and PBHC's G1 has 23 joints: the 29 without the six of the wrists. Unitree's ``g1_23dof``
has as many, and they are others: waist yaw alone, and five in each arm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from kinemesh.arguments import unknown
from kinemesh.arrays import Array
from kinemesh.errors import KinemeshError, ReadError
from kinemesh.trajectories.containers import Contents
from kinemesh.trajectories.layouts.families.columns import wrong_count
from kinemesh.trajectories.raw import Order, Target

_WRISTS = tuple(f"{s}_wrist_{a}_joint" for s in ("left", "right") for a in ("roll", "pitch", "yaw"))

JOINT_SETS: Mapping[str, tuple[str, ...]] = MappingProxyType({"asap23": _WRISTS, "sonic43": ()})
"""Name of a set to the joints that it leaves out, which are at 0 in it."""

EXTENDED: Mapping[str, int] = MappingProxyType({"asap23": 3, "sonic43": 0})
"""Bodies without a joint that follow in the set's ``pose_aa``: two hands and the head."""

FINGERS: Mapping[str, int] = MappingProxyType({"asap23": 0, "sonic43": 14})
"""Joints of fingers that follow in the set's ``dof``: no robot of ours has them, they are at 0."""

_BEFORE_FINGERS = 29
"""SONIC takes what comes after so many columns for fingers."""
_AGREES = 1e-3
"""``pose_aa`` [rad] is this near to axis times angle."""


def kept(name: str, joints: Sequence[str]) -> Order:
    """Which of a robot's ``joints`` are in the set ``name``.

    Raises:
        KinemeshError: no such set, or the robot has not the joints that it leaves out.
    """
    if name not in JOINT_SETS:
        unknown("set of joints", name, tuple(JOINT_SETS), KinemeshError)
    missing = [joint for joint in JOINT_SETS[name] if joint not in joints]
    if missing:
        raise KinemeshError(
            f"the set {name} is a robot's joints without {', '.join(JOINT_SETS[name])}; this robot "
            f"has no {', '.join(missing)}: leave the set out, or name another robot"
        )
    if FINGERS[name] and len(joints) != _BEFORE_FINGERS:
        raise KinemeshError(
            f"the set {name} has fingers after {_BEFORE_FINGERS} joints, and this robot has "
            f"{len(joints)}: leave the set out, or name another robot"
        )
    return np.array([k for k, j in enumerate(joints) if j not in JOINT_SETS[name]], dtype=np.int64)


def whole_joints(
    contents: Contents, joints: Array, pose: Array | None, target: Target
) -> tuple[Array, Order, tuple[str, ...]]:
    """Joints ``(T, n)`` of a motion library, which of them it has, and what was found of them.

    Args:
        contents: the file, for messages.
        joints: its own ``(T, k)`` [rad].
        pose: every body's turn against its parent ``(T, k + 1 or more, 3)``, the root first.
        target: the robot.

    Raises:
        ReadError: another number of joints than the robot has, or joints whose axes are another
            set's; the message names the set that fits.
    """
    count, width = len(target.joint_names), joints.shape[1]
    fits = _fits(joints, pose, target.links.axes[1:]) if target.links is not None else None
    if width == count and fits is not False:
        doubt = fits is None and width in {len(axes) for axes in _AXES.values()}
        note = f"joints: taken for {target.robot}'s own {count}: without pose_aa nothing tells sets"
        return joints, np.arange(count), (note,) if doubt else ()
    fingers = width - count
    if fingers and fingers in FINGERS.values() and count == _BEFORE_FINGERS:
        most = float(np.abs(joints[:, count:]).max(initial=0.0))
        note = f"joints: {target.robot}'s {count}; left out: {fingers} of fingers, up to {most:.2f}"
        return joints[:, :count], np.arange(count), (f"{note} rad",)
    whose = [name for name, axes in _AXES.items() if _fits(joints, pose, np.array(axes))]
    for name in JOINT_SETS:
        if set(JOINT_SETS[name]) <= set(target.joint_names) and width < count:
            chosen = kept(name, target.joint_names)
            axes = None if target.links is None else target.links.axes[1:][chosen]
            if width != len(chosen) or axes is None or not _fits(joints, pose, axes):
                continue
            result = np.zeros((len(joints), count))
            result[:, chosen] = joints
            left = ", ".join(JOINT_SETS[name])
            note = f"joints: the {width} of {name} by the axes of pose_aa; at 0: {left}"
            return result, chosen, (note,)
    if width == count and not whose:
        return joints, np.arange(count), ()  # neither of the two: what is wrong with it lint says
    file = contents.path.name
    if whose:
        raise ReadError(
            f"{file}: by the axes of pose_aa its {width} joints are those of {_said(whose[0])}, "
            f"not of {target.robot}, which has {count}: give {_advice(whose[0])}"
        )
    several = (
        f". G1 has two sets of 23, {_said('asap23')}, and {_said('g1_23dof')}, and only the axes "
        f"in pose_aa tell which: save it with pose_aa, or give robot='g1_23dof' if it is that"
        if width == 23
        else ""
    )
    raise ReadError(wrong_count(contents, "dof", joints, target) + several)


def _said(name: str) -> str:
    if name in JOINT_SETS:
        return f"the set {name} (the 29 of G1 without the wrists, as ASAP and PBHC have them)"
    return f"Unitree's {name} (waist yaw alone, five joints in each arm)"


def _advice(name: str) -> str:
    return "robot='g1'" if name in JOINT_SETS else f"robot={name!r}"


def _fits(joints: Array, pose: Array | None, axes: Array) -> bool | None:
    """Whether every joint turns about its axis; None where nothing says so."""
    width = joints.shape[1]
    if len(axes) != width:
        return False
    if pose is None or pose.shape[1] <= width:
        return None
    turned = joints[..., None] * axes
    with np.errstate(invalid="ignore", over="ignore"):
        off = np.abs(pose[:, 1 : width + 1] - turned)
    return bool(np.nanmax(off, initial=0.0) < _AGREES)


_LEG = "yxzyyx"
_LETTERS = {"x": (1.0, 0.0, 0.0), "y": (0.0, 1.0, 0.0), "z": (0.0, 0.0, 1.0)}
_AXES = {
    name: [_LETTERS[letter] for letter in letters]
    for name, letters in {
        "asap23": 2 * _LEG + "zxy" + 2 * "yxzy",
        "g1_23dof": 2 * _LEG + "z" + 2 * "yxzyx",
    }.items()
}
"""The axes of G1's sets of 23 joints in order."""
