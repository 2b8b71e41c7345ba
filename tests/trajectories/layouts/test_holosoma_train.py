"""Names, the world, and the free joint."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import kinemesh
from kinemesh.result import Result
from kinemesh.trajectories import read_contents
from trajectory_files import Read, arrays_of


def test_holosomas_bodies_have_the_world_at_the_head(walked: Result, tmp_path: Path) -> None:
    kinemesh.write(walked, tmp_path / "a.npz", format="holosoma-train")
    contents = read_contents(tmp_path / "a.npz")
    assert contents.names["body_names"][:2] == ("world", "pelvis")
    assert len(contents.names["body_names"]) == 31
    assert len(contents.names["joint_names"]) == 29
    np.testing.assert_array_equal(contents.arrays["body_pos_w"][:, 0], 0.0)
    np.testing.assert_array_equal(
        contents.arrays["body_quat_w"][:, 0], np.tile([1, 0, 0, 0], (52, 1))
    )
    assert "object_pos_w" not in contents.arrays


def test_named_joints_in_another_order_are_read_by_name(
    written: dict[str, Path], read: Read, lifted: Result, tmp_path: Path
) -> None:
    arrays = arrays_of(written["holosoma-train"])
    order = np.random.default_rng(2).permutation(29)
    arrays["joint_names"] = arrays["joint_names"][order]
    arrays["joint_pos"] = np.hstack(
        [arrays["joint_pos"][:, :7], arrays["joint_pos"][:, 7:][:, order]]
    )
    np.savez(tmp_path / "a.npz", **arrays)
    np.testing.assert_allclose(
        read(tmp_path / "a.npz").trajectory.q, lifted.trajectory.q, atol=1e-12
    )
