"""holosoma's archives for training: everything named, the free joint before the joints.

``joint_vel`` is a ``qvel``: the root's velocity in the world and its angular velocity in its own
axes. Velocities of bodies are those of the links' origins, in the world.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from kinemesh.errors import ReadError
from kinemesh.trajectories.containers import NPZ, Contents
from kinemesh.trajectories.facts import Facts
from kinemesh.trajectories.findings import Finding, Oddity
from kinemesh.trajectories.layout import Layout
from kinemesh.trajectories.layouts.families.columns import free_joint, w_last
from kinemesh.trajectories.layouts.families.named import joint_columns, named_bodies, robots_bodies
from kinemesh.trajectories.motion import Motion
from kinemesh.trajectories.raw import RawMotion, Target

_OBJECT = ("object_pos_w", "object_quat_w")
_OBJECT_RATES = ("object_lin_vel_w", "object_ang_vel_w")


def encode(motion: Motion) -> dict[str, Any]:
    """Named joints after the free joint, named bodies after the world, the first prop's motion."""
    root = motion.moving
    free = motion.base[:, [0, 1, 2, 6, 3, 4, 5]]
    bodies = {
        "body_pos_w": (np.zeros(3), root.positions),
        "body_quat_w": (np.array([1.0, 0.0, 0.0, 0.0]), root.wxyz),
        "body_lin_vel_w": (np.zeros(3), root.linear),
        "body_ang_vel_w": (np.zeros(3), root.angular),
    }
    arrays: dict[str, Any] = {
        "fps": np.array([motion.stated_fps]),
        "joint_pos": np.hstack([free, motion.joints]),
        "joint_vel": motion.qvel,
        **{
            key: np.concatenate(
                [np.broadcast_to(world, (len(motion), 1, len(world))), values], axis=1
            )
            for key, (world, values) in bodies.items()
        },
        "joint_names": np.array(motion.links.joints),
        "body_names": np.array(["world", *motion.links.names]),
    }
    for prop in list(motion.props.values())[:1]:
        arrays |= {
            "object_pos_w": prop.positions[:, 0],
            "object_quat_w": prop.wxyz[:, 0],
            "object_lin_vel_w": prop.linear[:, 0],
            "object_ang_vel_w": prop.angular[:, 0],
        }
    return arrays


def decode(facts: Facts, contents: Contents, target: Target) -> RawMotion:
    """The root by the free joint, by its body where there is none."""
    given, name = contents.names.get("joint_names", ()), contents.path.name
    columns = joint_columns(contents, given, target)
    table = contents.array("joint_pos", None, None)
    frames, skip = len(table), table.shape[1] - len(given)
    if skip not in (0, 7):
        raise ReadError(
            f"{name}: 'joint_pos' has {table.shape[1]} columns for {len(given)} names; expected "
            f"{len(given) + 7}, the free joint's 7 before the joints'"
        )
    bodies = named_bodies(contents, frames, target)
    place, turn, where = table[:, :3], w_last(table[:, 3:7]), facts.where
    oddities = []
    if not skip:
        place, turn = bodies.places[:, bodies.root], bodies.turns[:, bodies.root]
        where = {**where, "place": "body_pos_w", "turn": "body_quat_w"}
        warning = (
            f"{name}: 'joint_pos' lacks the free joint's 7 columns: holosoma's loader refuses it"
        )
        oddities.append(free_joint("joint_pos", False, len(given), warning=warning))
    if bodies.names[:1] != ("world",):
        finding = Finding(
            "world-body",
            "body_names",
            f"the first body is {bodies.names[0]!r}; no 'world' before it",
            "put the world first, at rest at the origin",
        )
        oddities.append(Oddity(finding))
    tracks = {}
    if set(_OBJECT) <= contents.arrays.keys():
        moved = contents.array(_OBJECT[0], frames, 3)
        tracks["object"] = np.hstack([moved, w_last(contents.array(_OBJECT[1], frames, 4))])
    return RawMotion(
        facts,
        target,
        place,
        turn,
        table[:, [skip + k for k in columns]],
        np.arange(len(columns)),
        contents.number("fps"),
        where,
        tracks,
        oddities=tuple(oddities),
    )


def inspect(contents: Contents, raw: RawMotion) -> RawMotion:
    """Bodies and all velocities."""
    frames, given = len(raw), contents.names["joint_names"]
    rates = contents.arrays.get("joint_vel")
    joint_rates = root_rates = None
    if rates is not None and rates.shape[:1] == (frames,):
        free = rates.shape[1] - len(given)
        joint_rates = rates[:, [free + k for k in joint_columns(contents, given, raw.target)]]
        root_rates = rates[:, :6] if free == 6 else None
    track_rates = {}
    if raw.tracks and set(_OBJECT_RATES) <= contents.arrays.keys():
        track_rates["object"] = np.hstack([contents.array(key, frames, 3) for key in _OBJECT_RATES])
    return replace(
        raw,
        joint_rates=joint_rates,
        root_rates=root_rates,
        bodies=robots_bodies(contents, raw),
        track_rates=track_rates,
    )


LAYOUT = Layout(
    name="holosoma-train",
    container=NPZ,
    suffixes=(".npz",),
    keys=("joint_pos", "body_pos_w", "body_quat_w"),
    names=("joint_names", "body_names"),
    where={
        "place": "joint_pos, columns 0:3",
        "turn": "joint_pos, columns 3:7",
        "joints": "joint_pos",
        "joint_rates": "joint_vel",
        "root_rates": "joint_vel, columns 0:6",
        "linear": "body_lin_vel_w",
        "angular": "body_ang_vel_w",
        "bodies": "body_pos_w",
        "turns": "body_quat_w",
    },
    quaternions="w x y z",
    named_joints=True,
    fps=50.0,
    fps_shape=(1,),
    props=1,
    encode=encode,
    decode=decode,
    inspect=inspect,
    tells=lambda contents, target: "qpos" not in contents.arrays,
)
