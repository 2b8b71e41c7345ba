"""The motion libraries of PHC, ASAP and SONIC: a table of motions by name.

``pose_aa`` is every body's turn against its parent: the root's in the world, then axis times angle
of each joint.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.motion.links import Bodies
from kinemesh.motion.parts import HANDS
from kinemesh.trajectories.checks import finite, unit
from kinemesh.trajectories.containers import PICKLE, Contents
from kinemesh.trajectories.facts import Facts
from kinemesh.trajectories.layout import Companion, Layout
from kinemesh.trajectories.layouts.families.columns import joints_of, w_last
from kinemesh.trajectories.layouts.families.jointsets import EXTENDED, FINGERS, kept, whole_joints
from kinemesh.trajectories.motion import Motion
from kinemesh.trajectories.raw import RawMotion, Target


def encode(motion: Motion) -> dict[str, Any]:
    """One motion under its name, as ``joblib.load`` reads it.

    ``smpl_joints`` are zeros, as SONIC's own converter writes them: a robot has none. A set of
    joints is written with the bodies that follow its own in ``pose_aa``, and fingers in ``dof``.
    """
    axes, joints, more, fingers = motion.links.axes[1:], motion.joints, 0, 0
    if motion.joint_set is not None:
        chosen = kept(motion.joint_set, motion.links.joints)
        axes, joints, more = axes[chosen], joints[:, chosen], EXTENDED[motion.joint_set]
        fingers = FINGERS[motion.joint_set]
    turns = Rotation.from_quat(motion.base[:, 3:]).as_rotvec()
    pose = np.concatenate([turns[:, None], joints[..., None] * axes], axis=1)
    pose = np.pad(pose, ((0, 0), (0, more), (0, 0)))
    entry: dict[str, Any] = {
        "root_trans_offset": motion.base[:, :3].astype(np.float32),
        "pose_aa": pose.astype(np.float32),
        "dof": np.pad(joints, ((0, 0), (0, fingers))).astype(np.float32),
        "root_rot": motion.base[:, 3:].astype(np.float32),
        "smpl_joints": np.zeros((len(motion), 24, 3), np.float32),
        "fps": motion.stated_fps,
    }
    if {"left", "right"} <= motion.stance.keys():
        feet = np.stack([motion.stance["left"], motion.stance["right"]], axis=1)
        entry["contact_mask"] = feet.astype(np.float32)
    return {motion.name: entry}


def encode_objects(motion: Motion) -> dict[str, Any]:
    """SONIC's library of objects, the motion under the same name.

    A hand's contact points, in the first object's frame, are one a frame in which it was on that
    object: the place that bears. They are left out where touches are not known.
    """
    props = list(motion.props.values())
    entry: dict[str, Any] = {
        "root_pos": np.concatenate([p.positions for p in props], axis=1).astype(np.float32),
        "root_quat": np.concatenate([p.wxyz for p in props], axis=1).astype(np.float32),
        "fps": motion.stated_fps,
    }
    first = next(iter(motion.props))
    for hand in (hand for hand in HANDS if motion.stance or motion.touch):
        held = motion.touch.get((hand, first), np.zeros(len(motion), dtype=bool))
        points: dict[int, NDArray[np.float32]] = {}
        if hand in motion.pads:
            link, place = motion.pads[hand]
            bears = Bodies((hand,), np.array([link]), place[None])
            world = motion.bodies(bears).positions[:, 0]
            thing = Rotation.from_quat(props[0].xyzw[:, 0]).inv()
            local = thing.apply(world - props[0].positions[:, 0]).astype(np.float32)
            points = {int(t): local[t : t + 1] for t in np.flatnonzero(held)}
        entry[f"contact_points_{hand}"] = points
    return {motion.name: entry}


def _pose(contents: Contents, frames: int) -> Array | None:
    """``pose_aa`` ``(T, 1 + k, 3)``, where it is one."""
    pose = contents.arrays.get("pose_aa")
    return None if pose is None or pose.ndim != 3 or pose.shape[::2] != (frames, 3) else pose


def decode(facts: Facts, contents: Contents, target: Target) -> RawMotion:
    """Root and joints, by ``pose_aa`` where there is nothing else, as in PHC's."""
    count, links = len(target.joint_names), target.links
    place = contents.array("root_trans_offset", None, 3)
    frames = len(place)
    pose = _pose(contents, frames)
    columns = np.arange(count)
    notes: tuple[str, ...] = ()
    sources: dict[str, Array] = {}
    if "dof" in contents.arrays:
        own = contents.array("dof", frames, None)
        joints, columns, notes = whole_joints(contents, own, pose, target)
    elif pose is not None and pose.shape[1] > count and links is not None:
        joints = np.sum(pose[:, 1 : count + 1] * links.axes[1:], axis=-1)
    else:
        joints = joints_of(contents, "dof", target, frames)
    if "root_rot" in contents.arrays or pose is None:
        turn = contents.array("root_rot", frames, 4)
    else:
        turn = Rotation.from_rotvec(np.nan_to_num(pose[:, 0])).as_quat()
        sources = {"pose_aa": pose[:, 0]}
    return RawMotion(
        facts,
        target,
        place,
        turn,
        joints,
        columns,
        contents.number("fps"),
        facts.where,
        sources=sources,
        notes=notes,
    )


def settle(contents: Contents, raw: RawMotion, told: bool) -> RawMotion:
    """W first where only so ``root_rot`` says what ``pose_aa`` does."""
    pose = _pose(contents, len(raw))
    if pose is None or "root_rot" not in contents.arrays:
        return raw
    unit(contents, "root_rot", raw.turn, raw.facts.quaternions)
    said = Rotation.from_rotvec(finite(contents, "pose_aa", pose[:, 0]))
    turns = raw.turn, w_last(raw.turn)
    off = [float(np.median((said.inv() * Rotation.from_quat(t)).magnitude())) for t in turns]
    if not off[1] < 0.01 < off[0]:
        return raw
    warning = (
        f"{contents.path.name}: its root_rot has w first, by pose_aa; motion libraries have it last"
    )
    facts = replace(raw.facts, quaternions="w x y z")
    return replace(raw, facts=facts, turn=turns[1], warnings=(*raw.warnings, warning))


def inspect(contents: Contents, raw: RawMotion) -> RawMotion:
    """``pose_aa``, which says both once more."""
    pose, count = _pose(contents, len(raw)), raw.joints.shape[1]
    return (
        raw
        if pose is None or pose.shape[1] <= count
        else replace(raw, rotvecs=pose[:, : count + 1])
    )


LAYOUT = Layout(
    name="motionlib",
    container=PICKLE,
    suffixes=(".pkl", ".joblib"),
    keys=("root_trans_offset",),
    where={
        "place": "root_trans_offset",
        "turn": "root_rot",
        "joints": "dof",
        "bodies": "pose_aa",
    },
    quaternions="x y z w",
    joint_sets=True,
    companion=Companion(
        words="SONIC's library of objects",
        suffixes=(".pkl", ".joblib"),
        encode=encode_objects,
        write=PICKLE.write,
    ),
    encode=encode,
    decode=decode,
    settle=settle,
    inspect=inspect,
)
