"""Formats of a root and joints, read by the letter: tables and pickles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.errors import ReadError
from kinemesh.io import LAYOUTS, Contents
from kinemesh.io.decoded import Target
from kinemesh.io.jointsets import whole_joints
from kinemesh.lint.columns import Claim, Claimed, fps_of
from kinemesh.lint.held import Held, Listed
from kinemesh.motion.links import Links


def table(format: str, key: str, order: Sequence[int], first: bool) -> Claim:
    """One pose and the joints a row, then poses of props; ``order`` makes ``x y z qx qy qz qw``."""

    def claim(contents: Contents, links: Links) -> Claimed:
        values, count = contents.array(key, None, None), len(links.joints)
        if values.shape[1] < 7 + count or (values.shape[1] - 7 - count) % 7:
            raise ReadError(
                f"{contents.path.name} holds an array of shape {values.shape}; a robot of {count} "
                f"joints needs (T, {7 + count}), and 7 columns more for each prop: check the "
                f"robot (robot=)"
            )
        blocks = [values[:, k : k + 7][:, order] for k in range(7 + count, values.shape[1], 7)]
        given = contents.names.get("prop_names", ())
        names = (
            given if len(given) == len(blocks) else [f"prop {k + 1}" for k in range(len(blocks))]
        )
        base, before = values[:, :7][:, order], order[0] != 0
        return Held(
            format,
            links,
            base[:, :3],
            base[:, 3:],
            values[:, 7 : 7 + count],
            np.arange(count),
            fps_of(contents),
            first,
            {
                "place": f"{key}, columns {'4:7' if before else '0:3'}",
                "turn": f"{key}, columns {'0:4' if before else '3:7'}",
                "joints": f"{key}, columns 7:{7 + count}",
            },
            tracks=dict(zip(names, blocks, strict=True)),
        ), ()

    return claim


def gmr(contents: Contents, links: Links) -> Claimed:
    """GMR: root, joints, and bodies in the root's frame where they are listed."""
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
        fps_of(contents, "fps", "mocap_frame_rate"),
        False,
        {
            "place": "root_pos",
            "turn": "root_rot",
            "joints": "dof_pos",
            "bodies": "local_body_pos",
        },
        bodies=listed,
    ), ()


def motionlib(contents: Contents, links: Links) -> Claimed:
    """PHC, ASAP, SONIC: root and joints, and ``pose_aa``, which says both once more."""
    count = len(links.joints)
    place = contents.array("root_trans_offset", None, 3)
    frames, arrays = len(place), contents.arrays
    said = arrays.get("pose_aa")
    if "dof" in arrays:
        _check_set(contents, links)
    if said is not None and (
        said.ndim != 3 or len(said) != frames or said.shape[1] <= count or said.shape[2] != 3
    ):
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
        fps_of(contents),
        False,
        {"place": "root_trans_offset", "turn": "root_rot", "joints": "dof", "bodies": "pose_aa"},
        said=said,
    ), ()


def _check_set(contents: Contents, links: Links) -> None:
    """Refuse a part of a robot's joints, and another robot's, by the name of the set."""
    own, said = contents.array("dof", None, None), contents.arrays.get("pose_aa")
    if said is not None and (said.ndim != 3 or len(said) != len(own) or said.shape[2] != 3):
        said = None
    _, found = whole_joints(contents, own, said, Target(links.joints, links.robot, links))
    if own.shape[1] != len(links.joints):
        raise ReadError(
            f"{contents.path.name}: {'; '.join(found)}. Lint looks at all joints of a robot: make "
            f"them first by converting {contents.path.name} to motionlib"
        )


def mimickit(contents: Contents, links: Links) -> Claimed:
    """MimicKit: root place, root exponential map, joints."""
    frames = contents.array("frames", None, 6 + len(links.joints))
    turns = Rotation.from_rotvec(np.nan_to_num(frames[:, 3:6])).as_quat()
    return Held(
        "mimickit",
        links,
        frames[:, :3],
        turns,
        frames[:, 6:],
        np.arange(len(links.joints)),
        fps_of(contents),
        None,
        {
            "place": "frames, columns 0:3",
            "turn": "frames, columns 3:6",
            "joints": "frames, columns 6:",
        },
    ), ()


def bones(contents: Contents, links: Links) -> Claimed:
    """BONES-SEED: named columns, centimetres, degrees."""
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
