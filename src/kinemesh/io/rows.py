"""Layouts of one pose and the joints a row: ``qpos`` and comma separated numbers."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.errors import ReadError
from kinemesh.io.contents import Contents
from kinemesh.io.decoded import UNIT, Decode, Decoded, Target, finite, named, pose, upright
from kinemesh.motion.arrays import Array

_BONES = [f"root_{kind}{axis}" for kind in ("translate", "rotate") for axis in "XYZ"]


def csv(order: str) -> Decode:
    """Comma separated numbers without a header; ``order`` says how a pose is written."""

    def decode(contents: Contents, target: Target) -> Decoded:
        return _rows(contents, contents.array("table", None, None), target, order)

    return decode


def qpos(order: str) -> Decode:
    """``qpos`` in an archive."""

    def decode(contents: Contents, target: Target) -> Decoded:
        return _rows(contents, contents.array("qpos", None, None), target, order)

    return decode


def _rows(contents: Contents, table: Array, target: Target, order: str) -> Decoded:
    """Base, joints, props ``(T, 7 + n + 7 P)``; ``order`` says how a pose is written."""
    split = 7 + len(target.joint_names)
    if table.shape[1] < split or (table.shape[1] - split) % 7 or not len(table):
        raise ReadError(
            f"{contents.path.name} holds an array of shape {table.shape}; a robot of "
            f"{len(target.joint_names)} joints needs (T, {split}), and 7 columns more for each "
            f"prop: check the robot"
        )
    blocks = [table[:, k : k + 7] for k in range(split, table.shape[1], 7)]
    given = contents.names.get("prop_names", ())
    props = given if len(given) == len(blocks) else [f"prop {k + 1}" for k in range(len(blocks))]
    tracks, warnings = {}, []
    for prop, block in zip(props, blocks, strict=True):
        tracks[prop] = pose(block, order)
        norm = np.linalg.norm(tracks[prop][:, 3:], axis=1)
        low, high = norm.min(), norm.max()
        if np.abs(norm - 1.0).max() > UNIT and low > 0.1 and high < low + UNIT:
            # Chairs of OmniRetarget's data set have 0.7416 throughout.
            tracks[prop][:, 3:] /= norm[:, None]
            warnings.append(
                f"{contents.path.name}: the quaternions of {prop} have the norm {norm.mean():.4g} "
                f"in every frame: made 1"
            )
    written = "x y z w" if order.endswith("x y z w") else "w x y z"
    return Decoded(
        pose(table[:, :7], order),
        table[:, 7:split],
        contents.number("fps"),
        written,
        tracks=tracks,
        warnings=tuple(warnings),
    )


def qpos_order(qpos: Array) -> str:
    """OmniRetarget's data set has the quaternion before the place."""
    if qpos.ndim != 2 or qpos.shape[1] < 7:
        return "holosoma"

    def unit(columns: slice) -> bool:
        norm = np.linalg.norm(qpos[:, columns], axis=1)
        return bool(len(norm) and np.abs(norm - 1.0).max() <= UNIT)

    return "omniretarget" if unit(slice(0, 4)) and not unit(slice(3, 7)) else "holosoma"


def csv_order(table: Array) -> str:
    """Kimodo has w first: only so the robot stands, or does not stand on its head."""
    if table.ndim != 2 or table.shape[1] < 7:
        return "unitree-csv"
    last, first = upright(table[:, 3:7])
    fallen, inverted = last < 0.5 and first > 0.8, last < -0.3 and first > 0.5
    return "kimodo" if fallen or inverted else "unitree-csv"


def bones(contents: Contents, target: Target) -> Decoded:
    """BONES-SEED: named columns, centimetres, extrinsic xyz and joints in degrees."""
    columns = list(contents.names.get("columns", ()))
    table = contents.array("table", None, None)
    missing = [name for name in _BONES if name not in columns]
    if missing:
        raise ReadError(
            f"{contents.path.name} has a header without {', '.join(missing)}; expected "
            f"BONES-SEED's columns, or comma separated numbers without a header"
        )
    given = {name.removesuffix("_dof"): k for k, name in enumerate(columns)}
    joints = named(contents, list(given), target)
    place = table[:, [columns.index(name) for name in _BONES[:3]]] / 100.0
    angles = table[:, [columns.index(name) for name in _BONES[3:]]]
    turns = Rotation.from_euler("xyz", finite(contents, "root_rotate", angles), degrees=True)
    return Decoded(
        np.hstack([place, turns.as_quat()]),
        np.deg2rad(table[:, [given[name] for name in joints]]),
        None,
        "none: extrinsic xyz angles",
        usual=120.0,
    )
