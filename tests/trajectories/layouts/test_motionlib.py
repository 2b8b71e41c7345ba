"""What joblib reads, said twice."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import kinemesh
from kinemesh.errors import KinemeshError, ReadError
from kinemesh.motion import Links, Trajectory
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from trajectory_files import Read


def test_a_motion_library_is_read_by_joblib_and_says_the_same_twice(
    walked: Result, links: Links, tmp_path: Path
) -> None:
    joblib = pytest.importorskip("joblib")
    kinemesh.write(walked, tmp_path / "a.pkl", format="motionlib", name="my walk")
    library = joblib.load(tmp_path / "a.pkl")
    assert list(library) == ["my walk"]
    entry, own = library["my walk"], walked.trajectory
    assert entry["fps"] == 30
    shapes = {key: value.shape for key, value in entry.items() if key != "fps"}
    frames = len(own)
    assert shapes == {
        "root_trans_offset": (frames, 3),
        "pose_aa": (frames, 30, 3),
        "dof": (frames, 29),
        "root_rot": (frames, 4),
        "smpl_joints": (frames, 24, 3),
        "contact_mask": (frames, 2),
    }
    root = Rotation.from_rotvec(entry["pose_aa"][:, 0])
    assert (root.inv() * Rotation.from_quat(entry["root_rot"])).magnitude().max() < 1e-5
    knee = links.joints.index("left_knee_joint")
    np.testing.assert_allclose(entry["pose_aa"][:, 1 + knee, 1], entry["dof"][:, knee], atol=1e-6)
    held = walked.stance["left_toe"]
    np.testing.assert_array_equal(entry["contact_mask"][:, 0], held)
    assert 0 < held.sum() < frames


def test_a_motion_library_with_w_first_is_told_by_its_exponential_maps(
    written: dict[str, Path], read: Read, lifted: Result, tmp_path: Path
) -> None:
    library = pickle.loads(written["motionlib"].read_bytes())
    (entry,) = library.values()
    entry["root_rot"] = entry["root_rot"][:, [3, 0, 1, 2]]
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(library))
    file = read(tmp_path / "a.pkl")
    assert "has w first, by pose_aa" in file.warnings[0]
    np.testing.assert_allclose(file.trajectory.q, lifted.trajectory.q, atol=1e-6)
    for key in ("root_rot", "dof"):  # PHC's libraries have neither
        del entry[key]
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(library))
    np.testing.assert_allclose(
        read(tmp_path / "a.pkl").trajectory.q, lifted.trajectory.q, atol=1e-5
    )


def test_of_a_library_of_several_motions_one_is_to_be_named(
    written: dict[str, Path], read: Read, tmp_path: Path
) -> None:
    library = pickle.loads(written["motionlib"].read_bytes())
    (entry,) = library.values()
    (tmp_path / "a.pkl").write_bytes(pickle.dumps({"one": entry, "two": entry}))
    with pytest.raises(ReadError, match=r"a library of 2 motions \(one, two\): name one"):
        read(tmp_path / "a.pkl")
    assert read(tmp_path / "a.pkl", motion="two").format == "motionlib"
    with pytest.raises(ReadError, match=r"holds no motion 'three'; it holds one, two"):
        read(tmp_path / "a.pkl", motion="three")
    with pytest.raises(ReadError, match=r"is no library that holds a motion 'one'"):
        read(written["gmr"], motion="one")


def test_sonics_columns_of_fingers_are_zeros_after_the_29_and_are_left_out_again(
    walked: Result, read: Read, tmp_path: Path
) -> None:
    path = tmp_path / "a.pkl"
    notes = kinemesh.write(walked, path, format="motionlib", joint_set="sonic43")
    assert notes == ("added: 14 joints of fingers at 0, after the robot's: sonic43",)
    (entry,) = pickle.loads(path.read_bytes()).values()
    assert entry["dof"].shape == (len(walked), 43) and not entry["dof"][:, 29:].any()
    assert entry["pose_aa"].shape == (len(walked), 30, 3)
    file = read(path)
    np.testing.assert_allclose(file.trajectory.q, walked.trajectory.q, atol=1e-6)
    assert any("left out: 14 of fingers, up to 0.00 rad" in note for note in file.notes)
    assert kinemesh.lint(path, "g1").findings == ()


def test_fingers_are_g1s_alone(tmp_path: Path) -> None:
    robot = RobotModel.load("g1_23dof")
    q = np.repeat(robot.rest[None], 5, axis=0)
    motion = Trajectory(q, 30.0, robot.joint_names, robot.name)
    with pytest.raises(KinemeshError, match="fingers after 29 joints, and this robot has 23"):
        kinemesh.write(motion, tmp_path / "a.pkl", format="motionlib", joint_set="sonic43")
    assert list(tmp_path.iterdir()) == []
