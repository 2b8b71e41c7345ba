"""Joints that follow others, q = a q0 + b, as a URDF's ``<mimic>`` says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kinemesh.arrays import Array, readonly
from kinemesh.errors import RobotError


@dataclass(frozen=True)
class Follower:
    """``q[joint] = factor * q[leader] + offset``."""

    leader: str
    factor: float
    offset: float
    """[rad]."""


def settled(followers: Mapping[str, Follower], where: str) -> dict[str, Follower]:
    """Followers of joints that follow none themselves.

    Raises:
        RobotError: joints that follow each other in a circle, or by a factor of 0.
    """
    result = {}
    for name, follower in followers.items():
        seen = {name}
        while follower.leader in followers:
            if follower.leader in seen:
                raise RobotError(f"{where}: joints follow each other in a circle: {sorted(seen)}")
            seen.add(follower.leader)
            up = followers[follower.leader]
            offset = follower.factor * up.offset + follower.offset
            follower = Follower(up.leader, follower.factor * up.factor, offset)
        if follower.factor == 0.0:
            raise RobotError(f"{where}: joint {name!r} follows another by a factor of 0: fix it")
        result[name] = follower
    return result


def shared_range(
    leader: tuple[float, float], own: tuple[float, float], follower: Follower
) -> tuple[float, float]:
    """The leader's range in which the follower stays in its own."""
    ends = sorted((end - follower.offset) / follower.factor for end in own)
    return max(leader[0], ends[0]), min(leader[1], ends[1])


def driven_range(leader: tuple[float, float], follower: Follower) -> tuple[float, float]:
    """The range of a follower whose leader has this one."""
    low, high = sorted(follower.factor * end + follower.offset for end in leader)
    return low, high


def agree(
    names: Sequence[str],
    followers: Mapping[str, Follower],
    lower: Array,
    upper: Array,
    velocity: Array,
) -> None:
    """Narrow ranges and speeds ``(n,)``, in place, so that no joint asks too much of another."""
    index = {name: k for k, name in enumerate(names)}
    pairs = [(index[name], index[f.leader], f) for name, f in followers.items()]
    for k, up, f in pairs:
        lower[up], upper[up] = shared_range((lower[up], upper[up]), (lower[k], upper[k]), f)
        velocity[up] = min(velocity[up], velocity[k] / abs(f.factor))
    for k, up, f in pairs:
        lower[k], upper[k] = driven_range((lower[up], upper[up]), f)
        velocity[k] = abs(f.factor) * velocity[up]


def coupling(base: int, names: tuple[str, ...], followers: Mapping[str, Follower]) -> Array | None:
    """Columns ``(nv, nu)``, orthonormal, of the steps that are possible; None where all are.

    Args:
        base: numbers of a step before the joints'.
        names: the joints.
        followers: those that follow.
    """
    if not followers:
        return None
    free = [name for name in names if name not in followers]
    matrix = np.zeros((base + len(names), base + len(free)))
    matrix[:base, :base] = np.eye(base)
    for k, name in enumerate(names):
        follower = followers.get(name)
        leader, factor = (name, 1.0) if follower is None else (follower.leader, follower.factor)
        matrix[base + k, base + free.index(leader)] = factor
    return readonly(matrix / np.linalg.norm(matrix, axis=0))


def driven(names: Sequence[str], followers: Mapping[str, Follower], joints: Array) -> Array:
    """Joint angles ``(..., n)`` [rad], those that follow others where they then are."""
    result, index = np.array(joints), {name: k for k, name in enumerate(names)}
    for name, follower in followers.items():
        lead = result[..., index[follower.leader]]
        result[..., index[name]] = follower.factor * lead + follower.offset
    return result


def kept(followers: Mapping[str, Follower], locked: Mapping[str, float]) -> dict[str, Follower]:
    """The followers that are left where joints are locked."""
    return {name: f for name, f in followers.items() if name not in locked}


def locked_together(
    followers: Mapping[str, Follower], angles: Mapping[str, float], robot: str
) -> dict[str, float]:
    """``angles`` [rad] of joints that are locked, with those of the joints that go with them.

    Raises:
        RobotError: a joint and what it follows are locked at angles that do not fit.
    """
    result = dict(angles)
    for name, follower in followers.items():
        if name in angles:
            at = (angles[name] - follower.offset) / follower.factor
            if abs(result.setdefault(follower.leader, at) - at) > 1e-6:
                raise RobotError(
                    f"robot {robot!r}: {name} follows {follower.leader}, and cannot be locked at "
                    f"{angles[name]} where that is at {result[follower.leader]}"
                )
    for name, follower in followers.items():
        if follower.leader in result:
            result[name] = follower.factor * result[follower.leader] + follower.offset
    return result
