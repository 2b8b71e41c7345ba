"""HDMI's folder: ``motion.npz``, and ``meta.json`` that names its columns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from kinemesh.export.motion import Motion


def write_hdmi(motion: Motion, folder: Path) -> None:
    """Named bodies, every prop one more of them; velocities of the centres of mass.

    HDMI sets the simulated root's centre-of-mass velocity from ``body_lin_vel_w``. The centre of
    mass of a prop is not known here: its velocity is that of its origin.
    """
    folder.mkdir()
    listed = motion.links.listed("hdmi")
    bodies = motion.bodies(listed)
    props = list(motion.props.values())
    meta = {
        "fps": int(motion.fps) if float(motion.fps).is_integer() else motion.fps,
        "body_names": [*listed.names, *motion.props],
        "joint_names": list(motion.links.joints),
    }
    linear = [motion.centre_velocity(listed.carriers), *(prop.linear for prop in props)]
    arrays = {
        "body_pos_w": [bodies.positions, *(prop.positions for prop in props)],
        "body_quat_w": [bodies.wxyz, *(prop.wxyz for prop in props)],
        "body_lin_vel_w": linear,
        "body_ang_vel_w": [bodies.angular, *(prop.angular for prop in props)],
        "joint_pos": [motion.joints],
        "joint_vel": [motion.joint_velocity],
    }
    single: dict[str, Any] = {
        key: np.concatenate(blocks, axis=1).astype(np.float32) for key, blocks in arrays.items()
    }
    with (folder / "motion.npz").open("wb") as stream:
        np.savez_compressed(stream, **single)
    (folder / "meta.json").write_text(json.dumps(meta, indent=4) + "\n", encoding="utf-8")
