"""Frames as lists."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import kinemesh
from kinemesh.errors import ReadError
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from trajectory_files import Read


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


def test_rotations_that_are_not_finite_are_refused_and_found(
    walked: Result, robot: RobotModel, read: Read, tmp_path: Path
) -> None:
    kinemesh.write(walked, tmp_path / "a.pkl", format="mimickit")
    table = pickle.loads((tmp_path / "a.pkl").read_bytes())
    table["frames"][3][4] = float("nan")
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(table))
    with pytest.raises(ReadError, match="NaN or infinite numbers, the first in frame 3 of frames"):
        read(tmp_path / "a.pkl")
    (finding,) = kinemesh.lint(tmp_path / "a.pkl", robot).findings
    assert (finding.trap, finding.where) == ("not-finite", "frames")
