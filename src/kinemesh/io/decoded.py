"""What a layout is read into, and the checks that all layouts share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kinemesh.errors import ReadError
from kinemesh.io.contents import Contents
from kinemesh.motion import poses
from kinemesh.motion.arrays import Array
from kinemesh.motion.links import Links

UNIT = 0.01
"""A quaternion whose norm is this far from 1 is none."""


@dataclass(frozen=True)
class Target:
    """The robot whose trajectory a file is to be."""

    joint_names: tuple[str, ...]
    """Its joints, in MuJoCo's order."""
    robot: str
    links: Links | None = None
    """Its links, which tell orders apart that files do not name."""


@dataclass(frozen=True, eq=False)
class Decoded:
    """What a layout says, in our orders."""

    base: Array
    """Poses ``(T, 7)``, ``x y z qx qy qz qw``; quaternions as long as in the file."""
    joints: Array
    """Joint angles ``(T, n)`` [rad] in the robot's order."""
    fps: float | None
    """Frames per second [1/s], where the file says so."""
    order: str
    """The file's order of a quaternion, ``w x y z`` or ``x y z w``; of angles, what they are."""
    usual: float = 30.0
    """Frames per second [1/s] that such files have and do not state."""
    tracks: Mapping[str, Array] = field(default_factory=dict)
    """Prop to poses ``(T, 7)``."""
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


Decode = Callable[[Contents, Target], Decoded]


def pose(block: Array, order: str) -> Array:
    """``x y z qx qy qz qw`` of seven columns in another order."""
    columns = {
        "p x y z w": [0, 1, 2, 3, 4, 5, 6],
        "p w x y z": [0, 1, 2, 4, 5, 6, 3],
        "w x y z p": [4, 5, 6, 1, 2, 3, 0],
    }
    return np.array(block[:, columns[order]])


def upright(quaternions: Array) -> tuple[float, float]:
    """How upright a robot is by ``(T, 4)`` read with w last, and with w first: 1 standing."""
    norm = np.linalg.norm(quaternions, axis=1, keepdims=True)
    if not len(norm) or not np.all(np.isfinite(norm)) or norm.min() < 1e-6:
        return 0.0, 0.0
    q = quaternions / norm
    last = np.median(1.0 - 2.0 * (q[:, 0] ** 2 + q[:, 1] ** 2))
    first = np.median(1.0 - 2.0 * (q[:, 1] ** 2 + q[:, 2] ** 2))
    return float(last), float(first)


def named(contents: Contents, given: Sequence[str], target: Target) -> tuple[str, ...]:
    """The robot's joints, all of which must be among ``given``."""
    missing = [name for name in target.joint_names if name not in given]
    if missing:
        raise ReadError(
            f"{contents.path.name} names no joint {', '.join(missing[:5])}; it names "
            f"{', '.join(list(given)[:5])}, ...: check the robot"
        )
    return target.joint_names


def joints_of(contents: Contents, key: str, target: Target, frames: int | None = None) -> Array:
    """The array ``key`` of joints ``(T, n)`` [rad], as many as the robot has.

    Raises:
        ReadError: it is not there, or has another shape.
    """
    joints = contents.array(key, frames, None)
    if joints.shape[1] != len(target.joint_names):
        raise ReadError(wrong_count(contents, key, joints, target))
    return joints


def wrong_count(contents: Contents, key: str, joints: Array, target: Target) -> str:
    """That ``joints`` ``(T, k)`` are not the robot's, in words, and what to do."""
    return (
        f"{contents.path.name}: {key!r} has {joints.shape[1]} joints in each of its "
        f"{len(joints)} frames, and the robot {target.robot!r} has {len(target.joint_names)}: "
        f"give the robot that the file is of, robot="
    )


def into(values: Array, order: NDArray[np.int64]) -> Array:
    """Columns that stand in ``order`` put in the robot's own."""
    result = np.zeros_like(values)
    result[:, order] = values
    return result


def finite(contents: Contents, what: str, values: Array) -> Array:
    """``values``, refused where one is not finite."""
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        raise ReadError(
            f"{contents.path.name} holds NaN or infinite numbers, the first in frame "
            f"{int(bad[0, 0])} of {what}"
        )
    return values


def unit(contents: Contents, what: str, quaternions: Array, order: str) -> None:
    """Refuse quaternions ``(N, 4)`` that are none."""
    norm = np.linalg.norm(finite(contents, what, quaternions), axis=1)
    if len(norm) and np.abs(norm - 1.0).max() > UNIT:
        raise ReadError(
            f"{contents.path.name}: {what} has quaternions of norm {norm.min():.3g} to "
            f"{norm.max():.3g}; expected unit quaternions {order}"
        )


def settled(contents: Contents, decoded: Decoded) -> Decoded:
    """``decoded`` with its numbers finite and its quaternions unit and steady.

    Raises:
        ReadError: numbers that are not finite, or quaternions that are none.
    """
    for what, values in (("the joints", decoded.joints), ("the base", decoded.base)):
        finite(contents, what, values)
    bodies = {"the base": decoded.base, **decoded.tracks}
    for what, track in bodies.items():
        norm = np.linalg.norm(finite(contents, what, track)[:, 3:], axis=1)
        if len(norm) and np.abs(norm - 1.0).max() > UNIT:
            raw = track[:, [6, 3, 4, 5]] if decoded.order == "w x y z" else track[:, 3:]
            first = np.linalg.norm(np.hstack([track[:, :3], raw[:, :1]]), axis=1)
            hint = " (its quaternions come first)" if np.abs(first - 1.0).max() < UNIT else ""
            raise ReadError(
                f"{contents.path.name}: a pose ({what}) has quaternions of norm {norm.min():.3g} "
                f"to {norm.max():.3g}{hint}; expected x y z, then a unit quaternion "
                f"{decoded.order}"
            )
    steady = {what: np.asarray(poses.normalised(track)) for what, track in bodies.items()}
    base = steady.pop("the base")
    return Decoded(
        *(base, decoded.joints, decoded.fps, decoded.order, decoded.usual, steady),
        *(decoded.notes, decoded.warnings),
    )
