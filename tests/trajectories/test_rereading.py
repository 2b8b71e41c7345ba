"""A file is judged as the result that it was written from: what is delivered is what was judged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import kinemesh
from kinemesh import demos, metrics
from kinemesh.errors import WriteError
from kinemesh.motion import Clip
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from kinemesh.solve import retarget
from kinemesh.trajectories import WRITERS, delivered

RATE = 50.0
"""[1/s]: what whole-body trackers step at."""

Solved = tuple[Clip, Result, metrics.Score]


def judged(result: Result, robot: RobotModel, clip: Clip) -> metrics.Score:
    return metrics.evaluate(
        result.trajectory, robot, scene=result.scene, clip=clip, scale=result.scale
    )


def solved(clip: Clip, robot: RobotModel) -> Solved:
    clip = clip.resample(RATE)
    result = retarget(clip, robot)
    return clip, result, judged(result, robot, clip)


@pytest.fixture(scope="module")
def walk(robot: RobotModel) -> Solved:
    return solved(demos.walk().crop(40, 70), robot)


@pytest.fixture(scope="module")
def lift(robot: RobotModel) -> Solved:
    return solved(demos.lift_box().crop(60, 120), robot)


def file_of(folder: Path, format: str) -> Path:
    return folder / f"motion{next(iter(WRITERS[format].suffixes), '')}"


@pytest.mark.slow
@pytest.mark.parametrize("clip", ["walk", "lift"])
@pytest.mark.parametrize("format", WRITERS)
def test_every_formats_file_is_judged_as_its_result(
    format: str, clip: str, request: pytest.FixtureRequest, robot: RobotModel, tmp_path: Path
) -> None:
    demo, result, own = request.getfixturevalue(clip)
    assert own.passed, own.verdict
    path = file_of(tmp_path, format)
    kinemesh.write(result, path, format=format, fps=RATE)
    found = delivered(path, result, robot, format=format)
    assert found.trajectory is not result.trajectory and found.trajectory.fps == RATE
    # A prop that the format has room for is where the file has it, another where the result has.
    kept = WRITERS[format].props > 0
    for name, track in result.tracks.items():
        assert (found.tracks[name] is not track) == kept
        assert np.array_equal(found.scene.props[0].track, found.tracks[name])
    score = judged(found, robot, demo)
    assert score.state == own.state
    for row in own:
        other = score[row.name]
        assert (row.passed, row.value is None) == (other.passed, other.value is None)
        if row.value is not None and not row.name.startswith("dynamics"):
            assert other.value == pytest.approx(row.value, rel=0.02, abs=0.02)


@pytest.mark.slow
def test_a_file_of_another_motion_or_rate_is_not_taken_for_the_result(
    walk: Solved, robot: RobotModel, tmp_path: Path
) -> None:
    _, result, _ = walk
    path = file_of(tmp_path, "mjlab")
    kinemesh.write(result, path, format="mjlab", fps=30.0)
    with pytest.raises(WriteError, match="at the file's rate"):
        delivered(path, result, robot, format="mjlab")
    for column, amount in ((2, 1e-3), (12, 1e-3)):
        q = np.array(result.trajectory.q)
        q[:, column] += amount
        other = replace(result, trajectory=replace(result.trajectory, q=q))
        kinemesh.write(other, path, format="mjlab", fps=RATE)
        with pytest.raises(WriteError, match="differs from its result"):
            delivered(path, result, robot, format="mjlab")
