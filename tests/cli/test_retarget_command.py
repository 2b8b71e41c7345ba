"""``kinemesh retarget``, and what becomes of its file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import kinemesh
from commands import FRAMES, Command, walking
from kinemesh import Result, RobotModel
from limb_lengths import leg_scale
from recordings import recording


@pytest.mark.slow
def test_a_recording_becomes_a_trajectory_file(
    kinemesh_command: Command, recorded: Path, out: Path
) -> None:
    done = kinemesh_command("retarget", recorded, "-o", out, "--height", "1.75")
    assert (done.status, done.err) == (0, "")
    assert "found    skeleton lafan22" in done.out
    assert "found    height: 1.750 m (given" in done.out
    assert "24 frames of g1" in done.out
    result = Result.load(out)
    assert len(result) == FRAMES
    assert result.clip == "steps"
    assert result.demonstration is not None
    assert result.scale == pytest.approx(leg_scale(result.demonstration, RobotModel.load("g1")))
    assert sorted(p.name for p in out.parent.iterdir()) == ["out.npz", "steps.npy"]


def test_with_json_there_is_json_on_standard_output_and_nothing_else(
    kinemesh_command: Command, recorded: Path, out: Path
) -> None:
    done = kinemesh_command("retarget", recorded, "-o", out, "--json")
    assert (done.status, done.err) == (0, "")
    report = json.loads(done.out)
    assert report["frames"] == FRAMES
    assert report["relaxed_frames"] == []
    assert report["seconds"] > 0.0
    assert report["score"]["measures"]["limits.joint_excess"]["passed"] is True
    assert any("skeleton lafan22" in note for note in report["notes"])


def test_another_rate_and_another_robot_are_what_the_file_holds(
    kinemesh_command: Command, recorded: Path, out: Path
) -> None:
    options = ("--resample", "20", "--robot", "g1_base", "--fps", "30", "--floor", "0.025")
    assert kinemesh_command("retarget", recorded, "-o", out, *options).status == 0
    result = Result.load(out)
    assert (result.trajectory.fps, result.trajectory.robot) == (20.0, "g1_base")
    assert len(result) == 16


@pytest.mark.slow
def test_frames_that_could_not_hold_every_constraint_are_listed(
    kinemesh_command: Command, tmp_path: Path, out: Path
) -> None:
    positions = walking()
    positions[12:, :, :2] += 0.25 * np.arange(12)[:, None, None]  # faster than any joint turns
    np.save(tmp_path / "dash.npy", positions)
    done = kinemesh_command("retarget", tmp_path / "dash.npy", "-o", out)
    assert done.status == 0
    failures = Result.load(out).failures
    said = [line for line in done.out.splitlines() if line.startswith("  frame ")]
    assert len(said) == min(10, len(failures))
    if failures:
        assert f"{len(failures)} of {FRAMES} frames could not hold every constraint" in done.out


@pytest.mark.slow
def test_a_scene_file_is_shown_retargeted_and_measured(
    kinemesh_command: Command, recorded: Path, out: Path
) -> None:
    scene = recorded.parent / "scene.toml"
    scene.write_text(
        '[clip]\nfile = "steps.npy"\n'
        '[[prop]]\nname = "crate"\nbox = [0.4, 0.4, 0.5]\npose = [3, 3, 0.25]\n'
        '[terrain]\nfile = "step.obj"\n'
    )
    box = kinemesh.Shape.box((0.5, 0.5, 0.2), (-3, 0, 0.1))
    rows = [f"v {x} {y} {z}" for x, y, z in box.vertices]
    rows += [f"f {a} {b} {c}" for a, b, c in box.faces + 1]
    (recorded.parent / "step.obj").write_text("\n".join(rows))
    done = kinemesh_command("info", scene)
    assert (done.status, done.err) == (0, "")
    assert "crate: 0.40 x 0.40 x 0.50 m, 1 convex part; stands still" in done.out
    assert "step: terrain, 0.50 x 0.50 x 0.20 m, 1 convex part; up to 0.20 m" in done.out
    done = kinemesh_command("retarget", scene, "--stop", "0.3", "-o", out, "--json")
    assert (done.status, done.err) == (0, "")
    assert list(kinemesh.Result.load(out).tracks) == ["crate"]
    done = kinemesh_command("evaluate", out, "--clip", scene, "--stop", "0.3", "--json")
    assert (done.status, done.err) == (0, "")
    refused = kinemesh_command("info", scene, "--object", recorded)
    assert refused.status == 2 and "leave out --object" in refused.err


def test_a_part_of_a_recording_mirrored_and_resampled(
    kinemesh_command: Command, recorded: Path, out: Path
) -> None:
    options = ("--start", "0.2", "--stop", "0.6", "--mirror", "--rate", "60")
    done = kinemesh_command("retarget", recorded, "-o", out, *options)
    assert (done.status, done.err) == (0, "")
    for found in ("trimmed to frames 6-18 of 24", "mirrored: y to -y", "from 30 to 60 frames/s"):
        assert found in done.out
    assert len(Result.load(out)) == 25
    told = kinemesh_command("info", recorded, *options)
    assert "25 at 60/s" in told.out
    assert "mirrored: y to -y" in told.out


@pytest.mark.slow
def test_a_mirrored_result_is_measured_against_the_mirrored_recording(
    kinemesh_command: Command, recorded: Path, out: Path
) -> None:
    kinemesh_command("retarget", recorded, "-o", out, "--mirror", "--stop", "0.5")

    def error(*options: str) -> float:
        done = kinemesh_command("evaluate", out, "--clip", recorded, "--json", *options)
        assert done.status == 0, done.err
        return float(json.loads(done.out)["measures"]["tracking.landmark_error"]["value"])

    assert error("--mirror", "--stop", "0.5") < 10.0
    assert error("--stop", "0.5") > error("--mirror", "--stop", "0.5") + 1.0


@pytest.mark.slow
def test_a_result_is_retargeted_to_another_robot(
    kinemesh_command: Command, recorded: Path, out: Path, tmp_path: Path
) -> None:
    kinemesh_command("retarget", recorded, "-o", out)
    again = tmp_path / "again.npz"
    done = kinemesh_command("retarget", out, "-o", again, "--robot", "g1_base")
    assert (done.status, done.err) == (0, "")
    assert "found    robot: g1 (in the file)" in done.out
    assert "found    stance: the robot held it" in done.out
    one, other = Result.load(out), Result.load(again)
    assert other.trajectory.robot == "g1_base"
    assert other.scale == pytest.approx(1.0, abs=0.01)  # thighs seem shorter while hips are turned
    models = [RobotModel.load("g1"), RobotModel.load("g1_base")]
    places = [
        np.array([model.configuration(q).landmarks() for q in result.trajectory.q])
        for model, result in zip(models, (one, other), strict=True)
    ]
    assert np.linalg.norm(places[0] - places[1], axis=2).mean() < 0.015
    np.testing.assert_allclose(other.landmarks, places[0], atol=0.035)  # an elbow that reaches
    kinemesh_command("retarget", out, "-o", again, "--robot", "g1_base", "--proportions", "person")
    whole = Result.load(again)
    assert whole.scale == 1.0
    np.testing.assert_allclose(whole.landmarks, places[0], atol=1e-9)


@pytest.mark.slow
def test_how_many_warnings_stand_above_the_table_is_said_below_it(
    tmp_path: Path, kinemesh_command: Command
) -> None:
    walk, out = recording("cmu/cmu_12_01_walk.bvh"), tmp_path / "walk.npz"
    options = ("--stop", "0.3", "--rate", "50", "-o", out)
    said = kinemesh_command("retarget", walk, *options).out
    assert "T-pose" in said.partition("verdict")[0]
    assert "1 warning of the recording above the table" in said.partition("verdict")[2]
    heeded = kinemesh_command("retarget", walk, "--start", "0.00833", *options).out
    assert "T-pose" not in heeded and "above the table" not in heeded
