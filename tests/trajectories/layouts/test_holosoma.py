"""``qpos`` in MuJoCo's order, and what a result alone knows beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import kinemesh
from kinemesh.result import Result
from kinemesh.trajectories import read_contents


def test_holosomas_raw_archive_has_mujocos_qpos_and_the_persons_landmarks(
    lifted: Result, tmp_path: Path
) -> None:
    kinemesh.write(lifted, tmp_path / "a.npz", format="holosoma")
    arrays = read_contents(tmp_path / "a.npz").arrays
    np.testing.assert_allclose(arrays["qpos"], lifted.qpos(), atol=1e-14)
    assert arrays["fps"].shape == () and arrays["fps"] == lifted.trajectory.fps
    np.testing.assert_allclose(arrays["human_joints"], lifted.landmarks, atol=1e-12)
    assert arrays["cost"] == lifted.reports[-1].total
