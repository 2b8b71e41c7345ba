"""What loco-mujoco's Trajectory loads, and what else such files hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import kinemesh
from kinemesh.errors import ReadError
from kinemesh.motion import Links
from kinemesh.result import Result
from trajectory_files import Read, arrays_of

_KNOWN = {"joint_names", "frequency", "njnt", "jnt_type", "qpos", "qvel", "split_points"}


def test_its_loader_knows_every_key_and_every_joint_has_a_type(
    lifted: Result, links: Links, tmp_path: Path
) -> None:
    """An unknown key is an error of its loader's."""
    kinemesh.write(lifted, tmp_path / "a.npz", format="loco-mujoco")
    arrays = arrays_of(tmp_path / "a.npz")
    assert arrays.keys() == _KNOWN
    assert arrays["joint_names"].tolist() == ["root", *links.joints, "box"]
    assert arrays["jnt_type"].tolist() == [0, *[3] * 29, 0]
    assert arrays["njnt"] == 31 and arrays["frequency"].tolist() == 30.0
    assert arrays["split_points"].tolist() == [0, len(lifted)]
    assert arrays["qpos"].shape == (len(lifted), 43) and arrays["qvel"].shape == (len(lifted), 41)


@pytest.mark.slow
def test_its_qvel_is_mujocos_of_the_root_and_of_the_prop(lifted: Result, tmp_path: Path) -> None:
    kinemesh.write(lifted, tmp_path / "a.npz", format="loco-mujoco")
    arrays = arrays_of(tmp_path / "a.npz")
    qpos, qvel = arrays["qpos"], arrays["qvel"]
    for q, v in ((0, 0), (36, 35)):
        finite = np.gradient(qpos[:, q : q + 3], 1.0 / 30.0, axis=0)
        np.testing.assert_allclose(qvel[:, v : v + 3], finite, atol=1e-9)
        turn = Rotation.from_quat(qpos[:, [q + 4, q + 5, q + 6, q + 3]])
        step = Rotation.from_rotvec(qvel[1:-1, v + 3 : v + 6] * 2.0 / 30.0)  # in its own axes
        assert ((turn[:-2] * step).inv() * turn[2:]).magnitude().max() < 2e-3
    assert np.abs(qvel[:, 35:38]).max() > 0.05


def test_a_file_with_joints_that_the_robot_has_not_is_read_by_names(
    lifted: Result, read: Read, tmp_path: Path
) -> None:
    kinemesh.write(lifted, tmp_path / "a.npz", format="loco-mujoco")
    arrays = arrays_of(tmp_path / "a.npz")
    arrays["joint_names"] = np.insert(arrays["joint_names"], 5, "finger")
    arrays["jnt_type"] = np.insert(arrays["jnt_type"], 5, 3)
    arrays["qpos"] = np.insert(arrays["qpos"], 11, 0.5, axis=1)
    arrays["qvel"] = np.insert(arrays["qvel"], 10, 0.0, axis=1)
    np.savez(tmp_path / "b.npz", **arrays)
    found = read(tmp_path / "b.npz")
    np.testing.assert_allclose(found.trajectory.q, lifted.trajectory.q, atol=1e-9)
    assert found.prop_names == ("box",)
    np.testing.assert_allclose(found.tracks[0], lifted.tracks["box"], atol=1e-9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"split_points": np.array([0, 10, 32])}, "holds 2 trajectories one after another"),
        ({"jnt_type": np.array([3] * 31)}, r"'qpos' has shape .* expected"),
        ({"jnt_type": np.array([0, 1, *[3] * 28, 0])}, r"expected a type for each, free \(0\)"),
        ({"jnt_type": np.array([0] * 3)}, "31 names of joints and types"),
    ],
)
def test_what_is_no_single_trajectory_is_refused(
    change: dict[str, np.ndarray], message: str, lifted: Result, read: Read, tmp_path: Path
) -> None:
    kinemesh.write(lifted, tmp_path / "a.npz", format="loco-mujoco")
    np.savez(tmp_path / "b.npz", **(arrays_of(tmp_path / "a.npz") | change))
    with pytest.raises(ReadError, match=message):
        read(tmp_path / "b.npz")
