"""OmniRetarget's data set: ``qpos`` in which every pose has its quaternion before its place."""

from __future__ import annotations

from typing import Any

from kinemesh.trajectories.containers import NPZ
from kinemesh.trajectories.layout import Layout
from kinemesh.trajectories.layouts.families import rows
from kinemesh.trajectories.motion import Motion


def encode(motion: Motion) -> dict[str, Any]:
    """``qpos`` and the rate."""
    return {"qpos": rows.table_of(LAYOUT, motion), "fps": motion.stated_fps}


LAYOUT = Layout(
    name="omniretarget",
    container=NPZ,
    suffixes=(".npz",),
    keys=("qpos",),
    pose="w x y z p",
    quaternions="w x y z",
    fps_shape=(),
    props=1,
    encode=encode,
    decode=rows.decode,
    settle=rows.settle,
    tells=lambda contents, target: rows.quaternion_leads(contents.arrays["qpos"]),
    resembles=lambda contents, links: rows.quaternion_seems_to_lead(contents.arrays["qpos"]),
)
