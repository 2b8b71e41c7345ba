from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import kinemesh
from kinemesh import Result, RobotModel
from kinemesh.errors import ReadError
from kinemesh.trajectories import WRITERS


def test_a_result_is_read_with_all_that_it_carries(carried: Result, carried_file: Path) -> None:
    file = kinemesh.read_trajectory(carried_file)
    assert file.robot.name == "g1" and file.scale == carried.scale
    assert file.scene is not None and file.scene.things == ("box",)
    assert file.held is not None and file.stance.keys() == carried.stance.keys()
    np.testing.assert_array_equal(file.trajectory.q, carried.trajectory.q)
    with pytest.raises(ReadError, match=r"states 30 frames/s and fps=60 is given: leave it out"):
        kinemesh.read_trajectory(carried_file, fps=60.0)


@pytest.mark.parametrize("format", WRITERS)
def test_every_format_is_read_without_saying_which(
    carried: Result, robot: RobotModel, tmp_path: Path, format: str
) -> None:
    writer = WRITERS[format]
    path = tmp_path / f"file{writer.suffixes[0] if writer.suffixes else ''}"
    kinemesh.write(carried, path, format=format, fps=30.0)
    file = kinemesh.read_trajectory(path, robot, fps=None if writer.states_fps else 30.0)
    assert file.result is None and file.scene is None and file.robot is robot
    assert "robot: g1 (given)" in file.notes
    np.testing.assert_allclose(file.trajectory.joints, carried.trajectory.joints, atol=1e-5)


def test_the_first_frames_are_all_that_is_left_of_everything(carried_file: Path) -> None:
    file = kinemesh.read_trajectory(carried_file).first(4)
    assert len(file.trajectory) == 4
    assert {len(track) for track in file.tracks.values()} == {4}
    assert {len(flags) for flags in file.stance.values()} == {4}
    assert file.scene is not None and len(file.scene.props[0].track) == 4
    assert file.held is not None and {len(f) for f in file.held.stance.values()} == {4}


@pytest.mark.slow
def test_a_file_that_does_not_say_whose_it_is_is_taken_for_g1_and_says_so(
    carried: Result, tmp_path: Path
) -> None:
    np.savez(tmp_path / "raw.npz", qpos=carried.trajectory.qpos())
    file = kinemesh.read_trajectory(tmp_path / "raw.npz")
    assert any("g1 (assumed; robot= names another)" in note for note in file.notes)
    assert any(note.startswith("hardware: g1 (assumed)") for note in file.notes)
