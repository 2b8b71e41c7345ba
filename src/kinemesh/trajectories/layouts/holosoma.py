"""holosoma's raw archives: ``qpos`` as the released retargeter writes it."""

from __future__ import annotations

from typing import Any

from kinemesh.trajectories.containers import NPZ
from kinemesh.trajectories.layout import Layout
from kinemesh.trajectories.layouts.families import rows
from kinemesh.trajectories.motion import Motion


def encode(motion: Motion) -> dict[str, Any]:
    """``qpos``, with the person's landmarks beside it where they are known."""
    arrays: dict[str, Any] = {"qpos": rows.table_of(LAYOUT, motion), "fps": motion.stated_fps}
    if motion.landmarks is not None:
        arrays["human_joints"] = motion.landmarks
    if motion.cost is not None:
        arrays["cost"] = motion.cost
    return arrays


LAYOUT = Layout(
    name="holosoma",
    container=NPZ,
    suffixes=(".npz",),
    keys=("qpos",),
    pose="p w x y z",
    quaternions="w x y z",
    fps_shape=(),
    props=1,
    encode=encode,
    decode=rows.decode,
    settle=rows.settle,
    tells=lambda contents, target: not rows.quaternion_leads(contents.arrays["qpos"]),
    resembles=lambda contents, links: not rows.quaternion_seems_to_lead(contents.arrays["qpos"]),
)
