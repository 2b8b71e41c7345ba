"""loco-mujoco's ``Trajectory``: MuJoCo's ``qpos`` and ``qvel``, their joints by name and type.

Its handler adds what a model has besides, leaves out what it has not, and computes bodies and sites
by MuJoCo itself; a prop is one more free joint of its name.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from kinemesh.errors import ReadError
from kinemesh.trajectories.containers import NPZ, Contents
from kinemesh.trajectories.facts import Facts
from kinemesh.trajectories.layout import Layout
from kinemesh.trajectories.layouts.families.columns import w_last
from kinemesh.trajectories.layouts.families.named import joint_columns
from kinemesh.trajectories.motion import Motion
from kinemesh.trajectories.raw import RawMotion, Target

_ANY = 1 << 30
_FREE, _SLIDE, _HINGE = 0, 2, 3
"""MuJoCo's numbers for the types of joints."""
_PLACES = {_FREE: (7, 6), _SLIDE: (1, 1), _HINGE: (1, 1)}
"""How many columns of ``qpos`` and ``qvel`` each takes."""
_ROOT = "root"


def encode(motion: Motion) -> dict[str, Any]:
    """One trajectory; the root's free joint has the name that loco-mujoco's robots give it."""
    props, count = list(motion.props.values()), len(motion.links.joints)
    free = [0, 1, 2, 6, 3, 4, 5]
    qpos = [motion.base[:, free], motion.joints, *(prop.poses[:, 0][:, free] for prop in props)]
    qvel = [motion.qvel, *(prop.qvel for prop in props)]
    hinges = np.where(np.any(motion.links.axes[1:], axis=1), _HINGE, _SLIDE)
    return {
        "joint_names": np.array([_ROOT, *motion.links.joints, *motion.props]),
        "jnt_type": np.array([_FREE, *hinges, *[_FREE] * len(props)]),
        "njnt": np.array(1 + count + len(props)),
        "frequency": np.array(float(motion.fps)),
        "qpos": np.hstack(qpos),
        "qvel": np.hstack(qvel),
        "split_points": np.array([0, len(motion)]),
    }


def _columns(contents: Contents) -> dict[str, tuple[int, int, int]]:
    """Name of each joint to its type and its first columns in ``qpos`` and ``qvel``.

    Raises:
        ReadError: names and types are not as many, or a type has no single angle.
    """
    names, types = contents.names.get("joint_names", ()), contents.array("jnt_type", None)
    if len(names) != len(types) or not set(types.tolist()) <= _PLACES.keys():
        raise ReadError(
            f"{contents.path.name} has {len(names)} names of joints and types "
            f"{sorted(set(types.tolist()))} of {len(types)}; expected a type for each, free (0), "
            f"slide (2) or hinge (3)"
        )
    table, q, v = {}, 0, 0
    for name, kind in zip(names, types.astype(int).tolist(), strict=True):
        table[name] = (kind, q, v)
        q, v = q + _PLACES[kind][0], v + _PLACES[kind][1]
    return table


def decode(facts: Facts, contents: Contents, target: Target) -> RawMotion:
    """The first free joint is the root, others are props."""
    table, name = _columns(contents), contents.path.name
    joint_columns(contents, tuple(table), target)
    splits = contents.array("split_points", None)
    if len(splits) != 2:
        raise ReadError(
            f"{name} holds {len(splits) - 1} trajectories one after another: save each by itself, "
            f"qpos and qvel from one of its split_points to the next"
        )
    width = sum(_PLACES[kind][0] for kind, _, _ in table.values())
    qpos = contents.array("qpos", None, width)
    free = [joint for joint, (kind, _, _) in table.items() if kind == _FREE]
    if not free:
        raise ReadError(f"{name} has no free joint; expected one, the root's")

    def pose(joint: str) -> np.ndarray:
        first = table[joint][1]
        return np.hstack([qpos[:, first : first + 3], w_last(qpos[:, first + 3 : first + 7])])

    root, first = pose(free[0]), table[free[0]][1]
    return RawMotion(
        facts,
        target,
        root[:, :3],
        root[:, 3:],
        qpos[:, [table[joint][1] for joint in target.joint_names]],
        np.arange(len(target.joint_names)),
        contents.number("frequency"),
        {
            **facts.where,
            "place": f"qpos, columns {first}:{first + 3}",
            "turn": f"qpos, columns {first + 3}:{first + 7}",
        },
        {joint: pose(joint) for joint in free[1:]},
    )


def inspect(contents: Contents, raw: RawMotion) -> RawMotion:
    """All velocities: those of ``qvel``."""
    table, qvel = _columns(contents), contents.arrays.get("qvel")
    width = sum(_PLACES[kind][1] for kind, _, _ in table.values())
    if qvel is None or qvel.shape != (len(raw), width):
        return raw
    root = next(v for kind, _, v in table.values() if kind == _FREE)
    rates = qvel[:, [table[joint][2] for joint in raw.target.joint_names]]
    return replace(raw, joint_rates=rates, root_rates=qvel[:, root : root + 6])


LAYOUT = Layout(
    name="loco-mujoco",
    container=NPZ,
    suffixes=(".npz",),
    keys=("qpos", "jnt_type", "split_points"),
    names=("joint_names",),
    where={
        "joints": "qpos",
        "joint_rates": "qvel, its joints",
        "root_rates": "qvel, columns 0:6",
    },
    quaternions="w x y z",
    named_joints=True,
    fps_shape=(),
    props=_ANY,
    encode=encode,
    decode=decode,
    inspect=inspect,
    resembles=lambda contents, links: True,
)
