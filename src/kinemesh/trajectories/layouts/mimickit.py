"""MimicKit's pickles: frames of root place, root exponential map and joints."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.trajectories.containers import PICKLE, Contents
from kinemesh.trajectories.facts import Facts
from kinemesh.trajectories.layout import Layout
from kinemesh.trajectories.motion import Motion
from kinemesh.trajectories.raw import RawMotion, Target


def encode(motion: Motion) -> dict[str, Any]:
    """Frames as lists; not a loop."""
    turns = Rotation.from_quat(motion.base[:, 3:]).as_rotvec()
    frames = np.hstack([motion.base[:, :3], turns, motion.joints])
    return {"loop_mode": 0, "fps": motion.stated_fps, "frames": frames.tolist()}


def decode(facts: Facts, contents: Contents, target: Target) -> RawMotion:
    """Columns of the frames."""
    count = len(target.joint_names)
    frames = contents.array("frames", None, 6 + count)
    return RawMotion(
        facts,
        target,
        frames[:, :3],
        Rotation.from_rotvec(np.nan_to_num(frames[:, 3:6])).as_quat(),
        frames[:, 6:],
        np.arange(count),
        contents.number("fps"),
        facts.where,
        sources={"frames": frames},
    )


LAYOUT = Layout(
    name="mimickit",
    container=PICKLE,
    suffixes=(".pkl", ".pickle"),
    keys=("frames", "loop_mode"),
    where={
        "place": "frames, columns 0:3",
        "turn": "frames, columns 3:6",
        "joints": "frames, columns 6:",
    },
    quaternions="none: exponential map",
    encode=encode,
    decode=decode,
)
