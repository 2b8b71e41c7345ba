"""mjlab's archives: MuJoCo's orders without the world body, no names."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinemesh.trajectories.containers import NPZ
from kinemesh.trajectories.layout import Layout
from kinemesh.trajectories.layouts.families import unnamed
from kinemesh.trajectories.motion import Motion


def encode(motion: Motion) -> dict[str, Any]:
    """Joints and bodies depth first, velocities of the links' origins."""
    arrays = {
        "joint_pos": motion.joints,
        "joint_vel": motion.joint_velocity,
        "body_pos_w": motion.moving.positions,
        "body_quat_w": motion.moving.wxyz,
        "body_lin_vel_w": motion.moving.linear,
        "body_ang_vel_w": motion.moving.angular,
    }
    single = {key: values.astype(np.float32) for key, values in arrays.items()}
    return {"fps": np.array([motion.stated_fps]), **single}


LAYOUT = Layout(
    name="mjlab",
    container=NPZ,
    suffixes=(".npz",),
    keys=unnamed.KEYS,
    where=unnamed.WHERE,
    quaternions="w x y z",
    named_bodies=False,
    fps=50.0,
    fps_shape=(1,),
    encode=encode,
    decode=unnamed.decode,
    settle=unnamed.settle,
    inspect=unnamed.inspect,
    tells=lambda contents, target: not unnamed.has_names(contents),
    resembles=lambda contents, links: not unnamed.has_names(contents),
)
