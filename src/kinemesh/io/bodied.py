"""Layouts that list every body: BeyondMimic, mjlab, holosoma, HDMI, ProtoMotions, SONIC."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kinemesh.errors import ReadError
from kinemesh.io.contents import Contents
from kinemesh.io.decoded import (
    Decode,
    Decoded,
    Target,
    finite,
    into,
    joints_of,
    named,
    pose,
    unit,
)
from kinemesh.io.orders import joint_misfit, link_misfit, orders
from kinemesh.motion.arrays import Array

_ANOTHER = 0.02
"""Links this far [m] from where the robot has them are another robot's."""


def nameless(breadth: bool) -> Decode:
    """BeyondMimic's (breadth first) or mjlab's: the same keys, no names, the root at the head."""
    wanted = "breadth first" if breadth else "depth first"

    def decode(contents: Contents, target: Target) -> Decoded:
        joints = joints_of(contents, "joint_pos", target)
        contents.array("body_pos_w", len(joints), None, 3)
        contents.array("body_quat_w", len(joints), None, 4)
        notes: tuple[str, ...] = ()
        warnings: tuple[str, ...] = ()
        order = wanted
        if target.links is not None and len(target.links) == contents.arrays["body_pos_w"].shape[1]:
            bodies, found, notes, warnings = body_order(contents, target)
            if bodies != wanted:
                warnings = (
                    *warnings,
                    f"{contents.path.name}: its bodies are {bodies}, not {wanted}",
                )
            order = found
        elif breadth and target.links is None:
            raise ReadError(
                f"{contents.path.name}: joints breadth first can only be told with the robot's "
                f"links: give links="
            )
        if order == "breadth first":
            assert target.links is not None  # without links no order is found
            joints = into(joints, target.links.breadth_first_joints())
        return Decoded(
            _root(contents, 0), joints, contents.number("fps"), "w x y z", 50.0, {}, notes, warnings
        )

    return decode


def body_order(
    contents: Contents, target: Target
) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    """The orders of bodies and joints that fit the robot, with notes and warnings.

    Raises:
        ReadError: no links to compare with, or other numbers of bodies than the robot has.
    """
    name, links = contents.path.name, target.links
    joints = joints_of(contents, "joint_pos", target)
    places = finite(contents, "body_pos_w", contents.array("body_pos_w", len(joints), None, 3))
    turns = contents.array("body_quat_w", *places.shape[:2], 4)
    finite(contents, "joint_pos", joints)
    if links is None:
        raise ReadError(
            f"{name} does not name its bodies: whether it is BeyondMimic's or mjlab's can only be "
            f"told with the robot's links: give links=, or format="
        )
    if places.shape[1] != len(links):
        raise ReadError(
            f"{name} has {places.shape[1]} bodies without names; the robot {target.robot!r} has "
            f"{len(links)} links: check the robot, or say which layout it is (format=...)"
        )
    unit(contents, "a body", turns.reshape(-1, 4), "w x y z")
    xyzw = turns[..., [1, 2, 3, 0]]
    known = orders(links)
    fits = {kind: link_misfit(links, known[kind][0], places, xyzw) for kind in known}
    bodies = min(fits, key=lambda kind: fits[kind])
    turned = {
        kind: joint_misfit(links, known[bodies][0], known[kind][1], xyzw, joints) for kind in known
    }
    found = min(turned, key=lambda kind: turned[kind])
    note = (
        f"order: bodies {bodies}, joints {found} (found: links fit {target.robot} to "
        f"{fits[bodies] * 1e3:.1f} mm and {np.rad2deg(turned[found]):.2f} deg)"
    )
    warnings = []
    if found != bodies:
        warnings.append(
            f"{name}: its bodies are {bodies} and its joints {found}: no trainer reads both right"
        )
    if fits[bodies] > _ANOTHER:
        warnings.append(
            f"{name}: its bodies lie {fits[bodies] * 1e3:.0f} mm from where {target.robot}'s links "
            f"are: is it another robot's?"
        )
    return bodies, found, (note,), tuple(warnings)


def train(contents: Contents, target: Target) -> Decoded:
    """holosoma: everything named, ``joint_pos`` with the free joint before the joints."""
    given = list(contents.names.get("joint_names", ()))
    bodies = list(contents.names.get("body_names", ()))
    columns = named(contents, given, target)
    joints = contents.array("joint_pos", None, None)
    warnings = []
    skip = joints.shape[1] - len(given)
    if skip not in (0, 7):
        raise ReadError(
            f"{contents.path.name}: 'joint_pos' has {joints.shape[1]} columns for {len(given)} "
            f"names; expected {len(given) + 7}, the free joint's 7 before the joints'"
        )
    if skip == 0:
        warnings.append(
            f"{contents.path.name}: 'joint_pos' lacks the free joint's 7 columns: holosoma's "
            f"loader refuses it"
        )
    contents.array("body_pos_w", len(joints), len(bodies), 3)
    contents.array("body_quat_w", len(joints), len(bodies), 4)
    root = _root_body(contents, bodies, target)
    tracks = {}
    if {"object_pos_w", "object_quat_w"} <= contents.arrays.keys():
        place = contents.array("object_pos_w", len(joints), 3)
        turn = contents.array("object_quat_w", len(joints), 4)
        tracks["object"] = pose(np.hstack([place, turn]), "p w x y z")
    base = pose(joints[:, :7], "p w x y z") if skip else _root(contents, root)
    index = [skip + given.index(name) for name in columns]
    rate = contents.number("fps")
    return Decoded(base, joints[:, index], rate, "w x y z", 50.0, tracks, (), tuple(warnings))


def hdmi(contents: Contents, target: Target) -> Decoded:
    """HDMI: named bodies, of which those that are no link of the robot are props."""
    given, bodies = list(contents.names["joint_names"]), list(contents.names["body_names"])
    columns = named(contents, given, target)
    joints = contents.array("joint_pos", None, len(given))
    places = contents.array("body_pos_w", len(joints), len(bodies), 3)
    turns = contents.array("body_quat_w", len(joints), len(bodies), 4)
    root = _root_body(contents, bodies, target)
    own = {*(target.links.names if target.links else ()), "world"}
    props = [k for k, name in enumerate(bodies) if target.links and name not in own]
    tracks = {bodies[k]: pose(np.hstack([places[:, k], turns[:, k]]), "p w x y z") for k in props}
    index = [given.index(name) for name in columns]
    rate = contents.number("fps")
    return Decoded(_root(contents, root), joints[:, index], rate, "w x y z", 50.0, tracks)


def protomotions(contents: Contents, target: Target) -> Decoded:
    """ProtoMotions: joints in MuJoCo's order, the root the first body, w last."""
    joints = joints_of(contents, "dof_pos", target)
    places = contents.array("rigid_body_pos", len(joints), None, 3)
    turns = contents.array("rigid_body_rot", *places.shape[:2], 4)
    base = np.hstack([places[:, 0], turns[:, 0]])
    return Decoded(base, joints, contents.number("fps"), "x y z w")


def sonic(contents: Contents, target: Target) -> Decoded:
    """SONIC's deployment: joints breadth first, the root the first of the listed bodies."""
    joints = joints_of(contents, "joint_pos", target)
    places = contents.array("body_pos", len(joints), None, 3)
    turns = contents.array("body_quat", len(joints), None, 4)
    listed = contents.arrays.get("body_part_indexes", np.zeros(1))
    if listed.size and listed[0] != 0:
        raise ReadError(
            f"{contents.path.name}: metadata.txt lists body {listed[0]:g} first; expected 0, the "
            f"root"
        )
    if target.links is None:
        raise ReadError(
            f"{contents.path.name}: joints breadth first can only be told with the robot's links: "
            f"give links="
        )
    base = pose(np.hstack([places[:, 0], turns[:, 0]]), "p w x y z")
    order = target.links.breadth_first_joints()
    return Decoded(base, into(joints, order), None, "w x y z", usual=50.0)


def _root_body(contents: Contents, bodies: Sequence[str], target: Target) -> int:
    """Which body is the robot's root: by name, or the first that is not the world."""
    root = target.links.names[0] if target.links else None
    if root is None:
        return 1 if bodies and bodies[0] == "world" else 0
    if root not in bodies:
        raise ReadError(
            f"{contents.path.name} names no body {root!r}, the root of {target.robot!r}; it names "
            f"{', '.join(bodies[:5])}, ..."
        )
    return list(bodies).index(root)


def _root(contents: Contents, index: int) -> Array:
    places, turns = contents.arrays["body_pos_w"], contents.arrays["body_quat_w"]
    return pose(np.hstack([places[:, index], turns[:, index]]), "p w x y z")
