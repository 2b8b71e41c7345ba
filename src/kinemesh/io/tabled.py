"""Layouts that are pickles: GMR's, motion libraries', MimicKit's."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.io.contents import Contents
from kinemesh.io.decoded import Decoded, Target, finite, joints_of, unit
from kinemesh.io.jointsets import whole_joints
from kinemesh.motion.arrays import Array


def gmr(contents: Contents, target: Target) -> Decoded:
    """GMR: root, joints, w last."""
    joints = joints_of(contents, "dof_pos", target)
    place = contents.array("root_pos", len(joints), 3)
    turn = contents.array("root_rot", len(joints), 4)
    rate = contents.number("fps", "mocap_frame_rate")
    return Decoded(np.hstack([place, turn]), joints, rate, "x y z w")


def mimickit(contents: Contents, target: Target) -> Decoded:
    """MimicKit: root place, root exponential map, joints."""
    frames = contents.array("frames", None, 6 + len(target.joint_names))
    turns = Rotation.from_rotvec(finite(contents, "frames", frames)[:, 3:6]).as_quat()
    base = np.hstack([frames[:, :3], turns])
    return Decoded(base, frames[:, 6:], contents.number("fps"), "none: exponential map")


def motionlib(contents: Contents, target: Target) -> Decoded:
    """PHC, ASAP, SONIC: w last; ``pose_aa`` says the same of the root, and tells."""
    count = len(target.joint_names)
    place = contents.array("root_trans_offset", None, 3)
    frames = len(place)
    pose = contents.arrays.get("pose_aa")
    if pose is not None and (pose.ndim != 3 or pose.shape[0] != frames or pose.shape[2] != 3):
        pose = None
    notes: tuple[str, ...] = ()
    if "dof" in contents.arrays:
        own = contents.array("dof", frames, None)
        joints, notes = whole_joints(contents, own, pose, target)
    elif pose is not None and pose.shape[1] > count and target.links is not None:
        joints = np.sum(pose[:, 1 : count + 1] * target.links.axes[1:], axis=-1)
    else:
        joints = joints_of(contents, "dof", target, frames)
    order = "x y z w"
    warnings: tuple[str, ...] = ()
    if "root_rot" in contents.arrays:
        turn = contents.array("root_rot", frames, 4)
        if pose is not None and _is_first(contents, turn, pose[:, 0]):
            order = "w x y z"
            turn = turn[:, [1, 2, 3, 0]]
            warnings = (
                f"{contents.path.name}: its root_rot has w first, by pose_aa; motion libraries "
                f"have it last",
            )
    elif pose is not None:
        turn = Rotation.from_rotvec(finite(contents, "pose_aa", pose[:, 0])).as_quat()
    else:
        turn = contents.array("root_rot", frames, 4)
    rate = contents.number("fps")
    base = np.hstack([place, turn])
    return Decoded(base, joints, rate, order, notes=notes, warnings=warnings)


def _is_first(contents: Contents, turn: Array, rotvec: Array) -> bool:
    """Whether quaternions agree with exponential maps only when w is first."""
    unit(contents, "root_rot", turn, "x y z w")
    said = Rotation.from_rotvec(finite(contents, "pose_aa", rotvec))
    last, first = Rotation.from_quat(turn), Rotation.from_quat(turn[:, [1, 2, 3, 0]])
    off = [float(np.median((said.inv() * found).magnitude())) for found in (last, first)]
    return off[1] < 0.01 < off[0]
