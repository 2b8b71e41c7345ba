"""What the formats' columns are read by."""

from __future__ import annotations

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.motion import Links
from kinemesh.trajectories.containers import Contents
from kinemesh.trajectories.findings import Finding, Oddity
from kinemesh.trajectories.raw import Order, Target, into


def w_last(quaternions: Array) -> Array:
    """``w x y z`` to ``x y z w``."""
    return np.asarray(quaternions[..., [1, 2, 3, 0]])


def like(contents: Contents, key: str, *shape: int) -> Array | None:
    """The array ``key`` of this shape, None where there is none."""
    return contents.array(key, *shape) if key in contents.arrays else None


def joints_of(contents: Contents, key: str, target: Target, frames: int | None = None) -> Array:
    """The array ``key`` of joints ``(T, n)`` [rad], as many as the robot has.

    Raises:
        ReadError: it is not there, or has another shape.
    """
    joints = contents.array(key, frames, None)
    if joints.shape[1] != len(target.joint_names):
        raise ReadError(wrong_count(contents, key, joints, target))
    return joints


def links_of(contents: Contents, target: Target) -> Links:
    """The robot's links, by which joints breadth first are told.

    Raises:
        ReadError: they were not given.
    """
    if target.links is None:
        raise ReadError(
            f"{contents.path.name}: joints breadth first can only be told with the robot's links: "
            f"give links="
        )
    return target.links


def wrong_count(contents: Contents, key: str, joints: Array, target: Target) -> str:
    """That ``joints`` ``(T, k)`` are not the robot's, in words, and what to do."""
    return (
        f"{contents.path.name}: {key!r} has {joints.shape[1]} joints in each of its "
        f"{len(joints)} frames, and the robot {target.robot!r} has {len(target.joint_names)}: "
        f"give the robot that the file is of, robot="
    )


def rates_of(values: Array | None, columns: Order, frames: int) -> Array | None:
    """Rates of joints ``(T, n)`` in the robot's order; None where they are not there."""
    if values is None or values.shape != (frames, len(columns)):
        return None
    return into(values, columns)


def free_joint(key: str, there: bool, n: int, **said: str) -> Oddity:
    """The free joint's columns are ``there``, and should not, or the reverse."""
    has, wants = (n + 7, n) if there else (n, n + 7)
    finding = Finding(
        "free-joint",
        key,
        f"{has} columns for {n} joints",
        f"{'drop' if there else 'put'} the free joint's 7 columns (6 of velocities) "
        f"{'' if there else 'before the joints: '}({wants} columns)",
    )
    return Oddity(finding, **said)
