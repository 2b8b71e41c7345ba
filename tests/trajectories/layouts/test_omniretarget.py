"""``qpos`` with every quaternion before its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import kinemesh
from kinemesh.result import Result
from kinemesh.trajectories import read_contents
from trajectory_files import Read, arrays_of


def test_omniretarget_has_quaternions_before_places(lifted: Result, tmp_path: Path) -> None:
    kinemesh.write(lifted, tmp_path / "a.npz", format="omniretarget")
    kinemesh.write(lifted, tmp_path / "b.npz", format="holosoma")
    rolled, plain = (read_contents(tmp_path / f"{n}.npz").arrays["qpos"] for n in "ab")
    assert rolled.shape == plain.shape == (len(lifted), 43)
    for start in (0, 36):
        np.testing.assert_array_equal(rolled[:, start : start + 4], plain[:, start + 3 : start + 7])
        np.testing.assert_array_equal(rolled[:, start + 4 : start + 7], plain[:, start : start + 3])
    np.testing.assert_allclose(plain, lifted.qpos(), atol=1e-14)


def test_a_chair_of_omniretargets_whose_quaternions_are_not_unit_is_made_so_and_said(
    written: dict[str, Path], read: Read, tmp_path: Path
) -> None:
    arrays = arrays_of(written["omniretarget"])
    arrays["qpos"][:, 36:40] *= 0.7416
    np.savez(tmp_path / "a.npz", **arrays)
    file = read(tmp_path / "a.npz")
    assert "norm 0.7416 in every frame: made 1" in file.warnings[0]
    np.testing.assert_allclose(np.linalg.norm(file.tracks[0][:, 3:], axis=1), 1.0)
