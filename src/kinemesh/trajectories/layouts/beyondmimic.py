"""BeyondMimic's archives: IsaacLab's orders, no names.

``whole_body_tracking`` reads ``body_lin_vel_w`` as PhysX reports it, at the centre of mass, and
``body_pos_w`` at the link's frame.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kinemesh.trajectories.containers import NPZ
from kinemesh.trajectories.layout import Layout
from kinemesh.trajectories.layouts.families import unnamed
from kinemesh.trajectories.motion import Motion


def encode(motion: Motion) -> dict[str, Any]:
    """Joints and bodies breadth first, velocities of the centres of mass."""
    order = motion.links.breadth_first()
    joints = motion.links.breadth_first_joints()
    bodies = motion.bodies(motion.links.whole(order))
    arrays = {
        "joint_pos": motion.joints[:, joints],
        "joint_vel": motion.joint_velocity[:, joints],
        "body_pos_w": bodies.positions,
        "body_quat_w": bodies.wxyz,
        "body_lin_vel_w": motion.centre_velocity(order),
        "body_ang_vel_w": bodies.angular,
    }
    single = {key: values.astype(np.float32) for key, values in arrays.items()}
    return {"fps": np.array([motion.stated_fps]), **single}


LAYOUT = Layout(
    name="beyondmimic",
    container=NPZ,
    suffixes=(".npz",),
    keys=unnamed.KEYS,
    where=unnamed.WHERE,
    quaternions="w x y z",
    breadth_first=True,
    named_bodies=False,
    centre_velocities=True,
    fps=50.0,
    fps_shape=(1,),
    encode=encode,
    decode=unnamed.decode,
    settle=unnamed.settle,
    inspect=unnamed.inspect,
    tells=lambda contents, target: (
        not unnamed.has_names(contents)
        and unnamed.body_order(contents, target)[0] == "breadth first"
    ),
    resembles=lambda contents, links: (
        not unnamed.has_names(contents) and unnamed.seems_breadth_first(contents, links)
    ),
)
