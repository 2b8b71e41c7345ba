"""Frames as lists."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

import kinemesh
from kinemesh.result import Result


def test_mimickits_frames_are_lists_of_places_exponential_maps_and_joints(
    walked: Result, tmp_path: Path
) -> None:
    kinemesh.write(walked, tmp_path / "a.pkl", format="mimickit")
    table = pickle.loads((tmp_path / "a.pkl").read_bytes())
    assert (table["loop_mode"], table["fps"]) == (0, 30)
    assert isinstance(table["frames"], list) and isinstance(table["frames"][0][0], float)
    frames = np.array(table["frames"])
    assert frames.shape == (len(walked), 3 + 3 + 29)
    turn = Rotation.from_rotvec(frames[:, 3:6])
    base = Rotation.from_quat(walked.trajectory.q[:, 3:7])
    assert (turn.inv() * base).magnitude().max() < 1e-9
