"""Tables whose columns are named: the root's pose, joints, and poses of props."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.trajectories.containers import Contents
from kinemesh.trajectories.facts import Facts
from kinemesh.trajectories.layouts.families.named import joint_columns
from kinemesh.trajectories.motion import Motion
from kinemesh.trajectories.raw import RawMotion, Target

POSE = ("x", "y", "z", "qx", "qy", "qz", "qw")
"""What the columns of a pose end in: place [m], quaternion."""
TWIST = ("vx", "vy", "vz", "wx", "wy", "wz")
"""Those of a velocity, as MuJoCo's of a free joint [m/s], [rad/s]: the turning in its own axes."""
_ROOT, _PROP = "root", "prop."


def state_names(motion: Motion) -> list[str]:
    """``root.x`` to ``root.qw``, and the joints."""
    return [*(f"{_ROOT}.{end}" for end in POSE), *motion.links.joints]


def state_of(motion: Motion) -> Array:
    """The root's pose and the joints ``(T, 7 + n)``."""
    return np.hstack([motion.base, motion.joints])


def rate_names(motion: Motion) -> list[str]:
    """``root.vx`` to ``root.wz``, and the joints."""
    return [*(f"{_ROOT}.{end}" for end in TWIST), *motion.links.joints]


def prop_names(motion: Motion) -> list[str]:
    """``prop.box.x`` and so on."""
    return [f"{_PROP}{prop}.{end}" for prop in motion.props for end in POSE]


def props_of(motion: Motion) -> Array:
    """Poses of the props, side by side ``(T, 7 P)``."""
    return np.hstack([prop.poses[:, 0] for prop in motion.props.values()])


def pose_of(contents: Contents, names: tuple[str, ...], table: Array, of: str = _ROOT) -> Array:
    """The pose ``(T, 7)`` in the columns that are named after ``of``.

    Raises:
        ReadError: one of them is not there.
    """
    wanted = [f"{of}.{end}" for end in POSE]
    missing = [name for name in wanted if name not in names]
    if missing:
        raise ReadError(
            f"{contents.path.name} names no column {', '.join(missing)}; it names "
            f"{', '.join(names[:5]) or 'none'}, ...: expected {wanted[0]} to {wanted[-1]}, the "
            f"place [m] and the quaternion of {of}"
        )
    return np.asarray(table[:, [names.index(name) for name in wanted]])


def tracks_of(contents: Contents, names: tuple[str, ...], table: Array) -> dict[str, Array]:
    """The poses ``(T, 7)`` of every prop that the columns name."""
    end = f".{POSE[0]}"
    props = [n[len(_PROP) : -len(end)] for n in names if n.startswith(_PROP) and n.endswith(end)]
    return {prop: pose_of(contents, names, table, f"{_PROP}{prop}") for prop in props}


def joints_in(contents: Contents, names: tuple[str, ...], table: Array, target: Target) -> Array:
    """The robot's joints ``(T, n)``, by name."""
    return np.asarray(table[:, joint_columns(contents, names, target)])


def decode(
    facts: Facts,
    contents: Contents,
    target: Target,
    names: tuple[str, ...],
    table: Array,
    fps: float | None,
    tracks: dict[str, Array],
) -> RawMotion:
    """The motion in a table ``(T, N)`` with these names of columns."""
    pose = pose_of(contents, names, table)
    return RawMotion(
        facts,
        target,
        pose[:, :3],
        pose[:, 3:],
        joints_in(contents, names, table, target),
        np.arange(len(target.joint_names)),
        fps,
        {"joints": "its joints", **facts.where, "place": "root.x to z", "turn": "root.qx to qw"},
        tracks,
    )
