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


def test_gmrs_table_is_what_its_loader_takes(walked: Result, links: Links, tmp_path: Path) -> None:
    kinemesh.write(walked, tmp_path / "a.pkl", format="gmr")
    table = pickle.loads((tmp_path / "a.pkl").read_bytes())
    assert sorted(table) == sorted(
        ["fps", "root_pos", "root_rot", "dof_pos", "local_body_pos", "link_body_list"]
    )
    own = walked.trajectory
    np.testing.assert_allclose(table["root_rot"], own.q[:, 3:7], atol=1e-12)  # w last
    np.testing.assert_array_equal(table["dof_pos"], own.joints)
    assert table["link_body_list"] == list(links.names)
    foot = links.names.index("left_ankle_roll_link")
    back = Rotation.from_quat(table["root_rot"]).apply(table["local_body_pos"][:, foot])
    world = back + table["root_pos"]
    assert np.abs(world[:, 2]).min() < 0.1  # the sole is 35 mm below
    assert table["local_body_pos"][:, 0] == pytest.approx(np.zeros((len(own), 3)), abs=1e-7)
