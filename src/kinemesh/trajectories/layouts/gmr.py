"""GMR's pickles: root, joints, and bodies in the root's frame, by name.

TWIST's and TWIST2's loaders find their key bodies in ``link_body_list``: hands and the head's
marker among them, which no joint moves.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.trajectories.containers import PICKLE, Contents
from kinemesh.trajectories.facts import Facts
from kinemesh.trajectories.layout import Layout
from kinemesh.trajectories.layouts.families.columns import joints_of
from kinemesh.trajectories.motion import Motion
from kinemesh.trajectories.raw import RawBodies, RawMotion, Target


def encode(motion: Motion) -> dict[str, Any]:
    """GMR's table, with the bodies of its own model where the robot lists them."""
    listed = motion.links.listed("gmr")
    root = Rotation.from_quat(np.repeat(motion.base[:, 3:], len(listed.names), axis=0))
    arms = (motion.bodies(listed).positions - motion.base[:, None, :3]).reshape(-1, 3)
    local = root.inv().apply(arms).reshape(len(motion), -1, 3)
    return {
        "fps": motion.stated_fps,
        "root_pos": motion.base[:, :3],
        "root_rot": motion.base[:, 3:],
        "dof_pos": motion.joints,
        "local_body_pos": local.astype(np.float32),
        "link_body_list": list(listed.names),
    }


def decode(facts: Facts, contents: Contents, target: Target) -> RawMotion:
    """Root and joints."""
    joints = joints_of(contents, "dof_pos", target)
    return RawMotion(
        facts,
        target,
        contents.array("root_pos", len(joints), 3),
        contents.array("root_rot", len(joints), 4),
        joints,
        np.arange(joints.shape[1]),
        contents.number("fps", "mocap_frame_rate"),
        facts.where,
    )


def inspect(contents: Contents, raw: RawMotion) -> RawMotion:
    """The bodies that are links of the robot."""
    links, names = raw.links, contents.names.get("link_body_list", ())
    local = contents.arrays.get("local_body_pos")
    own = [k for k, name in enumerate(names) if name in links.names]
    if local is None or local.shape != (len(raw), len(names), 3) or not own:
        return raw
    carriers = np.array([links.names.index(names[k]) for k in own], dtype=np.int64)
    bodies = RawBodies(carriers, np.zeros((len(own), 3)), local[:, own], root=None)
    return replace(raw, bodies=bodies)


LAYOUT = Layout(
    name="gmr",
    container=PICKLE,
    suffixes=(".pkl", ".pickle"),
    keys=("root_pos", "root_rot", "dof_pos"),
    where={
        "place": "root_pos",
        "turn": "root_rot",
        "joints": "dof_pos",
        "bodies": "local_body_pos",
    },
    quaternions="x y z w",
    encode=encode,
    decode=decode,
    inspect=inspect,
)
