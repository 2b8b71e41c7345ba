"""Joints that networks find in pictures. The arrays are made here, by the orders that Human3.6M's
lifting networks and MediaPipe's documentation have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kinemesh.errors import ReadError
from kinemesh.motion import SKELETONS
from kinemesh.recordings import read
from recordings import recording

Person = Callable[..., np.ndarray]

# In the order of https://ai.google.dev/edge/mediapipe/solutions/vision/pose_landmarker
MEDIAPIPE = {"L_Shoulder": 11, "R_Wrist": 16, "L_Hip": 23, "R_Ankle": 28, "L_Heel": 29, "R_Toe": 32}
H36M = {"R_Hip": 1, "R_Ankle": 3, "L_Knee": 5, "Thorax": 8, "L_Shoulder": 11, "R_Wrist": 16}


def test_joints_stand_where_the_networks_have_them() -> None:
    for name, places in (("mediapipe33", MEDIAPIPE), ("h36m17", H36M)):
        for joint, place in places.items():
            assert SKELETONS[name].index(joint) == place


def camera(positions: np.ndarray) -> np.ndarray:
    """z up as x right, y down, z ahead."""
    return np.stack([positions[..., 0], -positions[..., 2], positions[..., 1]], axis=-1)


def walk17() -> tuple[np.ndarray, np.ndarray, float]:
    """A recorded walk in Human3.6M's 17 joints, the toes that it had, and its rate."""
    clip = read(recording("optitrack/walk.npz")).crop(0, 240)
    joints = np.zeros((len(clip), 17, 3))
    skeleton = SKELETONS["h36m17"]
    for landmark, joint in skeleton.landmarks.items():
        if isinstance(joint, str) and skeleton.index(joint) < 17:
            joints[:, skeleton.index(joint)] = clip.landmark(landmark)
    middle = (clip.landmark("left_hip") + clip.landmark("right_hip")) / 2.0
    chest = (clip.landmark("left_shoulder") + clip.landmark("right_shoulder")) / 2.0
    for joint, share in (("Pelvis", 0.0), ("Spine", 0.5), ("Thorax", 1.0), ("Nose", 1.2)):
        joints[:, skeleton.index(joint)] = middle + share * (chest - middle)
    joints[:, skeleton.index("Head")] = middle + 1.4 * (chest - middle)
    toes = np.stack([clip.landmark("left_toe"), clip.landmark("right_toe")], axis=1)
    return joints, toes, clip.fps


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("unit", [1.0, 1000.0])
def test_human36ms_joints_get_toes_of_one_length_near_the_persons_own(
    tmp_path: Path, turned: bool, unit: float
) -> None:
    joints, toes, fps = walk17()
    array = unit * (camera(joints) if turned else joints)
    np.save(tmp_path / "a.npy", array)
    clip = read(tmp_path / "a.npy", skeleton="h36m17", fps=fps, floor=0.0)
    assert len(clip.skeleton.joints) == 19
    assert any("the file has no toes" in warning for warning in clip.warnings)
    assert any("camera" in note for note in clip.notes) == turned
    np.testing.assert_allclose(clip.positions[:, :17], joints, atol=1e-9)
    made = clip.positions[:, 17:]
    foot = np.linalg.norm(made - joints[:, [6, 3]], axis=-1)
    assert np.ptp(foot) < 1e-9
    assert 0.1 < foot.mean() < 0.2
    low = toes[..., 2] < 0.05
    off = np.linalg.norm((made - toes)[low], axis=-1)
    assert np.median(off) < 0.06
    assert made[..., 2].min() > -0.05
    assert not any("mirrored" in warning for warning in clip.warnings)


def test_a_rate_and_a_name_are_asked_for(tmp_path: Path) -> None:
    joints, _, _ = walk17()
    np.save(tmp_path / "a.npy", joints)
    with pytest.raises(ReadError, match=r"17 joints, as h36m17 has and others.*skeleton='h36m17'"):
        read(tmp_path / "a.npy")
    with pytest.raises(ReadError, match=r"'h36m17' has no usual one: give fps="):
        read(tmp_path / "a.npy", skeleton="h36m17")
    np.save(tmp_path / "b.npy", joints[:, :16])
    with pytest.raises(ReadError, match=r"16 joints; skeleton 'h36m17' has 17"):
        read(tmp_path / "b.npy", skeleton="h36m17", fps=30)


def test_toes_that_cannot_be_made_are_gaps(tmp_path: Path) -> None:
    joints, _, fps = walk17()
    joints[50:53] = np.nan
    np.save(tmp_path / "a.npy", joints)
    clip = read(tmp_path / "a.npy", skeleton="h36m17", fps=fps)
    assert np.all(np.isfinite(clip.positions))


@pytest.mark.parametrize("turned", [False, True])
def test_mediapipes_landmarks_are_read_in_either_axes(
    tmp_path: Path, person: Person, turned: bool
) -> None:
    joints = person("mediapipe33")
    np.save(tmp_path / "a.npy", camera(joints) if turned else joints)
    clip = read(tmp_path / "a.npy", skeleton="mediapipe33", fps=30, floor=0.0)
    np.testing.assert_allclose(clip.positions, joints, atol=1e-9)
    ahead = clip.landmark("left_toe") - clip.landmark("left_ankle")
    across = clip.landmark("left_hip") - clip.landmark("right_hip")
    assert np.all(np.cross(ahead, across)[:, 2] > 0.0)
    hips = (clip.landmark("left_hip") + clip.landmark("right_hip")) / 2.0
    np.testing.assert_allclose((clip.landmark("pelvis") - hips)[:, 2], 0.13, atol=0.01)


def test_landmarks_about_the_hips_are_said_to_move_nobody(tmp_path: Path, person: Person) -> None:
    joints = person("mediapipe33", 40)
    sway = np.sin(np.arange(40) / 5.0)
    joints[:, :23, 0] += 0.05 * sway[:, None]
    joints[:, 23, 0] += 0.02 * sway
    joints[:, 24, 0] -= 0.02 * sway
    joints[:, 25:, 0] += 0.1 * sway[:, None]
    middle = (joints[:, 23] + joints[:, 24]) / 2.0
    np.save(tmp_path / "a.npy", joints - middle[:, None])
    clip = read(tmp_path / "a.npy", skeleton="mediapipe33", fps=30)
    assert any("moves nobody: the middle of the hips" in warning for warning in clip.warnings)


def test_a_skeleton_of_ones_own_is_taken_at_its_word(tmp_path: Path) -> None:
    joints, _, fps = walk17()
    known = SKELETONS["h36m17"]
    lands = {**known.landmarks, "left_toe": "L_Ankle", "right_toe": "R_Ankle"}
    mine = type(known)("h36m17", known.joints[:17], lands)
    np.save(tmp_path / "a.npy", joints)
    clip = read(tmp_path / "a.npy", skeleton=mine, fps=fps)
    assert len(clip.skeleton.joints) == 17
