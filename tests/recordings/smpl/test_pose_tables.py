"""Tables of poses of SMPL-X, made here by the published columns; PHUMA's own example clip was read
beside these tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kinemesh.errors import ReadError
from kinemesh.recordings import read

FRAMES = 20


def parts(seed: int = 5) -> dict[str, np.ndarray]:
    """Somebody y up who faces z and bends a little, with hands and face."""
    rng = np.random.default_rng(seed)
    bend = np.linspace(0.0, 1.0, FRAMES)[:, None]
    return {
        "root_orient": bend * [0.0, 0.4, 0.0],
        "pose_body": bend * rng.normal(scale=0.05, size=63),
        "pose_hand": bend * rng.normal(scale=0.1, size=90),
        "pose_jaw": np.zeros((FRAMES, 3)),
        "pose_eye": np.zeros((FRAMES, 6)),
        "trans": [0.3, 1.0, -0.2] + bend * [0.0, 0.0, 0.5],
    }


def phuma(p: dict[str, np.ndarray], *more: np.ndarray) -> np.ndarray:
    return np.hstack([p["trans"], p["root_orient"], p["pose_body"], *more])


def motion_x(p: dict[str, np.ndarray]) -> np.ndarray:
    head = [p["root_orient"], p["pose_body"], p["pose_hand"], p["pose_jaw"]]
    return np.hstack([*head, np.ones((FRAMES, 150)), p["trans"], np.zeros((FRAMES, 10))])


def named(path: Path, p: dict[str, np.ndarray], *keys: str) -> Path:
    np.savez(path, **{k: p[k] for k in ("root_orient", "pose_body", "trans", *keys)})
    return path


@pytest.mark.parametrize(
    ("more", "width"),
    [((), 69), ((np.ones((FRAMES, 4)),), 73), ((np.ones((FRAMES, 10)),), 79)],
)
def test_phumas_table_is_the_pose_that_named_arrays_are(
    tmp_path: Path, more: tuple[np.ndarray, ...], width: int
) -> None:
    p = parts()
    table = phuma(p, *more)
    assert table.shape == (FRAMES, width)
    np.save(tmp_path / "a.npy", table)
    clip, wanted = read(tmp_path / "a.npy"), read(named(tmp_path / "b.npz", p), up="y")
    np.testing.assert_allclose(clip.positions, wanted.positions, atol=1e-12)
    np.testing.assert_allclose(clip.rotations, wanted.rotations, atol=1e-12)
    assert clip.fps == 30.0
    assert any("PHUMA" in note for note in clip.notes)


def test_motion_xs_table_has_hands_and_no_face(tmp_path: Path) -> None:
    p = parts()
    np.save(tmp_path / "a.npy", motion_x(p).astype(np.float32))
    clip = read(tmp_path / "a.npy")
    wanted = read(named(tmp_path / "b.npz", p, "pose_hand", "pose_jaw", "pose_eye"), up="y")
    assert clip.skeleton == wanted.skeleton
    np.testing.assert_allclose(clip.positions, wanted.positions, atol=1e-5)
    assert clip.fps == 30.0
    assert any("Motion-X" in note for note in clip.notes)


def test_left_is_left_and_bones_keep_their_length(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", phuma(parts()))
    clip = read(tmp_path / "a.npy")
    assert not any("mirrored" in warning for warning in clip.warnings)
    for side in ("left", "right"):
        for a, b in (("hip", "knee"), ("knee", "ankle"), ("elbow", "hand")):
            bone = clip.landmark(f"{side}_{a}") - clip.landmark(f"{side}_{b}")
            assert np.ptp(np.linalg.norm(bone, axis=1)) < 1e-9
    assert np.all(clip.landmark("left_shoulder")[:, 2] > clip.landmark("left_ankle")[:, 2] + 1.0)


def test_numbers_that_are_no_turns_are_refused_with_what_was_expected(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.full((FRAMES, 69), 5.0))
    with pytest.raises(ReadError, match=r"turned by 8\.7 rad.*axis-angles"):
        read(tmp_path / "a.npy")


def test_a_table_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", phuma(parts()))
    whole = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "a.npy").write_bytes(whole[:-100])
    with pytest.raises(ReadError, match=r"cut short"):
        read(tmp_path / "a.npy")
