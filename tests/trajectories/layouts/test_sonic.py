"""Headers, and a list of bodies on one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import kinemesh
from kinemesh.result import Result

MUJOCO_TO_ISAACLAB = (
    *(0, 6, 12, 1, 7, 13, 2, 8, 14, 3, 9, 15, 22, 4, 10, 16, 23, 5, 11, 17, 24, 18, 25, 19, 26),
    *(20, 27, 21, 28),
)
"""``gear_sonic/envs/manager_env/robots/g1.py`` of GR00T-WholeBodyControl."""
SONIC_BODIES = [0, 4, 10, 18, 5, 11, 19, 9, 16, 22, 28, 17, 23, 29]


def test_sonics_folder_has_its_headers_and_its_list_of_bodies_on_one_line(
    walked: Result, tmp_path: Path
) -> None:
    kinemesh.write(walked, tmp_path / "a", format="sonic")
    lines = (tmp_path / "a" / "metadata.txt").read_text().splitlines()
    listed = lines[lines.index("Body part indexes:") + 1]
    assert [int(n) for n in listed.strip("[]").split()] == SONIC_BODIES
    assert "Total timesteps: 52" in lines
    heads = {
        name: (tmp_path / "a" / f"{name}.csv").read_text().splitlines()[0].split(",")
        for name in ("joint_pos", "joint_vel", "body_pos", "body_quat", "body_lin_vel")
    }
    assert heads["joint_pos"][0] == "joint_0" and len(heads["joint_pos"]) == 29
    assert heads["joint_vel"][0] == "joint_vel_0"
    assert heads["body_pos"][:3] == ["body_0_x", "body_0_y", "body_0_z"]
    assert heads["body_quat"][:4] == ["body_0_w", "body_0_x", "body_0_y", "body_0_z"]
    assert heads["body_lin_vel"][-1] == "body_13_vel_z"
    joints = np.loadtxt(tmp_path / "a" / "joint_pos.csv", delimiter=",", skiprows=1)
    own = walked.trajectory.joints[:, list(MUJOCO_TO_ISAACLAB)]
    np.testing.assert_allclose(joints[::5], own[::3][: len(joints[::5])], atol=1e-8)
