"""Comma separated numbers: Unitree's file, and SONIC's folder of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kinemesh.export.motion import Motion
from kinemesh.motion.arrays import Array

_DIGITS = "%.9f"
"""As SONIC's own recorder writes."""


def write_unitree_csv(motion: Motion, path: Path) -> None:
    """``x y z qx qy qz qw`` and the joints, one frame a line, no header, no rate."""
    rows = np.hstack([motion.base, motion.joints])
    np.savetxt(path, rows, delimiter=",", fmt=_DIGITS)


def write_sonic(motion: Motion, folder: Path) -> None:
    """The folder that SONIC's deployment plays back: IsaacLab's order of joints, listed bodies.

    ``metadata.txt`` says which of the breadth-first links the columns are; its list of numbers
    must be one line. Velocities are of the links' origins, as the deployment's own are.
    """
    folder.mkdir()
    listed = motion.links.listed("sonic")
    bodies = motion.bodies(listed)
    joints = motion.links.breadth_first_joints()
    order = motion.links.breadth_first().tolist()
    count = len(listed.names)
    numbers = " ".join(str(order.index(int(k))) for k in listed.carriers)
    tables: dict[str, tuple[Array, list[str]]] = {
        "joint_pos": (motion.joints[:, joints], [f"joint_{k}" for k in range(len(joints))]),
        "joint_vel": (
            motion.joint_velocity[:, joints],
            [f"joint_vel_{k}" for k in range(len(joints))],
        ),
        "body_pos": (bodies.positions, _columns(count, "", "xyz")),
        "body_quat": (bodies.wxyz, _columns(count, "", "wxyz")),
        "body_lin_vel": (bodies.linear, _columns(count, "vel_", "xyz")),
        "body_ang_vel": (bodies.angular, _columns(count, "angvel_", "xyz")),
    }
    summary = []
    for name, (values, header) in tables.items():
        np.savetxt(
            folder / f"{name}.csv",
            values.reshape(len(motion), -1),
            delimiter=",",
            fmt=_DIGITS,
            header=",".join(header),
            comments="",
        )
        shape = ", ".join(str(n) for n in values.shape)
        key = name if name.startswith("joint") else f"{name}_w"
        summary.append(f"  {key}: ({shape}) (float64)")
    lines = [
        f"Metadata for: {motion.name}",
        "=" * 30,
        "",
        "Body part indexes:",
        f"[{numbers}]",
        "",
        f"Total timesteps: {len(motion)}",
        "",
        "Data arrays summary:",
        *summary,
    ]
    (folder / "metadata.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _columns(count: int, prefix: str, letters: str) -> list[str]:
    return [f"body_{k}_{prefix}{letter}" for k in range(count) for letter in letters]
