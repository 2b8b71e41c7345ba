"""IsaacLab's orders, by the tables of the tools that read them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import kinemesh
from kinemesh.motion import Links
from kinemesh.result import Result
from kinemesh.trajectories import read_contents

MUJOCO_TO_ISAACLAB = (
    *(0, 6, 12, 1, 7, 13, 2, 8, 14, 3, 9, 15, 22, 4, 10, 16, 23, 5, 11, 17, 24, 18, 25, 19, 26),
    *(20, 27, 21, 28),
)
"""``gear_sonic/envs/manager_env/robots/g1.py`` of GR00T-WholeBodyControl."""
ISAACLAB_BODIES = (
    "pelvis left_hip_pitch right_hip_pitch waist_yaw left_hip_roll right_hip_roll waist_roll "
    "left_hip_yaw right_hip_yaw torso left_knee right_knee left_shoulder_pitch "
    "right_shoulder_pitch left_ankle_pitch right_ankle_pitch left_shoulder_roll "
    "right_shoulder_roll left_ankle_roll right_ankle_roll left_shoulder_yaw right_shoulder_yaw "
    "left_elbow right_elbow left_wrist_roll right_wrist_roll left_wrist_pitch right_wrist_pitch "
    "left_wrist_yaw right_wrist_yaw"
).split()


def test_isaaclabs_orders_of_the_g1_are_those_of_its_tables(links: Links) -> None:
    assert tuple(links.breadth_first_joints()) == MUJOCO_TO_ISAACLAB
    found = [links.names[k].removesuffix("_link") for k in links.breadth_first()]
    assert found == ISAACLAB_BODIES


def test_beyondmimics_columns_are_isaaclabs_and_mjlabs_are_mujocos(
    walked: Result, links: Links, tmp_path: Path
) -> None:
    own = walked.trajectory
    for format in ("beyondmimic", "mjlab"):
        kinemesh.write(walked, tmp_path / f"{format}.npz", format=format, fps=own.fps)
    wide, deep = (read_contents(tmp_path / f"{n}.npz").arrays for n in ("beyondmimic", "mjlab"))
    np.testing.assert_allclose(deep["joint_pos"], own.joints, atol=1e-6)
    np.testing.assert_allclose(
        wide["joint_pos"], own.joints[:, list(MUJOCO_TO_ISAACLAB)], atol=1e-6
    )
    order = [links.names.index(n if n == "pelvis" else f"{n}_link") for n in ISAACLAB_BODIES]
    assert wide["body_pos_w"].shape == deep["body_pos_w"].shape == (len(own), 30, 3)
    np.testing.assert_array_equal(wide["body_pos_w"], deep["body_pos_w"][:, order])
    np.testing.assert_array_equal(wide["body_quat_w"], deep["body_quat_w"][:, order])
    np.testing.assert_allclose(deep["body_quat_w"][:, 0, 1:], own.q[:, 3:6], atol=1e-6)  # w first
    for arrays in (wide, deep):
        assert arrays["fps"].shape == (1,) and arrays["fps"][0] == own.fps
