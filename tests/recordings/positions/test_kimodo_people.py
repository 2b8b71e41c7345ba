"""Kimodo's persons. The files are made here by its documented layout: eight of its own, of 30
joints, were read beside these tests, with bones that keep their length to 1e-6 m."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinemesh.errors import ReadError
from kinemesh.motion import SKELETONS
from kinemesh.recordings import read

Person = Callable[..., np.ndarray]

UPRIGHT = Rotation.from_matrix([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""How y up becomes z up."""


def y_up(positions: np.ndarray) -> np.ndarray:
    return np.stack([positions[..., 1], positions[..., 2], positions[..., 0]], axis=-1)


@pytest.mark.parametrize(("name", "count"), [("soma30", 30), ("soma77", 77), ("smpl22", 22)])
def test_a_generated_person_is_read_with_the_turns_of_joints(
    tmp_path: Path, person: Person, name: str, count: int
) -> None:
    positions = y_up(person(name))
    turns = Rotation.random(len(positions) * count, rng=np.random.default_rng(3))
    matrices = turns.as_matrix().reshape(len(positions), count, 3, 3).astype(np.float32)
    np.savez(tmp_path / "a.npz", posed_joints=positions, global_rot_mats=matrices)
    clip = read(tmp_path / "a.npz")
    assert clip.skeleton.joints == SKELETONS[name].joints
    assert len(clip.skeleton.joints) == count
    assert clip.fps == 30.0
    assert not clip.warnings
    assert clip.rotations is not None
    wanted = (UPRIGHT * turns).as_quat().reshape(len(positions), count, 4)
    same = np.abs(np.einsum("tjk,tjk->tj", clip.rotations, wanted))
    np.testing.assert_allclose(same, 1.0, atol=1e-6)


def test_left_is_left_and_the_toes_stand_on_the_floor(tmp_path: Path, person: Person) -> None:
    np.savez(tmp_path / "a.npz", posed_joints=y_up(person("soma77")))
    clip = read(tmp_path / "a.npz")
    ahead = clip.landmark("left_toe") - clip.landmark("left_ankle")
    across = clip.landmark("left_hip") - clip.landmark("right_hip")
    assert np.all(np.cross(ahead, across)[:, 2] > 0.0)
    np.testing.assert_allclose(clip.landmark("left_toe")[:, 2], 0.0, atol=1e-9)
    assert any("none in the file" in note for note in clip.notes)


@pytest.mark.parametrize("turns", [np.zeros((20, 30, 3, 3)), -np.eye(3) * np.ones((20, 30, 1, 1))])
def test_turns_that_are_none_are_left_out_and_said(
    tmp_path: Path, person: Person, turns: np.ndarray
) -> None:
    np.savez(tmp_path / "a.npz", posed_joints=y_up(person("soma30")), global_rot_mats=turns)
    clip = read(tmp_path / "a.npz")
    assert clip.rotations is None
    assert any("no rotations" in note for note in clip.notes)


def test_a_robots_motion_is_refused_with_the_file_to_give(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", posed_joints=np.zeros((5, 34, 3)))
    with pytest.raises(ReadError, match=r"34 joints of a G1.*give the \.csv"):
        read(tmp_path / "a.npz")


def test_a_pose_of_soma_is_answered_with_how_to_save_its_joints(tmp_path: Path) -> None:
    np.savez(
        tmp_path / "a.npz",
        poses=np.zeros((9, 77, 3)),
        transl=np.zeros((9, 3)),
        identity_model_type="mhr",
        joint_names=np.array(["a"] * 77),
    )
    with pytest.raises(ReadError, match=r"SOMA.*posed_joints"):
        read(tmp_path / "a.npz")
