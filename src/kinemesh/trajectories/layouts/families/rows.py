"""Rows of one pose, the joints, and a pose for each prop: ``qpos`` and tables of text."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.trajectories.checks import LARGEST, UNIT
from kinemesh.trajectories.containers import Contents
from kinemesh.trajectories.facts import Facts
from kinemesh.trajectories.motion import Motion
from kinemesh.trajectories.raw import RawMotion, Target


def table_of(facts: Facts, motion: Motion) -> Array:
    """Base, joints and as many props as there is room for ``(T, 7 + n + 7 P)``."""
    columns = np.argsort(facts.pose_columns)
    shown = [moving.poses[:, 0] for moving in list(motion.props.values())[: facts.props]]
    return np.hstack(
        [motion.base[:, columns], motion.joints, *(pose[:, columns] for pose in shown)]
    )


def decode(facts: Facts, contents: Contents, target: Target) -> RawMotion:
    """Base, joints, props ``(T, 7 + n + 7 P)``, whatever room for props the writer has."""
    (key,), order = facts.keys, list(facts.pose_columns)
    table, count = contents.array(key, None, None), len(target.joint_names)
    split = 7 + count
    if table.shape[1] < split or (table.shape[1] - split) % 7 or not len(table):
        raise ReadError(
            f"{contents.path.name} holds an array of shape {table.shape}; a robot of {count} "
            f"joints needs (T, {split}), and 7 columns more for each prop: check the "
            f"robot (robot=)"
        )
    blocks = [table[:, k : k + 7][:, order] for k in range(split, table.shape[1], 7)]
    given = contents.names.get("prop_names", ())
    props = given if len(given) == len(blocks) else [f"prop {k + 1}" for k in range(len(blocks))]
    base, before = table[:, :7][:, order], order[0] != 0
    return RawMotion(
        facts,
        target,
        base[:, :3],
        base[:, 3:],
        table[:, 7:split],
        np.arange(count),
        contents.number("fps"),
        {
            "place": f"{key}, columns {'4:7' if before else '0:3'}",
            "turn": f"{key}, columns {'0:4' if before else '3:7'}",
            "joints": f"{key}, columns 7:{split}",
        },
        dict(zip(props, blocks, strict=True)),
    )


def settle(contents: Contents, raw: RawMotion, told: bool) -> RawMotion:
    """Quaternions of props of one norm all through made unit."""
    tracks, warnings = {}, []
    for prop, track in raw.tracks.items():
        norm = np.linalg.norm(track[:, 3:], axis=1)
        low, high = norm.min(), norm.max()
        if np.abs(norm - 1.0).max() > UNIT and low > 0.1 and high < low + UNIT:
            # Chairs of OmniRetarget's data set have 0.7416 throughout.
            track = np.hstack([track[:, :3], track[:, 3:] / norm[:, None]])
            warnings.append(
                f"{contents.path.name}: the quaternions of {prop} have the norm {norm.mean():.4g} "
                f"in every frame: made 1"
            )
        tracks[prop] = track
    return replace(raw, tracks=tracks, warnings=(*raw.warnings, *warnings))


def quaternion_leads(qpos: Array) -> bool:
    """Whether the first four columns of a row are a unit quaternion and those after a place not."""

    def unit(columns: slice) -> bool:
        norm = np.linalg.norm(qpos[:, columns], axis=1)
        return bool(len(norm) and np.abs(norm - 1.0).max() <= UNIT)

    return _is_table(qpos) and unit(slice(0, 4)) and not unit(slice(3, 7))


def quaternion_seems_to_lead(qpos: Array) -> bool:
    """The same of a file with anything wrong: which four columns have the steadier norm."""

    def off(columns: slice) -> float:
        norm = np.linalg.norm(qpos[:, columns], axis=1)
        middle = float(np.median(norm))
        spread = float(np.median(np.abs(norm - middle)))
        return spread / max(middle, 1e-9) + 1e-3 * abs(middle - 1.0)

    qpos = sound(qpos) if qpos.ndim == 2 else qpos
    return _is_table(qpos) and len(qpos) > 0 and off(slice(0, 4)) < 0.5 * off(slice(3, 7))


def stands_with_w_first(table: Array) -> bool:
    """Whether the robot stands, or does not stand on its head, only if w is first."""
    if not _is_table(table):
        return False
    last, first = upright(table[:, 3:7])
    return (last < 0.5 and first > 0.8) or (last < -0.3 and first > 0.5)


def upright(quaternions: Array) -> tuple[float, float]:
    """How upright a robot is by ``(T, 4)`` read with w last, and with w first: 1 standing."""
    norm = np.linalg.norm(quaternions, axis=1, keepdims=True)
    if not len(norm) or not np.all(np.isfinite(norm)) or norm.min() < 1e-6:
        return 0.0, 0.0
    q = quaternions / norm
    last = np.median(1.0 - 2.0 * (q[:, 0] ** 2 + q[:, 1] ** 2))
    first = np.median(1.0 - 2.0 * (q[:, 1] ** 2 + q[:, 2] ** 2))
    return float(last), float(first)


def sound(values: Array) -> Array:
    """The frames of ``(T, ...)`` whose numbers are such as a motion has."""
    return values[np.all(np.abs(values.reshape(len(values), -1)) < LARGEST, axis=1)]


def _is_table(values: Array) -> bool:
    return values.ndim == 2 and values.shape[1] >= 7
