"""The layouts of robots' trajectories: how each is known by its content, and what reads it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kinemesh.errors import ReadError
from kinemesh.io import bodied, rows, tabled
from kinemesh.io.contents import Contents
from kinemesh.io.decoded import Decode, Target

_BODIES = ("joint_pos", "body_pos_w", "body_quat_w")


def recognise(contents: Contents, target: Target) -> str:
    """The name of the layout that ``contents`` has.

    Raises:
        ReadError: none that is known, or one that only the robot's links could tell.
    """
    arrays, names = contents.arrays, contents.names
    match contents.container:
        case "hdmi folder":
            return "hdmi"
        case "sonic folder":
            return "sonic"
        case "csv":
            if "columns" in names:
                return "bones-seed"
            return rows.csv_order(arrays["table"])
        case "pickle" if {"root_pos", "root_rot", "dof_pos"} <= arrays.keys():
            return "gmr"
        case "pickle" if {"frames", "loop_mode"} <= arrays.keys():
            return "mimickit"
        case "pickle" if "root_trans_offset" in arrays:
            return "motionlib"
        case "torch" if {"dof_pos", "rigid_body_pos", "rigid_body_rot"} <= arrays.keys():
            return "protomotions"
        case "npz" if "qpos" in arrays:
            return rows.qpos_order(arrays["qpos"])
        case "npz" if set(_BODIES) <= arrays.keys():
            if {"joint_names", "body_names"} <= names.keys():
                return "holosoma-train"
            return (
                "beyondmimic"
                if bodied.body_order(contents, target)[0] == "breadth first"
                else "mjlab"
            )
    if contents.container == "pickle":
        _check_person(contents)
    there = ", ".join([*arrays, *names, *contents.skipped][:8]) or "nothing"
    raise ReadError(
        f"{contents.path.name} has {_looked_for(contents)}, only {there}; expected a robot's "
        f"trajectory: {', '.join(LAYOUTS)} (docs/formats.md)"
    )


def _check_person(contents: Contents) -> None:
    """Say how to save a person's motion that somebody published as a pickle.

    Raises:
        ReadError: it is one.
    """
    advice = {
        ("smpl_poses", "smpl_trans"): "poses=d['smpl_poses'], trans=d['smpl_trans'] / "
        "d['smpl_scaling'], fps=60), as AIST++ has them",
        ("root_orient", "pose_body", "trans"): "root_orient=d['root_orient'], "
        "pose_body=d['pose_body'], trans=d['trans'], fps=30), as OMOMO has them",
        ("poses", "trans"): "poses=d['poses'], trans=d['trans'], fps=...)",
    }
    for keys, saved in advice.items():
        if all(key in contents.arrays for key in keys):
            one = "" if contents.motion is None else f", d the table {contents.motion!r} in it"
            raise ReadError(
                f"{contents.path.name} is a person's motion ({', '.join(keys)}) in a pickle, which "
                f"can run any program; if you trust it, load it and save numpy.savez('x.npz', "
                f"{saved}{one}, and read that"
            )


def _looked_for(contents: Contents) -> str:
    if contents.container == "npz":
        return "no array 'qpos' and not joint_pos, body_pos_w, body_quat_w"
    return f"no arrays that a known {contents.container} has"


LAYOUTS: Mapping[str, Decode] = MappingProxyType(
    {
        "beyondmimic": bodied.nameless(breadth=True),
        "mjlab": bodied.nameless(breadth=False),
        "holosoma-train": bodied.train,
        "holosoma": rows.qpos("p w x y z"),
        "omniretarget": rows.qpos("w x y z p"),
        "unitree-csv": rows.csv("p x y z w"),
        "kimodo": rows.csv("p w x y z"),
        "bones-seed": rows.bones,
        "gmr": tabled.gmr,
        "motionlib": tabled.motionlib,
        "protomotions": bodied.protomotions,
        "hdmi": bodied.hdmi,
        "mimickit": tabled.mimickit,
        "sonic": bodied.sonic,
    }
)
"""Layout to what reads it."""
