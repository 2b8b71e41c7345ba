"""What GMR's and TWIST's loaders take."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import kinemesh
from kinemesh.motion import Links
from kinemesh.result import Result
from kinemesh.robot import RobotModel, link_poses


def test_gmrs_table_is_what_its_loader_takes(walked: Result, links: Links, tmp_path: Path) -> None:
    kinemesh.write(walked, tmp_path / "a.pkl", format="gmr")
    table = pickle.loads((tmp_path / "a.pkl").read_bytes())
    assert sorted(table) == sorted(
        ["fps", "root_pos", "root_rot", "dof_pos", "local_body_pos", "link_body_list"]
    )
    own = walked.trajectory
    np.testing.assert_allclose(table["root_rot"], own.q[:, 3:7], atol=1e-12)  # w last
    np.testing.assert_array_equal(table["dof_pos"], own.joints)
    names = table["link_body_list"]
    assert set(links.names) < set(names) and len(names) == 38
    foot = names.index("left_ankle_roll_link")
    back = Rotation.from_quat(table["root_rot"]).apply(table["local_body_pos"][:, foot])
    world = back + table["root_pos"]
    assert np.abs(world[:, 2]).min() < 0.1  # the sole is 35 mm below
    assert table["local_body_pos"][:, 0] == pytest.approx(np.zeros((len(own), 3)), abs=1e-7)


def test_the_bodies_that_twist2_asks_for_are_where_its_model_has_them(
    walked: Result, robot: RobotModel, links: Links, tmp_path: Path
) -> None:
    """Its assets' g1_mocap_29dof.xml: fixed bodies, in the frames of what carries them."""
    fixed = {
        "left_rubber_hand": ("left_wrist_yaw_link", (0.0415, 0.003, 0.0)),
        "right_rubber_hand": ("right_wrist_yaw_link", (0.0415, -0.003, 0.0)),
        "head_mocap": ("torso_link", (0.0, 0.0, 0.4)),
        "left_toe_link": ("left_ankle_roll_link", (0.1, 0.0, -0.035)),
    }
    kinemesh.write(walked, tmp_path / "a.pkl", format="gmr")
    table = pickle.loads((tmp_path / "a.pkl").read_bytes())
    found = link_poses(robot, walked.trajectory.q)
    root = Rotation.from_quat(walked.trajectory.q[:, 3:7])
    for name, (link, offset) in fixed.items():
        carrier = found[:, links.names.index(link)]
        place = carrier[:, :3] + Rotation.from_quat(carrier[:, 3:]).apply(offset)
        local = root.inv().apply(place - walked.trajectory.q[:, :3])
        column = table["local_body_pos"][:, table["link_body_list"].index(name)]
        np.testing.assert_allclose(column, local, atol=1e-6)


def test_of_a_robot_that_lists_nothing_for_gmr_the_links_are_written(
    walked: Result, links: Links, tmp_path: Path
) -> None:
    plain = RobotModel.load("g1")
    plain.listed = {}
    kinemesh.write(walked, tmp_path / "a.pkl", format="gmr", robot=plain)
    table = pickle.loads((tmp_path / "a.pkl").read_bytes())
    assert table["link_body_list"] == list(links.names)
