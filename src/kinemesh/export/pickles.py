"""Pickles: GMR's, the motion libraries of PHC, ASAP and SONIC, MimicKit's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.export.motion import Motion
from kinemesh.export.pickled import pickled
from kinemesh.io.jointsets import EXTENDED, kept


def write_gmr(motion: Motion, path: Path) -> None:
    """GMR's table, with the links in the root's frame, which TWIST's loader asks for."""
    root = Rotation.from_quat(np.repeat(motion.base[:, 3:], len(motion.links), axis=0))
    arms = (motion.moving.positions - motion.base[:, None, :3]).reshape(-1, 3)
    local = root.inv().apply(arms).reshape(len(motion), -1, 3)
    _save(
        path,
        {
            "fps": _fps(motion),
            "root_pos": motion.base[:, :3],
            "root_rot": motion.base[:, 3:],
            "dof_pos": motion.joints,
            "local_body_pos": local.astype(np.float32),
            "link_body_list": list(motion.links.names),
        },
    )


def write_motionlib(motion: Motion, path: Path, joint_set: str | None = None) -> None:
    """One motion under its name, as ``joblib.load`` reads it.

    ``pose_aa`` is every body's turn against its parent: the root's in the world, then axis times
    angle of each joint. ``smpl_joints`` are zeros, as SONIC's own converter writes them: a robot
    has none. A set of joints (:data:`kinemesh.io.jointsets.JOINT_SETS`) is written with the bodies
    that follow its own in ``pose_aa``.
    """
    axes, joints, more = motion.links.axes[1:], motion.joints, 0
    if joint_set is not None:
        chosen = kept(joint_set, motion.links.joints)
        axes, joints, more = axes[chosen], joints[:, chosen], EXTENDED[joint_set]
    turns = Rotation.from_quat(motion.base[:, 3:]).as_rotvec()
    pose = np.concatenate([turns[:, None], joints[..., None] * axes], axis=1)
    pose = np.pad(pose, ((0, 0), (0, more), (0, 0)))
    entry: dict[str, Any] = {
        "root_trans_offset": motion.base[:, :3].astype(np.float32),
        "pose_aa": pose.astype(np.float32),
        "dof": joints.astype(np.float32),
        "root_rot": motion.base[:, 3:].astype(np.float32),
        "smpl_joints": np.zeros((len(motion), 24, 3), np.float32),
        "fps": _fps(motion),
    }
    if {"left", "right"} <= motion.stance.keys():
        feet = np.stack([motion.stance["left"], motion.stance["right"]], axis=1)
        entry["contact_mask"] = feet.astype(np.float32)
    _save(path, {motion.name: entry})


def write_mimickit(motion: Motion, path: Path) -> None:
    """Frames of root place, root exponential map and joints, as lists; not a loop."""
    turns = Rotation.from_quat(motion.base[:, 3:]).as_rotvec()
    frames = np.hstack([motion.base[:, :3], turns, motion.joints])
    _save(path, {"loop_mode": 0, "fps": _fps(motion), "frames": frames.tolist()})


def _fps(motion: Motion) -> float:
    return int(motion.fps) if float(motion.fps).is_integer() else motion.fps


def _save(path: Path, value: dict[str, Any]) -> None:
    path.write_bytes(pickled(value))
