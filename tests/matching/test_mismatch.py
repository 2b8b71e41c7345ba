"""A trajectory that answers another recording is seen, ours by its person, others' by the robot."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from commands import Command, walking
from kinemesh import RobotModel, demos, retarget
from kinemesh.matching import TrajectoryFile
from kinemesh.matching.mismatch import mismatch
from kinemesh.metrics import Surfaces
from kinemesh.metrics.person.proportions import proportioned
from kinemesh.motion import Clip
from kinemesh.result import Result


@pytest.fixture(scope="module")
def robot() -> RobotModel:
    return RobotModel.load("g1")


@pytest.fixture(scope="module")
def clip() -> Clip:
    return demos.walk().crop(60, 80)


@pytest.fixture(scope="module")
def answer(clip: Clip, robot: RobotModel) -> Result:
    return retarget(clip, robot, refine=None)


@pytest.fixture(scope="module")
def other() -> Clip:
    """As long, and somebody who bends down."""
    return demos.lift_box().crop(40, 60)


def test_a_result_answers_its_own_recording_and_no_other(
    answer: Result, clip: Clip, other: Clip, robot: RobotModel
) -> None:
    written = TrajectoryFile(answer.trajectory, robot, result=answer)
    assert mismatch(written, clip) == ""
    assert "it was made from" in mismatch(written, other)
    assert "it was made from" in mismatch(written, clip.mirrored())


@pytest.mark.parametrize("way", ["scaled", "in the robot's proportions"])
def test_the_person_of_a_result_may_have_either_proportions(
    answer: Result, clip: Clip, other: Clip, robot: RobotModel, way: str
) -> None:
    for scale in (answer.scale, 0.9 * answer.scale):
        landmarks = scale * clip.landmarks()
        if way != "scaled":
            landmarks = proportioned(clip, robot, scale, Surfaces())
            # Feet are planted and hands put where they touch: some centimetres off.
            landmarks = landmarks + np.array([0.03, 0.0, 0.0])
            landmarks[:, -1] += np.array([0.0, 0.1, 0.1])
        made = replace(answer, landmarks=landmarks, scale=scale)
        written = TrajectoryFile(made.trajectory, robot, result=made)
        assert mismatch(written, clip) == ""
        assert "it was made from" in mismatch(written, other)
        assert "it was made from" in mismatch(written, clip.mirrored())


def test_a_bare_trajectory_answers_whom_its_robot_follows(
    answer: Result, clip: Clip, other: Clip, robot: RobotModel
) -> None:
    written = TrajectoryFile(answer.trajectory, robot)
    assert mismatch(written, clip) == ""
    q = np.array(answer.trajectory.q)
    q[:, :3] = 0.8 * q[:, :3] + [3.0, 1.0, 0.0]  # another tool's place and scale
    moved = replace(answer.trajectory, q=q)
    assert mismatch(TrajectoryFile(moved, robot), clip) == ""
    assert "its robot is" in mismatch(written, other)


@pytest.mark.slow
def test_no_page_is_made_of_two_recordings(
    kinemesh_command: Command, recorded: Path, tmp_path: Path
) -> None:
    turned = tmp_path / "turned.npy"
    np.save(turned, walking() @ np.diag([-1.0, -1.0, 1.0]))
    for file in (recorded, turned):
        done = kinemesh_command("retarget", file, "-o", file.with_suffix(".npz"))
        assert done.status == 0
    both = (recorded.with_suffix(".npz"), turned.with_suffix(".npz"))
    page = tmp_path / "page.html"
    done = kinemesh_command("report", *both, "--clip", recorded, "-o", page)
    assert done.status == 2 and not page.exists()
    assert "1 of 2 trajectories answer another recording" in done.err
    assert "turned.npz: it was made from 'turned'" in done.err
    done = kinemesh_command("evaluate", both[1], "--clip", recorded)
    assert "warning  another recording's: it was made from 'turned'" in done.out
