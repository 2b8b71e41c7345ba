"""Formats that name their bodies and joints, read by the letter: holosoma's and HDMI's."""

from __future__ import annotations

import numpy as np

from kinemesh.errors import ReadError
from kinemesh.io import Contents
from kinemesh.lint.columns import Claimed, fps_of, free_joint, into, like, rates_of, w_last
from kinemesh.lint.findings import Finding
from kinemesh.lint.held import Held, Listed, Order
from kinemesh.motion.links import Links


def _by_name(contents: Contents, links: Links) -> tuple[Order, list[int]]:
    """Which robot's joint each named column is, and the columns that are its joints."""
    given = list(contents.names.get("joint_names", ()))
    missing = [name for name in links.joints if name not in given]
    if missing:
        raise ReadError(
            f"{contents.path.name} names no joint {', '.join(missing[:5])}; it names "
            f"{', '.join(given[:5])}, ...: check the robot (robot=)"
        )
    index = [k for k, name in enumerate(given) if name in links.joints]
    return np.array([links.joints.index(given[k]) for k in index], dtype=np.int64), index


def _named_bodies(
    contents: Contents, links: Links, frames: int, centre: bool
) -> tuple[Listed, dict[str, int]]:
    """The robot's links among the named bodies, and columns of whatever else is named."""
    given = list(contents.names.get("body_names", ()))
    places = contents.array("body_pos_w", frames, len(given), 3)
    turns = w_last(contents.array("body_quat_w", frames, len(given), 4))
    own = [k for k, name in enumerate(given) if name in links.names]
    if links.names[0] not in given:
        raise ReadError(
            f"{contents.path.name} names no body {links.names[0]!r}, the root of "
            f"{links.robot!r}; it names {', '.join(given[:5])}, ..."
        )
    linear = like(contents, "body_lin_vel_w", frames, len(given), 3)
    angular = like(contents, "body_ang_vel_w", frames, len(given), 3)
    listed = Listed(
        np.array([links.names.index(given[k]) for k in own], dtype=np.int64),
        np.zeros((len(own), 3)),
        places[:, own],
        turns[:, own],
        None if linear is None else linear[:, own],
        None if angular is None else angular[:, own],
        root=[given[k] for k in own].index(links.names[0]),
        centre=centre,
    )
    return listed, {name: k for k, name in enumerate(given) if name not in links.names}


def train(contents: Contents, links: Links) -> Claimed:
    """holosoma: everything named, the free joint before the joints."""
    found: list[Finding] = []
    columns, index = _by_name(contents, links)
    given = len(contents.names.get("joint_names", ()))
    table = contents.array("joint_pos", None, None)
    frames, skip = len(table), table.shape[1] - given
    if skip not in (0, 7):
        raise ReadError(
            f"{contents.path.name}: 'joint_pos' has {table.shape[1]} columns for {given} names; "
            f"expected {given + 7}, the free joint's 7 before the joints'"
        )
    if not skip:
        found.append(free_joint("joint_pos", False, given))
    listed, rest = _named_bodies(contents, links, frames, centre=False)
    if rest.get("world") != 0:
        found.append(
            Finding(
                "world-body",
                "body_names",
                f"the first body is {contents.names['body_names'][0]!r}; no 'world' before it",
                "put the world first, at rest at the origin",
            )
        )
    assert listed.root is not None and listed.turns is not None
    root, turned = listed.places[:, listed.root], listed.turns[:, listed.root]
    velocities = contents.arrays.get("joint_vel")
    root_rates = joint_rates = None
    if velocities is not None and velocities.shape[:1] == (frames,):
        free = velocities.shape[1] - given
        joint_rates = rates_of(velocities[:, [free + k for k in index]], columns, frames)
        root_rates = velocities[:, :6] if free == 6 else None
    tracks, track_rates = {}, {}
    if {"object_pos_w", "object_quat_w"} <= contents.arrays.keys():
        place = contents.array("object_pos_w", frames, 3)
        tracks["object"] = np.hstack([place, w_last(contents.array("object_quat_w", frames, 4))])
        if {"object_lin_vel_w", "object_ang_vel_w"} <= contents.arrays.keys():
            linear = contents.array("object_lin_vel_w", frames, 3)
            track_rates["object"] = np.hstack(
                [linear, contents.array("object_ang_vel_w", frames, 3)]
            )
    return Held(
        "holosoma-train",
        links,
        table[:, :3] if skip else root,
        w_last(table[:, 3:7]) if skip else turned,
        into(table[:, [skip + k for k in index]], columns),
        columns,
        fps_of(contents),
        True,
        {
            "place": "joint_pos, columns 0:3" if skip else "body_pos_w",
            "turn": "joint_pos, columns 3:7" if skip else "body_quat_w",
            "joints": "joint_pos",
            "joint_rates": "joint_vel",
            "root_rates": "joint_vel, columns 0:6",
            "linear": "body_lin_vel_w",
            "angular": "body_ang_vel_w",
            "bodies": "body_pos_w",
        },
        50.0,
        True,
        joint_rates,
        root_rates,
        listed,
        tracks=tracks,
        track_rates=track_rates,
    ), tuple(found)


def hdmi(contents: Contents, links: Links) -> Claimed:
    """HDMI: named bodies, of which those that are no link of the robot are props."""
    columns, index = _by_name(contents, links)
    table = contents.array("joint_pos", None, len(contents.names.get("joint_names", ())))
    frames = len(table)
    listed, rest = _named_bodies(contents, links, frames, centre=True)
    assert listed.root is not None and listed.turns is not None
    arrays = contents.arrays
    tracks, track_rates = {}, {}
    for name, k in rest.items():
        if name == "world":
            continue
        turns = w_last(arrays["body_quat_w"][:, k])
        tracks[name] = np.hstack([arrays["body_pos_w"][:, k], turns])
        if {"body_lin_vel_w", "body_ang_vel_w"} <= arrays.keys():
            linear, angular = arrays["body_lin_vel_w"][:, k], arrays["body_ang_vel_w"][:, k]
            track_rates[name] = np.hstack([linear, angular])
    rates = like(contents, "joint_vel", frames, table.shape[1])
    return Held(
        "hdmi",
        links,
        listed.places[:, listed.root],
        listed.turns[:, listed.root],
        into(table[:, index], columns),
        columns,
        fps_of(contents),
        True,
        {
            "place": "body_pos_w",
            "turn": "body_quat_w",
            "joints": "joint_pos",
            "joint_rates": "joint_vel",
            "linear": "body_lin_vel_w",
            "angular": "body_ang_vel_w",
            "bodies": "body_pos_w",
        },
        50.0,
        True,
        None if rates is None else rates_of(rates[:, index], columns, frames),
        bodies=listed,
        tracks=tracks,
        track_rates=track_rates,
    ), ()
