"""BONES-SEED's tables: named columns, centimetres, extrinsic xyz and joints in degrees."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.errors import ReadError
from kinemesh.trajectories.containers import CSV, Contents
from kinemesh.trajectories.facts import Facts
from kinemesh.trajectories.layout import Layout
from kinemesh.trajectories.layouts.families.named import joint_columns
from kinemesh.trajectories.raw import RawMotion, Target

_ROOT = [f"root_{kind}{axis}" for kind in ("translate", "rotate") for axis in "XYZ"]
_PER_METRE = 100.0


def decode(facts: Facts, contents: Contents, target: Target) -> RawMotion:
    """All by the names in the header."""
    columns = contents.names.get("columns", ())
    table = contents.array("table", None, None)
    missing = [name for name in _ROOT if name not in columns]
    if missing:
        raise ReadError(
            f"{contents.path.name} has a header without {', '.join(missing)}; expected "
            f"BONES-SEED's columns, or comma separated numbers without a header"
        )
    joints = joint_columns(contents, tuple(n.removesuffix("_dof") for n in columns), target)
    root = table[:, [columns.index(name) for name in _ROOT]]
    angles = root[:, 3:]
    turns = Rotation.from_euler("xyz", np.nan_to_num(angles), degrees=True)
    return RawMotion(
        facts,
        target,
        root[:, :3] / _PER_METRE,
        turns.as_quat(),
        np.deg2rad(table[:, joints]),
        np.arange(len(joints)),
        where=facts.where,
        sources={"root_rotate": angles},
    )


LAYOUT = Layout(
    name="bones-seed",
    container=CSV,
    suffixes=(".csv",),
    keys=("table",),
    names=("columns",),
    where={
        "place": "root_translateX, Y, Z",
        "turn": "root_rotateX, Y, Z",
        "joints": "the columns ..._dof",
    },
    quaternions="none: extrinsic xyz angles",
    named_joints=True,
    degrees=True,
    length=1.0 / _PER_METRE,
    fps=120.0,
    states_fps=False,
    decode=decode,
)
