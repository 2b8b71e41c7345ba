"""What each format says its arrays are: the file read by the letter, its numbers not yet believed.

The readers of :mod:`kinemesh.io` refuse what cannot be right; here it is to be looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.errors import ReadError
from kinemesh.io import LAYOUTS, Contents
from kinemesh.io.decoded import Target
from kinemesh.lint.findings import Finding
from kinemesh.lint.held import Held, Listed, Order
from kinemesh.motion.arrays import Array
from kinemesh.motion.links import Links

Claimed = tuple[Held, tuple[Finding, ...]]
Claim = Callable[[Contents, Links], Claimed]

_STILL = 1e-6
"""The world body is this close [m] to the origin in every frame."""


def _first(quaternions: Array) -> Array:
    """``w x y z`` to ``x y z w``."""
    return np.asarray(quaternions[..., [1, 2, 3, 0]])


def _six(arrays: Mapping[str, Array], linear: str, angular: str, shape: tuple[int, ...]) -> Array:
    return np.concatenate([arrays[linear], arrays[angular]], axis=-1).reshape(shape)


def _joint_columns(contents: Contents, key: str, links: Links) -> tuple[Array, bool, list[Finding]]:
    """``(T, n)`` of ``key``, the free joint's seven columns if they were before it."""
    table, count = contents.array(key, None, None), len(links.joints)
    if table.shape[1] == count + 7:
        return table[:, 7:], True, []
    return contents.array(key, None, count), False, []


def _free(key: str, there: bool, n: int) -> Finding:
    has, wants = (n + 7, n) if there else (n, n + 7)
    return Finding(
        "free-joint",
        key,
        f"{has} columns for {n} joints",
        f"{'drop' if there else 'put'} the free joint's 7 columns (6 of velocities) "
        f"{'' if there else 'before the joints: '}({wants} columns)",
    )


def _nameless(format: str, breadth: bool) -> Claim:
    def claim(contents: Contents, links: Links) -> Claimed:
        found: list[Finding] = []
        joints, free, _ = _joint_columns(contents, "joint_pos", links)
        if free:
            found.append(_free("joint_pos", True, len(links.joints)))
        frames, arrays = len(joints), contents.arrays
        places = contents.array("body_pos_w", frames, None, 3)
        turns = _first(contents.array("body_quat_w", frames, places.shape[1], 4))
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
                f"{links.robot!r} has {len(links)} links: check the robot (--robot)"
            )
        order = links.breadth_first() if breadth else np.arange(len(links))
        columns = links.breadth_first_joints() if breadth else np.arange(len(links.joints))
        linear = _like(contents, "body_lin_vel_w", frames, count, 3)
        angular = _like(contents, "body_ang_vel_w", frames, count, 3)
        rates = arrays.get("joint_vel")
        if rates is not None and rates.ndim == 2 and rates.shape[1] > len(columns):
            rates = rates[:, -len(columns) :]
        held = Held(
            format,
            links,
            places[:, skip],
            turns[:, skip],
            _into(joints, columns),
            columns,
            _fps(contents),
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
            joint_rates=_rates(rates, columns, frames),
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


def _like(contents: Contents, key: str, *shape: int) -> Array | None:
    return contents.array(key, *shape) if key in contents.arrays else None


def _into(values: Array, columns: Order) -> Array:
    result = np.zeros_like(values)
    result[:, columns] = values
    return result


def _rates(values: Array | None, columns: Order, frames: int) -> Array | None:
    if values is None or values.shape != (frames, len(columns)):
        return None
    return _into(values, columns)


def _fps(contents: Contents, *keys: str) -> float | None:
    value = contents.number(*(keys or ("fps",)))
    return None if value is None else value


def _by_name(contents: Contents, links: Links) -> tuple[Order, list[int]]:
    """Which robot's joint each named column is, and the columns that are its joints."""
    given = list(contents.names.get("joint_names", ()))
    missing = [name for name in links.joints if name not in given]
    if missing:
        raise ReadError(
            f"{contents.path.name} names no joint {', '.join(missing[:5])}; it names "
            f"{', '.join(given[:5])}, ...: check the robot (--robot)"
        )
    index = [k for k, name in enumerate(given) if name in links.joints]
    return np.array([links.joints.index(given[k]) for k in index], dtype=np.int64), index


def _named_bodies(
    contents: Contents, links: Links, frames: int, centre: bool
) -> tuple[Listed, dict[str, int]]:
    """The robot's links among the named bodies, and columns of whatever else is named."""
    given = list(contents.names["body_names"])
    places = contents.array("body_pos_w", frames, len(given), 3)
    turns = _first(contents.array("body_quat_w", frames, len(given), 4))
    own = [k for k, name in enumerate(given) if name in links.names]
    if links.names[0] not in given:
        raise ReadError(
            f"{contents.path.name} names no body {links.names[0]!r}, the root of "
            f"{links.robot!r}; it names {', '.join(given[:5])}, ..."
        )
    linear = _like(contents, "body_lin_vel_w", frames, len(given), 3)
    angular = _like(contents, "body_ang_vel_w", frames, len(given), 3)
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


def _train(contents: Contents, links: Links) -> Claimed:
    found: list[Finding] = []
    columns, index = _by_name(contents, links)
    given = len(contents.names["joint_names"])
    table = contents.array("joint_pos", None, None)
    frames, skip = len(table), table.shape[1] - given
    if skip not in (0, 7):
        raise ReadError(
            f"{contents.path.name}: 'joint_pos' has {table.shape[1]} columns for {given} names; "
            f"expected {given + 7}, the free joint's 7 before the joints'"
        )
    if not skip:
        found.append(_free("joint_pos", False, given))
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
        joint_rates = _rates(velocities[:, [free + k for k in index]], columns, frames)
        root_rates = velocities[:, :6] if free == 6 else None
    tracks, track_rates = {}, {}
    if {"object_pos_w", "object_quat_w"} <= contents.arrays.keys():
        place = contents.array("object_pos_w", frames, 3)
        tracks["object"] = np.hstack([place, _first(contents.array("object_quat_w", frames, 4))])
        if {"object_lin_vel_w", "object_ang_vel_w"} <= contents.arrays.keys():
            track_rates["object"] = _six(
                contents.arrays, "object_lin_vel_w", "object_ang_vel_w", (frames, 6)
            )
    return Held(
        "holosoma-train",
        links,
        table[:, :3] if skip else root,
        _first(table[:, 3:7]) if skip else turned,
        _into(table[:, [skip + k for k in index]], columns),
        columns,
        _fps(contents),
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


def _hdmi(contents: Contents, links: Links) -> Claimed:
    columns, index = _by_name(contents, links)
    table = contents.array("joint_pos", None, len(contents.names["joint_names"]))
    frames = len(table)
    listed, rest = _named_bodies(contents, links, frames, centre=True)
    assert listed.root is not None and listed.turns is not None
    arrays = contents.arrays
    tracks, track_rates = {}, {}
    for name, k in rest.items():
        if name == "world":
            continue
        turns = _first(arrays["body_quat_w"][:, k])
        tracks[name] = np.hstack([arrays["body_pos_w"][:, k], turns])
        if {"body_lin_vel_w", "body_ang_vel_w"} <= arrays.keys():
            linear, angular = arrays["body_lin_vel_w"][:, k], arrays["body_ang_vel_w"][:, k]
            track_rates[name] = np.hstack([linear, angular])
    rates = _like(contents, "joint_vel", frames, table.shape[1])
    return Held(
        "hdmi",
        links,
        listed.places[:, listed.root],
        listed.turns[:, listed.root],
        _into(table[:, index], columns),
        columns,
        _fps(contents),
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
        None if rates is None else _rates(rates[:, index], columns, frames),
        bodies=listed,
        tracks=tracks,
        track_rates=track_rates,
    ), ()


def _protomotions(contents: Contents, links: Links) -> Claimed:
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
            _like(contents, "rigid_body_vel", *places.shape),
            _like(contents, "rigid_body_ang_vel", *places.shape),
        )
    columns = np.arange(count)
    return Held(
        "protomotions",
        links,
        places[:, 0],
        turns[:, 0],
        joints,
        columns,
        _fps(contents),
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
        joint_rates=_rates(contents.arrays.get("dof_vel"), columns, frames),
        bodies=listed,
    ), ()


def _sonic(contents: Contents, links: Links) -> Claimed:
    columns = links.breadth_first_joints()
    joints = contents.array("joint_pos", None, len(columns))
    frames = len(joints)
    places = contents.array("body_pos", frames, None, 3)
    count = places.shape[1]
    turns = _first(contents.array("body_quat", frames, count, 4))
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
            _like(contents, "body_lin_vel", frames, count, 3),
            _like(contents, "body_ang_vel", frames, count, 3),
        )
    return Held(
        "sonic",
        links,
        places[:, 0],
        turns[:, 0],
        _into(joints, columns),
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
        joint_rates=_rates(contents.arrays.get("joint_vel"), columns, frames),
        bodies=listed,
    ), ()


def _table(format: str, key: str, order: Sequence[int], first: bool) -> Claim:
    """One pose and the joints a row, then poses of props; ``order`` makes ``x y z qx qy qz qw``."""

    def claim(contents: Contents, links: Links) -> Claimed:
        table, count = contents.array(key, None, None), len(links.joints)
        if table.shape[1] < 7 + count or (table.shape[1] - 7 - count) % 7:
            raise ReadError(
                f"{contents.path.name} holds an array of shape {table.shape}; a robot of {count} "
                f"joints needs (T, {7 + count}), and 7 columns more for each prop: check the "
                f"robot (--robot)"
            )
        blocks = [table[:, k : k + 7][:, order] for k in range(7 + count, table.shape[1], 7)]
        given = contents.names.get("prop_names", ())
        names = (
            given if len(given) == len(blocks) else [f"prop {k + 1}" for k in range(len(blocks))]
        )
        base, before = table[:, :7][:, order], order[0] != 0
        return Held(
            format,
            links,
            base[:, :3],
            base[:, 3:],
            table[:, 7 : 7 + count],
            np.arange(count),
            _fps(contents),
            first,
            {
                "place": f"{key}, columns {'4:7' if before else '0:3'}",
                "turn": f"{key}, columns {'0:4' if before else '3:7'}",
                "joints": f"{key}, columns 7:{7 + count}",
            },
            tracks=dict(zip(names, blocks, strict=True)),
        ), ()

    return claim


def _gmr(contents: Contents, links: Links) -> Claimed:
    count = len(links.joints)
    joints = contents.array("dof_pos", None, count)
    frames = len(joints)
    listed = None
    names, local = contents.names.get("link_body_list", ()), contents.arrays.get("local_body_pos")
    if local is not None and local.shape == (frames, len(names), 3):
        own = [k for k, name in enumerate(names) if name in links.names]
        carriers = np.array([links.names.index(names[k]) for k in own], dtype=np.int64)
        listed = Listed(carriers, np.zeros((len(own), 3)), local[:, own], root=None)
        listed = listed if own else None
    return Held(
        "gmr",
        links,
        contents.array("root_pos", frames, 3),
        contents.array("root_rot", frames, 4),
        joints,
        np.arange(count),
        _fps(contents, "fps", "mocap_frame_rate"),
        False,
        {
            "place": "root_pos",
            "turn": "root_rot",
            "joints": "dof_pos",
            "bodies": "local_body_pos",
        },
        bodies=listed,
    ), ()


def _motionlib(contents: Contents, links: Links) -> Claimed:
    count = len(links.joints)
    place = contents.array("root_trans_offset", None, 3)
    frames, arrays = len(place), contents.arrays
    said = arrays.get("pose_aa")
    if said is not None and (said.ndim != 3 or len(said) != frames or said.shape[1] <= count):
        said = None
    if said is not None:
        said = said[:, : count + 1]
    if "dof" in arrays or said is None:
        joints = contents.array("dof", frames, count)
    else:
        joints = np.sum(said[:, 1:] * links.axes[1:], axis=-1)
    if "root_rot" in arrays or said is None:
        turn = contents.array("root_rot", frames, 4)
    else:
        turn = Rotation.from_rotvec(np.nan_to_num(said[:, 0])).as_quat()
    return Held(
        "motionlib",
        links,
        place,
        turn,
        joints,
        np.arange(count),
        _fps(contents),
        False,
        {"place": "root_trans_offset", "turn": "root_rot", "joints": "dof", "bodies": "pose_aa"},
        said=said,
    ), ()


def _mimickit(contents: Contents, links: Links) -> Claimed:
    frames = contents.array("frames", None, 6 + len(links.joints))
    turns = Rotation.from_rotvec(np.nan_to_num(frames[:, 3:6])).as_quat()
    return Held(
        "mimickit",
        links,
        frames[:, :3],
        turns,
        frames[:, 6:],
        np.arange(len(links.joints)),
        _fps(contents),
        None,
        {
            "place": "frames, columns 0:3",
            "turn": "frames, columns 3:6",
            "joints": "frames, columns 6:",
        },
    ), ()


def _bones(contents: Contents, links: Links) -> Claimed:
    decoded = LAYOUTS["bones-seed"](contents, Target(links.joints, links.robot, links))
    return Held(
        "bones-seed",
        links,
        decoded.base[:, :3],
        decoded.base[:, 3:],
        decoded.joints,
        np.arange(len(links.joints)),
        None,
        None,
        {
            "place": "root_translateX, Y, Z",
            "turn": "root_rotateX, Y, Z",
            "joints": "the columns ..._dof",
        },
        120.0,
        True,
    ), ()


CLAIMS: Mapping[str, Claim] = MappingProxyType(
    {
        "beyondmimic": _nameless("beyondmimic", breadth=True),
        "mjlab": _nameless("mjlab", breadth=False),
        "holosoma-train": _train,
        "holosoma": _table("holosoma", "qpos", (0, 1, 2, 4, 5, 6, 3), True),
        "omniretarget": _table("omniretarget", "qpos", (4, 5, 6, 1, 2, 3, 0), True),
        "unitree-csv": _table("unitree-csv", "table", (0, 1, 2, 3, 4, 5, 6), False),
        "kimodo": _table("kimodo", "table", (0, 1, 2, 4, 5, 6, 3), True),
        "bones-seed": _bones,
        "gmr": _gmr,
        "motionlib": _motionlib,
        "protomotions": _protomotions,
        "hdmi": _hdmi,
        "mimickit": _mimickit,
        "sonic": _sonic,
    }
)
"""Format to the file read by its letter."""


def claimed(contents: Contents, format: str, links: Links) -> Claimed:
    """The file read by the letter of ``format``, and what its shapes give away.

    Raises:
        ReadError: it has not the arrays of this format, or not for this robot.
    """
    held, found = CLAIMS[format](contents, links)
    if not len(held):
        raise ReadError(f"{contents.path.name} has no frames")
    return replace(held, place=np.asarray(held.place, dtype=np.float64)), found
