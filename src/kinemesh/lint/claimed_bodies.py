"""Formats that list bodies without names, read by the letter."""

from __future__ import annotations

import numpy as np

from kinemesh.errors import ReadError
from kinemesh.io import Contents
from kinemesh.lint.columns import Claim, Claimed, fps_of, free_joint, into, like, rates_of, w_last
from kinemesh.lint.findings import Finding
from kinemesh.lint.held import Held, Listed
from kinemesh.motion.links import Links

_STILL = 1e-6
"""The world body is this close [m] to the origin in every frame."""


def nameless(format: str, breadth: bool) -> Claim:
    """BeyondMimic's (breadth first) or mjlab's: the same keys, no names."""

    def claim(contents: Contents, links: Links) -> Claimed:
        found: list[Finding] = []
        joints, count = contents.array("joint_pos", None, None), len(links.joints)
        if joints.shape[1] == count + 7:
            joints = joints[:, 7:]
            found.append(free_joint("joint_pos", True, count))
        elif joints.shape[1] != count:
            contents.array("joint_pos", None, count)
        frames, arrays = len(joints), contents.arrays
        places = contents.array("body_pos_w", frames, None, 3)
        turns = w_last(contents.array("body_quat_w", frames, places.shape[1], 4))
        count, skip = places.shape[1], 0
        if count == len(links) + 1 and np.abs(places[:, 0]).max() < _STILL:
            skip = 1
            found.append(
                Finding(
                    "world-body",
                    "body_pos_w, column 0",
                    f"{count} bodies for {len(links)} links; the first stays at the origin",
                    f"drop it: readers of {format} take the first body for the root",
                )
            )
        elif count != len(links):
            raise ReadError(
                f"{contents.path.name} has {count} bodies without names; the robot "
                f"{links.robot!r} has {len(links)} links: check the robot (robot=)"
            )
        order = links.breadth_first() if breadth else np.arange(len(links))
        columns = links.breadth_first_joints() if breadth else np.arange(len(links.joints))
        linear = like(contents, "body_lin_vel_w", frames, count, 3)
        angular = like(contents, "body_ang_vel_w", frames, count, 3)
        rates = arrays.get("joint_vel")
        if rates is not None and rates.ndim == 2 and rates.shape[1] > len(columns):
            rates = rates[:, -len(columns) :]
        held = Held(
            format,
            links,
            places[:, skip],
            turns[:, skip],
            into(joints, columns),
            columns,
            fps_of(contents),
            True,
            {
                "place": f"body_pos_w, column {skip}",
                "turn": "body_quat_w",
                "joints": "joint_pos",
                "joint_rates": "joint_vel",
                "linear": "body_lin_vel_w",
                "angular": "body_ang_vel_w",
                "bodies": "body_pos_w",
            },
            50.0,
            joint_rates=rates_of(rates, columns, frames),
            bodies=Listed(
                order,
                np.zeros((len(order), 3)),
                places[:, skip:],
                turns[:, skip:],
                None if linear is None else linear[:, skip:],
                None if angular is None else angular[:, skip:],
                centre=breadth,
                nameless=True,
            ),
        )
        return held, tuple(found)

    return claim


def protomotions(contents: Contents, links: Links) -> Claimed:
    """ProtoMotions: its own model's bodies, w last."""
    count = len(links.joints)
    joints = contents.array("dof_pos", None, count)
    frames = len(joints)
    places = contents.array("rigid_body_pos", frames, None, 3)
    turns = contents.array("rigid_body_rot", frames, places.shape[1], 4)
    own = links.listed("protomotions")
    listed = None
    if len(own.names) == places.shape[1]:
        listed = Listed(
            own.carriers,
            own.offsets,
            places,
            turns,
            like(contents, "rigid_body_vel", *places.shape),
            like(contents, "rigid_body_ang_vel", *places.shape),
        )
    columns = np.arange(count)
    return Held(
        "protomotions",
        links,
        places[:, 0],
        turns[:, 0],
        joints,
        columns,
        fps_of(contents),
        False,
        {
            "place": "rigid_body_pos, column 0",
            "turn": "rigid_body_rot",
            "joints": "dof_pos",
            "joint_rates": "dof_vel",
            "linear": "rigid_body_vel",
            "angular": "rigid_body_ang_vel",
            "bodies": "rigid_body_pos",
        },
        joint_rates=rates_of(contents.arrays.get("dof_vel"), columns, frames),
        bodies=listed,
    ), ()


def sonic(contents: Contents, links: Links) -> Claimed:
    """SONIC's deployment: joints breadth first, listed bodies."""
    columns = links.breadth_first_joints()
    joints = contents.array("joint_pos", None, len(columns))
    frames = len(joints)
    places = contents.array("body_pos", frames, None, 3)
    count = places.shape[1]
    turns = w_last(contents.array("body_quat", frames, count, 4))
    indexes = contents.arrays.get("body_part_indexes")
    order = links.breadth_first()
    carriers = links.listed("sonic").carriers
    if indexes is not None and indexes.size == count and indexes.max() < len(order):
        carriers = order[indexes.astype(np.int64)]
    listed = None
    if len(carriers) == count and carriers[0] == 0:
        listed = Listed(
            carriers,
            np.zeros((count, 3)),
            places,
            turns,
            like(contents, "body_lin_vel", frames, count, 3),
            like(contents, "body_ang_vel", frames, count, 3),
        )
    return Held(
        "sonic",
        links,
        places[:, 0],
        turns[:, 0],
        into(joints, columns),
        columns,
        None,
        True,
        {
            "place": "body_pos.csv, columns 0:3",
            "turn": "body_quat.csv",
            "joints": "joint_pos.csv",
            "joint_rates": "joint_vel.csv",
            "linear": "body_lin_vel.csv",
            "angular": "body_ang_vel.csv",
            "bodies": "body_pos.csv",
        },
        50.0,
        joint_rates=rates_of(contents.arrays.get("joint_vel"), columns, frames),
        bodies=listed,
    ), ()
