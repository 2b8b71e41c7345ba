from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import kinemesh
from kinemesh.errors import ReadError, WriteError
from kinemesh.motion import Trajectory
from kinemesh.robot import RobotModel, links_of
from kinemesh.trajectories import LayoutFile, read_contents, read_layout
from kinemesh.trajectories.containers.pickle_writer import pickled
from recordings import fault


@pytest.fixture(scope="module")
def g1() -> RobotModel:
    return RobotModel.load("g1")


@pytest.fixture(scope="module")
def small() -> RobotModel:
    return RobotModel.load("g1_23dof")


def read(path: Path, model: RobotModel) -> LayoutFile:
    return read_layout(path, model.joint_names, model.name, links=links_of(model))


def moving(model: RobotModel, frames: int = 12) -> Trajectory:
    """Every joint somewhere else in every frame, the root upright."""
    rng = np.random.default_rng(3)
    q = np.zeros((frames, 7 + len(model.joint_names)))
    q[:, 2], q[:, 6] = 0.75, 1.0
    q[:, 7:] = rng.uniform(-0.4, 0.4, (frames, len(model.joint_names)))
    return Trajectory(q, 30.0, model.joint_names, model.name)


def wrists(model: RobotModel) -> np.ndarray:
    return np.array(["wrist" in name for name in model.joint_names])


def test_a_library_of_23_joints_is_g1_with_its_wrists_at_rest(g1: RobotModel) -> None:
    path = fault("motionlib_23dof/walk_23dof.pkl")
    own = read_contents(path).arrays["dof"]
    file = read(path, g1)
    joints = file.trajectory.q[:, 7:]
    np.testing.assert_allclose(joints[:, ~wrists(g1)], own, atol=1e-6)
    assert not joints[:, wrists(g1)].any()
    assert any("asap23" in note for note in file.notes)


def test_another_robot_of_23_joints_refuses_it_by_name(small: RobotModel) -> None:
    with pytest.raises(ReadError, match=r"asap23.*not of g1_23dof.*robot='g1'"):
        read(fault("motionlib_23dof/walk_23dof.pkl"), small)


def test_unitrees_23_are_refused_by_g1_and_read_as_what_they_are(
    g1: RobotModel, small: RobotModel, tmp_path: Path
) -> None:
    own = moving(small)
    kinemesh.write(own, tmp_path / "a.pkl", format="motionlib")
    np.testing.assert_allclose(read(tmp_path / "a.pkl", small).trajectory.q, own.q, atol=1e-6)
    with pytest.raises(ReadError, match=r"g1_23dof.*robot='g1_23dof'"):
        read(tmp_path / "a.pkl", g1)


def test_the_set_is_written_and_read_again(g1: RobotModel, tmp_path: Path) -> None:
    own = moving(g1)
    path = tmp_path / "a.pkl"
    notes = kinemesh.write(own, path, format="motionlib", joint_set="asap23")
    assert any("left_wrist_roll_joint" in n and "bent by up to 0.4" in n for n in notes)
    arrays = read_contents(path).arrays
    assert arrays["dof"].shape == (12, 23)
    assert arrays["pose_aa"].shape == (12, 27, 3)
    assert not arrays["pose_aa"][:, 24:].any()
    joints = read(path, g1).trajectory.q[:, 7:]
    np.testing.assert_allclose(joints[:, ~wrists(g1)], own.q[:, 7:][:, ~wrists(g1)], atol=1e-6)
    assert not joints[:, wrists(g1)].any()


def test_23_joints_without_axes_are_refused_with_both_sets(g1: RobotModel, tmp_path: Path) -> None:
    base = np.zeros((5, 4))
    base[:, 3] = 1.0
    table = {"root_trans_offset": base[:, :3], "root_rot": base, "dof": np.zeros((5, 23))}
    (tmp_path / "a.pkl").write_bytes(pickled({"walk": table | {"fps": 30}}))
    with pytest.raises(ReadError, match=r"asap23.*g1_23dof.*pose_aa"):
        read(tmp_path / "a.pkl", g1)


def test_a_set_that_cannot_be_is_refused(g1: RobotModel, small: RobotModel, tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="asap23"):
        kinemesh.write(moving(g1), tmp_path / "a.pkl", format="motionlib", joint_set="asap24")
    with pytest.raises(WriteError, match="is for motionlib"):
        kinemesh.write(moving(g1), tmp_path / "a.pkl", format="gmr", joint_set="asap23")
    with pytest.raises(kinemesh.KinemeshError, match="this robot has no"):
        kinemesh.write(moving(small), tmp_path / "a.pkl", format="motionlib", joint_set="asap23")
    assert not list(tmp_path.iterdir())
