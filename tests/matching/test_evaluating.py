"""``kinemesh.evaluate`` says what ``kinemesh evaluate`` says, of anybody's file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kinemesh
from commands import Command, walking
from kinemesh import Clip, Result, RobotModel, Scene, demos, metrics
from kinemesh.errors import ClipError, KinemeshError, OptionError, ReadError, RobotError
from kinemesh.matching import TrajectoryFile, match
from kinemesh.metrics import Limits, Score


def said(command: Command, *arguments: Any) -> dict[str, Any]:
    done = command("evaluate", *arguments, "--json")
    assert (done.status, done.err) == (0, "")
    found: dict[str, Any] = json.loads(done.out)
    return found


def assert_same(score: Score, report: dict[str, Any]) -> None:
    """The same rows to the last digit, the same verdict and doubts, the same warnings."""
    own = json.loads(json.dumps(score.as_dict()))
    assert own["measures"] == report["measures"]
    for key in ("state", "verdict", "doubts", "clip", "robot", "frames", "fps", "warnings"):
        assert own[key] == report[key], key
    assert len(own["notes"]) == len(report["notes"])  # the command's speak of its options


@pytest.mark.slow
def test_a_result_and_its_file_are_judged_with_what_they_carry(
    kinemesh_command: Command, carried: Result, carried_file: Path
) -> None:
    report = said(kinemesh_command, carried_file)
    assert report["measures"]["contact.prop.gap_mean"]["value"] is not None
    score = kinemesh.evaluate(carried_file)
    assert_same(score, report)
    assert "recording: in the file" in score.notes
    assert "carried.npz: robot: g1 (in the file)" in score.notes
    of_the_value = kinemesh.evaluate(carried)
    assert "recording: in the file" not in of_the_value.notes
    assert of_the_value.verdict == score.verdict
    for measure in of_the_value:
        value = score[measure.name].value
        assert measure.value == (None if value is None else pytest.approx(value, 1e-6, 1e-6))


def test_progress_counts_the_steps_to_the_last_and_changes_nothing(carried: Result) -> None:
    seen: list[tuple[int, int]] = []
    score = kinemesh.evaluate(carried, progress=lambda *at: seen.append(at))
    assert score == kinemesh.evaluate(carried)
    assert len(seen) > 10
    assert seen == [(k + 1, len(seen)) for k in range(len(seen))]


@pytest.mark.slow
def test_a_peers_csv_is_judged_against_a_recording_that_is_given(
    kinemesh_command: Command, robot: RobotModel, tmp_path: Path
) -> None:
    steps, csv = tmp_path / "steps.npy", tmp_path / "theirs.csv"
    np.save(steps, walking())
    result = kinemesh.retarget(kinemesh.read(steps), robot, refine=None)
    np.savetxt(csv, result.trajectory.q, delimiter=",", fmt="%.17g")
    given = ("--source-fps", "30", "--clip", steps, "--height", "1.75")
    report = said(kinemesh_command, csv, *given)
    assert report["measures"]["tracking.landmark_error"]["value"] is not None
    assert_same(kinemesh.evaluate(csv, steps, fps=30.0, height=1.75), report)
    clip = kinemesh.read(steps, height=1.75)
    of_a_clip = kinemesh.evaluate(csv, clip, fps=30.0)
    assert of_a_clip.measures == kinemesh.evaluate(csv, steps, fps=30.0, height=1.75).measures
    assert not set(clip.notes) & set(of_a_clip.notes)  # they stand in the clip


@pytest.mark.slow
@pytest.mark.parametrize("format", ["holosoma-train", "omniretarget"])
def test_a_trainers_file_is_judged_with_the_shape_that_it_lacks(
    kinemesh_command: Command, carried: Result, box: Path, tmp_path: Path, format: str
) -> None:
    file = tmp_path / "train.npz"
    kinemesh.write(carried, file, format=format, fps=30.0)
    report = said(kinemesh_command, file, "--object", box)
    assert report["measures"]["penetration.prop.max"]["value"] is not None
    score = kinemesh.evaluate(file, object=box)
    assert_same(score, report)
    bare = kinemesh.evaluate(file)
    assert bare["penetration.prop.max"].value is None
    assert any("not in the file (object=)" in note for note in bare.notes)
    assert "not in the file (--object)" in " ".join(said(kinemesh_command, file)["notes"])


def test_a_trajectory_is_judged_in_the_scene_that_is_given(
    carried: Result, carry: Clip, robot: RobotModel
) -> None:
    own = carried.trajectory
    score = kinemesh.evaluate(own, carry, robot=robot, scene=carried.scene)
    direct = metrics.evaluate(own, robot, scene=carried.scene, clip=carry)
    assert score.measures == direct.measures
    alone = kinemesh.evaluate(own, carry, scene=Scene())
    assert alone["penetration.prop.max"].value is None
    assert score["penetration.prop.max"].value is not None


def test_a_recording_of_another_rate_is_resampled_and_a_few_frames_may_lack(
    carried: Result, carry: Clip
) -> None:
    slower = match(carried.trajectory, carry.resample(60.0), scene=carried.scene)
    assert slower.clip is not None and slower.clip.fps == carried.trajectory.fps
    assert "clip: resampled from 60 to the trajectory's 30 frames/s" in slower.notes
    shorter = match(carried, carry.crop(0, 8))
    assert len(shorter.trajectory) == 8 and isinstance(shorter.motion, Result)
    with pytest.raises(ClipError, match=r"10 frames and the clip 5 .*\(recording_fps=\)"):
        kinemesh.evaluate(carried, carry.crop(0, 5))


def test_another_persons_recording_is_warned_of(carried: Result, carry: Clip) -> None:
    assert kinemesh.evaluate(carried, carry).warnings == ()
    score = kinemesh.evaluate(carried, demos.walk().crop(60, 70))
    (warning,) = (text for text in score.warnings if text.startswith("another recording's"))
    assert "it was made from 'lift_box'" in warning


def test_limits_of_the_caller_draw_the_lines(carried: Result) -> None:
    strict = kinemesh.evaluate(carried, limits=replace(Limits(), landmark_error=1e-3))
    assert "tracking.landmark_error" in [measure.name for measure in strict.failed]


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"motion": 3}, TypeError, r"motion = 3: expected a Result, a Trajectory, what read_traj"),
        ({"recording": 3}, TypeError, r"recording = 3: expected a Clip"),
        ({"scene": 3}, TypeError, r"scene = 3: expected the robot's Scene"),
        ({"fps": 30.0}, OptionError, r"fps=30 is the rate of a file.*leave it out"),
        ({"recording_fps": 30.0}, OptionError, r"recording_fps=30 .* no path of one is given"),
        ({"recording": "clip", "height": 1.8}, OptionError, r"height= is given beside a Clip"),
        ({"scene": Scene(), "object": "a.obj"}, OptionError, r"object= is given beside scene="),
        ({"robot": "g2"}, RobotError, r"unknown robot 'g2'"),
        ({"motion": "none.npz"}, ReadError, r"none\.npz does not exist"),
    ],
)
def test_what_does_not_go_together_is_said(
    given: dict[str, Any], error: type[Exception], message: str, carried: Result, carry: Clip
) -> None:
    arguments = {"motion": carried.trajectory, **given}
    if arguments.get("recording") == "clip":
        arguments["recording"] = carry
    with pytest.raises(error, match=message):
        kinemesh.evaluate(**arguments)


def test_a_file_that_was_read_is_judged_as_its_path(carried_file: Path) -> None:
    file = kinemesh.read_trajectory(carried_file)
    assert isinstance(file, TrajectoryFile) and file.result is not None
    assert kinemesh.evaluate(file).measures == kinemesh.evaluate(carried_file).measures


def test_terrain_needs_the_persons_height(carried: Result, box: Path) -> None:
    with pytest.raises(KinemeshError, match=r"give height=, or the recording, recording="):
        kinemesh.evaluate(carried.trajectory, terrain=box)
    score = kinemesh.evaluate(carried.trajectory, terrain=box, height=1.75)
    assert score["penetration.terrain.max"].value is not None
