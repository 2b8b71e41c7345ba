"""OmniContact's archives: IsaacLab's orders without names, one object, and who is on it.

``NPZmotion_reference.py`` takes bodies by their column: pelvis, torso, ankles and palms of the 39
that the robot lists. Contacts are a column each for left and right foot, left and right hand, and
are of the object alone. Where there is no object its columns are zeros, as those of the two tables
are in the tool's own files.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from kinemesh.arrays import Array
from kinemesh.motion.parts import HANDS
from kinemesh.trajectories.containers import NPZ, Contents
from kinemesh.trajectories.facts import Facts
from kinemesh.trajectories.layout import Layout
from kinemesh.trajectories.layouts.families.columns import (
    joints_of,
    like,
    links_of,
    rates_of,
    w_last,
)
from kinemesh.trajectories.motion import Motion
from kinemesh.trajectories.raw import RawBodies, RawMotion, Target, into

_ENDS = (
    "left_rubber_hand",
    "right_rubber_hand",
    "left_ankle_roll_link",
    "right_ankle_roll_link",
    "mid360_link",
)
"""The bodies of ``ee_pos_w``, as far as the robot lists them; the tool is for G1."""
_FEET = 2
"""Columns of ``contact_info`` before the hands'."""
_OBJECT = ("object_pos_w", "object_quat_w")
_OBJECT_RATES = ("object_lin_vel_w", "object_ang_vel_w")


def encode(motion: Motion) -> dict[str, Any]:
    """The bodies that the robot lists, velocities of their origins; the first prop.

    What is fixed to a link turns as the link does: cameras without their tilt.
    """
    listed = motion.links.listed("isaaclab")
    bodies, columns = motion.bodies(listed), motion.links.breadth_first_joints()
    ends = [listed.names.index(name) for name in _ENDS if name in listed.names]
    none = np.zeros((len(motion), 3))
    arrays: dict[str, Array] = {
        "base_pos_w": motion.base[:, :3],
        "base_quat_w": motion.base[:, [6, 3, 4, 5]],
        "joint_pos": motion.joints[:, columns],
        "joint_vel": motion.joint_velocity[:, columns],
        "body_pos_w": bodies.positions,
        "body_quat_w": bodies.wxyz,
        "body_lin_vel_w": bodies.linear,
        "body_ang_vel_w": bodies.angular,
        "ee_pos_w": bodies.positions[:, ends],
        "ee_quat_w": bodies.wxyz[:, ends],
        "object_pos_w": none,
        "object_quat_w": np.tile([1.0, 0.0, 0.0, 0.0], (len(motion), 1)),
        "object_lin_vel_w": none,
        "object_ang_vel_w": none,
        "table1_pos_w": none,
        "table2_pos_w": none,
        "contact_info": np.zeros((len(motion), _FEET + len(HANDS), 1)),
    }
    for name, prop in list(motion.props.items())[:1]:
        arrays |= {
            "object_pos_w": prop.positions[:, 0],
            "object_quat_w": prop.wxyz[:, 0],
            "object_lin_vel_w": prop.linear[:, 0],
            "object_ang_vel_w": prop.angular[:, 0],
        }
        for k, hand in enumerate(HANDS):
            held = motion.touch.get((hand, name))
            if held is not None:
                arrays["contact_info"][:, _FEET + k, 0] = held
    single = {key: values.astype(np.float32) for key, values in arrays.items()}
    return {"fps": np.array([motion.fps], np.float32), **single}


def decode(facts: Facts, contents: Contents, target: Target) -> RawMotion:
    """The root is the first body; an object that is nowhere but at the origin is none."""
    joints = joints_of(contents, "joint_pos", target)
    places = contents.array("body_pos_w", len(joints), None, 3)
    turns = w_last(contents.array("body_quat_w", *places.shape[:2], 4))
    columns = links_of(contents, target).breadth_first_joints()
    moved, turned = (
        contents.array(key, len(joints), n) for key, n in zip(_OBJECT, (3, 4), strict=True)
    )
    tracks = {"object": np.hstack([moved, w_last(turned)])} if np.any(moved) else {}
    return RawMotion(
        facts,
        target,
        places[:, 0],
        turns[:, 0],
        into(joints, columns),
        columns,
        contents.number("fps"),
        facts.where,
        tracks,
    )


def inspect(contents: Contents, raw: RawMotion) -> RawMotion:
    """Those of the bodies that are links, and all velocities."""
    places, listed = contents.arrays["body_pos_w"], raw.links.listed("isaaclab")
    bodies = None
    if places.shape[1] == len(listed.names):
        own = [k for k, name in enumerate(listed.names) if name in raw.links.names]
        linear, angular = (
            like(contents, key, *places.shape) for key in ("body_lin_vel_w", "body_ang_vel_w")
        )
        bodies = RawBodies(
            listed.carriers[own],
            listed.offsets[own],
            places[:, own],
            w_last(contents.arrays["body_quat_w"])[:, own],
            None if linear is None else linear[:, own],
            None if angular is None else angular[:, own],
        )
    track_rates = {}
    if raw.tracks and set(_OBJECT_RATES) <= contents.arrays.keys():
        track_rates["object"] = np.hstack(
            [contents.array(key, len(raw), 3) for key in _OBJECT_RATES]
        )
    rates = rates_of(contents.arrays.get("joint_vel"), raw.columns, len(raw))
    return replace(raw, bodies=bodies, joint_rates=rates, track_rates=track_rates)


LAYOUT = Layout(
    name="omnicontact",
    container=NPZ,
    suffixes=(".npz",),
    keys=("joint_pos", "body_pos_w", "body_quat_w", *_OBJECT, "contact_info"),
    where={
        "place": "body_pos_w, column 0",
        "turn": "body_quat_w",
        "joints": "joint_pos",
        "joint_rates": "joint_vel",
        "linear": "body_lin_vel_w",
        "angular": "body_ang_vel_w",
        "bodies": "body_pos_w",
    },
    quaternions="w x y z",
    breadth_first=True,
    fps=50.0,
    fps_shape=(1,),
    props=1,
    encode=encode,
    decode=decode,
    inspect=inspect,
)
