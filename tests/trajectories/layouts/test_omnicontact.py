"""What OmniContact's reader of motions takes, column by column."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

import kinemesh
from kinemesh.motion import Links
from kinemesh.result import Result
from kinemesh.robot import RobotModel, link_poses
from trajectory_files import Read, arrays_of

_COLUMNS = {
    0: "pelvis",
    11: "torso_link",
    25: "left_ankle_roll_link",
    26: "right_ankle_roll_link",
}
"""Those of the 39 bodies that its reader takes by number, and that are links."""


def test_the_bodies_that_its_reader_takes_stand_in_their_columns(
    lifted: Result, robot: RobotModel, links: Links, tmp_path: Path
) -> None:
    kinemesh.write(lifted, tmp_path / "a.npz", format="omnicontact", fps=30.0)
    arrays, found = arrays_of(tmp_path / "a.npz"), link_poses(robot, lifted.trajectory.q)
    assert arrays["body_pos_w"].shape == (len(lifted), 39, 3)
    for column, link in _COLUMNS.items():
        place = found[:, links.names.index(link), :3]
        np.testing.assert_allclose(arrays["body_pos_w"][:, column], place, atol=1e-6)
    for column, side in ((37, "left"), (38, "right")):
        wrist = found[:, links.names.index(f"{side}_wrist_yaw_link"), :3]
        apart = np.linalg.norm(arrays["body_pos_w"][:, column] - wrist, axis=1)
        np.testing.assert_allclose(apart, np.hypot(0.0415, 0.003), atol=1e-6)
    ends = arrays["body_pos_w"][:, [37, 38, 25, 26, 19]]
    np.testing.assert_array_equal(arrays["ee_pos_w"], ends)
    order = links.breadth_first_joints()
    np.testing.assert_allclose(arrays["joint_pos"], lifted.trajectory.joints[:, order], atol=1e-6)
    assert arrays["fps"].tolist() == [30.0]


def test_hands_on_the_object_are_the_third_and_fourth_contact(
    lifted: Result, tmp_path: Path
) -> None:
    half, always = np.arange(len(lifted)) >= 16, np.ones(len(lifted), dtype=bool)
    held = replace(
        lifted,
        touch={("right_hand", "box"): half, ("left_hand", "ground"): always},
    )
    kinemesh.write(held, tmp_path / "a.npz", format="omnicontact", fps=30.0)
    contact = arrays_of(tmp_path / "a.npz")["contact_info"]
    assert contact.shape == (len(lifted), 4, 1)
    np.testing.assert_array_equal(contact[:, 3, 0], half)
    assert not contact[:, :3].any()


def test_without_an_object_its_columns_are_zeros_and_none_is_read(
    walked: Result, read: Read, tmp_path: Path
) -> None:
    kinemesh.write(walked, tmp_path / "a.npz", format="omnicontact")
    arrays = arrays_of(tmp_path / "a.npz")
    for key in ("object_pos_w", "object_lin_vel_w", "object_ang_vel_w", "table1_pos_w"):
        assert not arrays[key].any()
    assert read(tmp_path / "a.npz").tracks == ()


def test_of_a_robot_that_lists_no_such_bodies_every_link_is_written(
    walked: Result, links: Links, tmp_path: Path
) -> None:
    plain = RobotModel.load("g1")
    plain.listed = {}
    kinemesh.write(walked, tmp_path / "a.npz", format="omnicontact", robot=plain)
    arrays = arrays_of(tmp_path / "a.npz")
    assert arrays["body_pos_w"].shape[1] == len(links)
    assert arrays["ee_pos_w"].shape[1] == 2  # the ankles
