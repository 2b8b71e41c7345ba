from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinemesh.errors import ReadError
from kinemesh.recordings import read
from kinemesh.trajectories import read_layout
from recordings import fault

Person = Callable[..., np.ndarray]


class Trap:
    def __reduce__(self) -> tuple[object, ...]:
        return exec, ("raise SystemExit('it ran')",)


def y_up(positions: np.ndarray) -> np.ndarray:
    return np.stack([positions[..., 1], positions[..., 2], positions[..., 0]], axis=-1)


def walking(person: Person, frames: int = 30) -> np.ndarray:
    """Someone who turns and goes, y up."""
    positions = y_up(person("smpl22", frames))
    turn = Rotation.from_rotvec(np.outer(0.05 * np.arange(frames), [0.0, 1.0, 0.0])).as_matrix()
    way = np.outer(np.arange(frames) * 0.03, [1.0, 0.0, 0.5])
    return np.asarray(np.einsum("tij,tkj->tki", turn, positions) + way[:, None])


def results(path: Path, motion: np.ndarray, **more: object) -> Path:
    np.save(path, {"motion": motion, "text": ["a person walks"]} | more, allow_pickle=True)
    return path


def features(positions: np.ndarray) -> np.ndarray:
    """HumanML3D's first 67 numbers a frame, and zeros for the rest, which nothing reads."""
    left = positions[:, 1] - positions[:, 2]
    yaw = np.unwrap(np.arctan2(-left[:, 2], left[:, 0]))
    back = Rotation.from_rotvec(np.outer(-yaw, [0.0, 1.0, 0.0]))
    table = np.zeros((len(positions), 263))
    # Its quaternion turns the world into the heading: half of minus the yaw's change.
    table[:-1, 0] = -np.diff(yaw) / 2.0
    steps = back[1:].apply(np.diff(positions[:, 0], axis=0))
    table[:-1, 1], table[:-1, 2] = steps[:, 0], steps[:, 2]
    table[:, 3] = positions[:, 0, 1]
    local = positions[:, 1:].copy()
    local[..., [0, 2]] -= positions[:, :1, [0, 2]]
    local = np.einsum("tij,tkj->tki", back.as_matrix(), local)
    table[:, 4:67] = local.reshape(len(table), -1)
    return table


def test_mdms_results_are_read() -> None:
    clip = read(fault("mdm_results/results.npy"))
    assert clip.fps == 20.0
    assert clip.skeleton.name == "smpl22"
    assert len(clip) == 60
    assert not clip.warnings


def test_of_several_generated_motions_the_first_is_read_as_far_as_it_goes(
    tmp_path: Path, person: Person
) -> None:
    one = walking(person)
    motion = np.stack([one, one[::-1]]).transpose(0, 2, 3, 1).astype(np.float32)
    clip = read(results(tmp_path / "a.npy", motion, lengths=np.array([25, 30])))
    assert len(clip) == 25
    assert any("2 motions" in warning and "take=1" in warning for warning in clip.warnings)
    np.save(tmp_path / "b.npy", one[:25])
    np.testing.assert_allclose(
        read(tmp_path / "b.npy", fps=20).positions, clip.positions, atol=1e-5
    )


def test_another_generated_motion_is_chosen_and_said_with_its_text(
    tmp_path: Path, person: Person
) -> None:
    one, other = walking(person), walking(person)[::-1]
    motion = np.stack([one, other]).transpose(0, 2, 3, 1)
    texts = ["a person walks", "a person walks back\n"]
    path = results(tmp_path / "a.npy", motion, lengths=np.array([25, 30]), text=texts)
    clip = read(path, take=1)
    assert len(clip) == 30
    assert not any("2 motions" in warning for warning in clip.warnings)
    assert "MDM's results: motion 1 of 2 (a person walks back)" in clip.notes
    assert "motions: 0 (a person walks); 1 (a person walks back)" in clip.notes
    np.save(tmp_path / "b.npy", other)
    np.testing.assert_allclose(read(tmp_path / "b.npy", fps=20).positions, clip.positions)
    assert len(read(path, take=0)) == 25
    with pytest.raises(ReadError, match=r"holds 2 motions; take=2 is none; expected take 0 to 1"):
        read(path, take=2)


def test_a_file_of_one_motion_has_no_other(tmp_path: Path, person: Person) -> None:
    np.save(tmp_path / "a.npy", walking(person))
    assert len(read(tmp_path / "a.npy", take=0, person=1)) == 30
    with pytest.raises(ReadError, match=r"holds 1 motion; take=1 is none"):
        read(tmp_path / "a.npy", take=1)
    with pytest.raises(ReadError, match=r"holds 1 person; person=2 is none"):
        read(tmp_path / "a.npy", person=2)


def test_nothing_in_a_table_of_objects_is_run(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", {"motion": Trap()}, allow_pickle=True)
    with pytest.raises(ReadError, match=r"exec.*Nothing was run"):
        read(tmp_path / "a.npy")


@pytest.mark.parametrize("motion", [np.zeros((5, 22, 3)), np.zeros((0, 22, 3, 5)), [1, 2], None])
def test_other_tables_are_refused(tmp_path: Path, motion: object) -> None:
    np.save(tmp_path / "a.npy", {"motion": motion}, allow_pickle=True)
    with pytest.raises(ReadError, match=r"expected .*\(N, J, 3, T\)"):
        read(tmp_path / "a.npy")


def test_humanml3ds_features_give_the_joints_back(tmp_path: Path, person: Person) -> None:
    positions = walking(person)
    np.save(tmp_path / "a.npy", features(positions))
    np.save(tmp_path / "b.npy", positions)
    clip, wanted = read(tmp_path / "a.npy"), read(tmp_path / "b.npy", fps=20)
    assert clip.fps == 20.0
    assert not any("HumanML3D" in warning for warning in clip.warnings)

    def shape(positions: np.ndarray) -> np.ndarray:
        """What no turn about the vertical and no shift changes: the first frame's heading."""
        start = positions[0, 0]
        left = positions[0, 1] - positions[0, 2]
        turn = Rotation.from_rotvec([0.0, 0.0, -np.arctan2(left[1], left[0])])
        return np.asarray(turn.apply((positions - start).reshape(-1, 3))).reshape(positions.shape)

    np.testing.assert_allclose(shape(clip.positions), shape(wanted.positions), atol=1e-9)


@pytest.fixture
def kit(person: Person) -> np.ndarray:
    """KIT's features of someone 1.75 m tall, in thousandths of the stature."""
    positions = y_up(person("kit21", 30)) * 1000.0 / 1.75
    way = np.outer(np.arange(30) * 1.0, [0.0, 0.0, 1.0])
    table = np.zeros((30, 251))
    table[:-1, 1:3] = np.diff(way + positions[:, 0], axis=0)[:, [0, 2]]
    table[:, 3] = positions[:, 0, 1]
    local = positions[:, 1:].copy()
    local[..., [0, 2]] -= positions[:, :1, [0, 2]]
    table[:, 4:64] = local.reshape(30, -1)
    return table


def test_kits_features_are_read_as_a_person_of_usual_size(tmp_path: Path, kit: np.ndarray) -> None:
    np.save(tmp_path / "a.npy", kit)
    clip = read(tmp_path / "a.npy")
    assert clip.fps == 12.5
    assert clip.skeleton.name == "kit21"
    (warning,) = clip.warnings
    assert "one size" in warning
    assert "height=" in warning
    assert clip.stature == pytest.approx(1.70, abs=1e-6)
    ahead = clip.landmark("left_toe") - clip.landmark("left_ankle")
    across = clip.landmark("left_hip") - clip.landmark("right_hip")
    assert np.all(np.cross(ahead, across)[:, 2] > 0.0)
    thigh = np.linalg.norm(clip.landmark("left_hip") - clip.landmark("left_knee"), axis=1)
    assert np.ptp(thigh) < 1e-9


def test_a_stature_that_is_given_sizes_kits_person(tmp_path: Path, kit: np.ndarray) -> None:
    np.save(tmp_path / "a.npy", kit)
    clip = read(tmp_path / "a.npy", height=1.9)
    assert not clip.warnings
    usual = read(tmp_path / "a.npy")
    ratio = np.ptp(clip.positions, axis=0).max() / np.ptp(usual.positions, axis=0).max()
    assert ratio == pytest.approx(1.9 / 1.7, rel=1e-9)


def test_normalised_features_are_refused_with_the_way_out(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.random.default_rng(0).normal(size=(30, 263)))
    with pytest.raises(ReadError, match=r"normalised, save x \* Std \+ Mean"):
        read(tmp_path / "a.npy")


def test_features_that_are_lost_are_refused_with_their_frame(
    tmp_path: Path, person: Person
) -> None:
    table = features(walking(person))
    table[12, 1] = np.nan
    np.save(tmp_path / "a.npy", table)
    with pytest.raises(ReadError, match=r"NaN.*first in frame 12"):
        read(tmp_path / "a.npy")


def test_kimodos_joints_are_read(tmp_path: Path, person: Person) -> None:
    np.savez(tmp_path / "a.npz", posed_joints=y_up(person("smpl22")), fps=30)
    clip = read(tmp_path / "a.npz")
    assert clip.fps == 30.0
    assert not clip.warnings


def test_a_persons_pickle_is_answered_with_how_to_save_it(tmp_path: Path) -> None:
    d = {"smpl_poses": np.zeros((9, 72)), "smpl_trans": np.zeros((9, 3)), "smpl_scaling": [94.0]}
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(d))
    with pytest.raises(ReadError, match=r"person's motion.*AIST\+\+"):
        read_layout(tmp_path / "a.pkl", ["knee"], "robot")
    d = {"root_orient": np.zeros((9, 3)), "pose_body": np.zeros((9, 63)), "trans": np.zeros((9, 3))}
    (tmp_path / "b.pkl").write_bytes(pickle.dumps({0: d}))
    with pytest.raises(ReadError, match=r"person's motion.*OMOMO"):
        read_layout(tmp_path / "b.pkl", ["knee"], "robot")


def test_who_is_head_down_for_most_of_the_clip_is_read_when_told(
    tmp_path: Path, person: Person
) -> None:
    positions = person("smpl22")
    positions[5:] = positions[5:] * [1.0, -1.0, -1.0] + [0.0, 0.0, 1.7]
    np.save(tmp_path / "a.npy", positions)
    with pytest.raises(ReadError, match=r"really is head down for most of the clip, give up="):
        read(tmp_path / "a.npy")
    assert len(read(tmp_path / "a.npy", up="z")) == 20
