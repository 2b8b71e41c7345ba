"""``kinemesh simulate``: what it says, what it writes, and what it refuses."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import kinemesh
from commands import Command
from kinemesh import Result, RobotModel, retarget
from kinemesh.motion import Clip
from kinemesh.robot.shipped import robots_folder

pytest.importorskip("mujoco", reason="needs the package mujoco (extra physics)")

FRAMES = 8


@pytest.fixture(scope="module")
def walked(
    robot: RobotModel, demos: dict[str, Clip], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The file of a short piece of the walk."""
    clip = replace(demos["walk"].crop(0, FRAMES), name="steps")
    return retarget(clip, robot).save(tmp_path_factory.mktemp("walked") / "steps.npz")


@pytest.fixture(scope="module")
def torn(walked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, but that the robot is a metre aside from the fifth frame on: nobody follows."""
    result = Result.load(walked)
    q = np.array(result.trajectory.q)
    q[5:, 1] += 1.0
    torn = replace(result, trajectory=replace(result.trajectory, q=q))
    return torn.save(tmp_path_factory.mktemp("torn") / "torn.npz")


def test_it_says_whether_it_was_followed_and_writes_what_happened(
    kinemesh_command: Command, walked: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.npz"
    done = kinemesh_command("simulate", walked, "-o", out)
    assert (done.status, done.err) == (0, "")
    for words in (
        "seed 0: followed to its end, 0.23 s; body error",
        "torques at their limits",
        f"out.npz: a result, {FRAMES} frames of seed 0",
    ):
        assert words in done.out
    result, reference = Result.load(out), Result.load(walked)
    happened = result.simulation
    assert happened is not None and happened.followed and happened.seed == 0
    assert happened.velocities.shape == (FRAMES, 35) and happened.torques.shape == (FRAMES, 29)
    assert ("left_ankle_roll_link", "ground") in happened.contacts
    weight = 9.81 * 33.341
    carried = happened.forces[2:, :, 2].sum(axis=1)
    assert 0.7 * weight < carried.mean() < 1.3 * weight
    off = np.abs(result.trajectory.q - reference.trajectory.q).max()
    assert 1e-6 < off < 0.1  # as it happened, and not as it was asked
    assert result.demonstration is not None and len(result.demonstration) == FRAMES
    assert result.stance["left_toe"][2:].all() and "simulated in MuJoCo" in result.notes[-1]


@pytest.mark.slow
def test_the_same_seed_writes_the_same_bytes_and_several_are_compared(
    kinemesh_command: Command, walked: Path, tmp_path: Path
) -> None:
    one, two = tmp_path / "one.npz", tmp_path / "two.npz"
    done = kinemesh_command("simulate", walked, "-o", one, "--seeds", "2", "--seed", "4", "--json")
    said = json.loads(done.out)
    assert (said["followed"], said["seeds"]) == (2, 2)
    assert [run["seed"] for run in said["runs"]] == [4, 5]
    assert said["body_error"]["mean"] == pytest.approx(
        np.mean([run["body_error_mean"] for run in said["runs"]])
    )
    best = min(said["runs"], key=lambda run: run["body_error_mean"])
    assert Result.load(one).summary()["simulation"]["seed"] == best["seed"]
    kinemesh_command("simulate", walked, "-o", two, "--seed", str(best["seed"]))
    with np.load(one) as a, np.load(two) as b:
        assert a.files == b.files
        for key in a.files:
            assert a[key].tobytes() == b[key].tobytes(), key
    library = kinemesh.simulate(walked, seed=best["seed"], threads=1)
    np.testing.assert_array_equal(library.trajectory.q, Result.load(two).trajectory.q)


@pytest.mark.slow
def test_a_trainers_file_has_the_velocities_that_happened(
    kinemesh_command: Command, walked: Path, tmp_path: Path
) -> None:
    own, out = tmp_path / "own.npz", tmp_path / "mjlab.npz"
    assert kinemesh_command("simulate", walked, "-o", own).status == 0
    done = kinemesh_command("simulate", walked, "-o", out, "--to", "mjlab")
    assert done.status == 0, done.err
    assert "resampled from 30 to 50 frames/s" in done.out
    assert kinemesh_command("convert", own, tmp_path / "b.npz", "--to", "mjlab").status == 0
    happened = Result.load(own).simulation
    assert happened is not None
    with np.load(out) as file, np.load(tmp_path / "b.npz") as other:
        np.testing.assert_array_equal(file["joint_vel"], other["joint_vel"])
        np.testing.assert_allclose(file["joint_vel"][0], happened.velocities[0, 6:], atol=1e-6)
        # 10 steps of 1/50 s are 6 of 1/30 s
        np.testing.assert_allclose(file["joint_vel"][10], happened.velocities[6, 6:], atol=1e-6)
        np.testing.assert_allclose(
            file["body_lin_vel_w"][10, 0], happened.velocities[6, :3], atol=1e-6
        )


@pytest.mark.slow
def test_whoever_reads_a_result_reads_a_simulated_one(
    kinemesh_command: Command, walked: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.npz"
    assert kinemesh_command("simulate", walked, "-o", out).status == 0
    said = json.loads(kinemesh_command("info", out, "--json").out)
    assert said["simulation"]["followed"] is True
    assert "seed 0: followed to its end, 0.23 s" in kinemesh_command("info", out).out
    judged = kinemesh_command("evaluate", out)
    assert judged.status == 0 and "verdict" in judged.out
    again = kinemesh_command("simulate", out)
    assert again.status == 0 and "followed to its end" in again.out


@pytest.mark.slow
def test_a_motion_that_nobody_can_follow_is_lost_and_said_to_be(
    kinemesh_command: Command, torn: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.npz"
    done = kinemesh_command("simulate", torn, "-o", out)
    assert done.status == 0
    assert "seed 0: lost after" in done.out and "m off" in done.out
    result = Result.load(out)
    assert result.simulation is not None and not result.simulation.followed
    assert len(result) < FRAMES
    assert any("not followed" in warning for warning in result.warnings)
    done = kinemesh_command("simulate", torn, "--strict", "--json")
    said = json.loads(done.out)
    assert done.status == 1
    assert (said["followed"], said["body_error"], said["output"]) == (0, None, None)


@pytest.mark.slow
def test_somebody_elses_file_is_simulated_with_its_recording(
    kinemesh_command: Command, walked: Path, demos: dict[str, Clip], tmp_path: Path
) -> None:
    theirs = tmp_path / "theirs.csv"
    assert kinemesh_command("convert", walked, theirs, "--to", "unitree-csv").status == 0
    out = tmp_path / "out.npz"
    done = kinemesh_command("simulate", theirs, "--source-fps", "30", "-o", out)
    assert done.status == 0, done.err
    assert "followed to its end" in done.out
    result = Result.load(out)
    assert result.clip == "theirs" and result.demonstration is None
    assert result.landmarks.shape == (FRAMES, 15, 3)
    assert result.touch == {} and set(result.stance) == {"left_toe", "right_toe"}


def test_a_robot_that_is_a_folder_is_written_too(
    kinemesh_command: Command, walked: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(robots_folder() / "g1", folder)
    file = folder / "robot.toml"
    file.write_text(file.read_text().replace('name = "g1"', 'name = "mine"', 1))
    result = Result.load(walked)
    mine = replace(result, trajectory=replace(result.trajectory, robot="mine"))
    own = mine.save(tmp_path / "own.npz")
    done = kinemesh_command(
        *("simulate", own, "--robot", folder, "-o", tmp_path / "out.npz", "--to", "mjlab")
    )
    assert done.status == 0, done.err
    assert (tmp_path / "out.npz").is_file()


def refused(kinemesh_command: Command, *arguments: str | Path) -> str:
    """The one line that the command ends with."""
    done = kinemesh_command("simulate", *arguments)
    assert done.status == 2, done.out
    assert done.err.count("\n") == 1 and done.err.startswith("error: ")
    return done.err


def test_without_mujoco_it_says_what_to_install(
    kinemesh_command: Command, walked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mujoco", None)
    said = refused(kinemesh_command, walked, "-o", tmp_path / "out.npz")
    assert 'pip install "kinemesh[physics]"' in said
    assert not list(tmp_path.iterdir())


def test_another_robots_motion_is_refused(
    kinemesh_command: Command, walked: Path, tmp_path: Path
) -> None:
    said = refused(kinemesh_command, walked, "--robot", "h1", "-o", tmp_path / "out.npz")
    assert "has not the joints of 'h1'" in said
    assert not list(tmp_path.iterdir())


def test_a_robot_whose_torque_nobody_limits_is_refused(
    kinemesh_command: Command, walked: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(robots_folder() / "g1", folder)
    urdf, file = folder / "g1.urdf", folder / "robot.toml"
    urdf.write_text(urdf.read_text().replace('effort="139"', 'effort="0"'))
    file.write_text(file.read_text().replace("effort = 139.0\n", ""))
    said = refused(kinemesh_command, walked, "--robot", folder, "-o", tmp_path / "out.npz")
    assert "effort" in said or "torque" in said
    assert "left_knee_joint" in said or "left_hip_roll_joint" in said
    assert not (tmp_path / "out.npz").exists()


def test_numbers_that_are_none_are_refused(
    kinemesh_command: Command, walked: Path, tmp_path: Path
) -> None:
    with np.load(walked) as file:
        arrays = {key: file[key] for key in file.files}
    arrays["qpos"][3, 9] = np.nan
    np.savez(tmp_path / "nan.npz", **arrays)
    assert "NaN" in refused(kinemesh_command, tmp_path / "nan.npz")


@pytest.mark.slow
def test_what_cannot_be_written_is_said_before_any_work(
    kinemesh_command: Command, walked: Path, tmp_path: Path
) -> None:
    assert "--output does not say where" in refused(kinemesh_command, walked, "--to", "mjlab")
    assert "is the trajectory itself" in refused(kinemesh_command, walked, "-o", walked)
    assert ".npz" in refused(kinemesh_command, walked, "-o", tmp_path / "a.csv")
    assert "mjlab is a .npz" in refused(
        kinemesh_command, walked, "-o", tmp_path / "a.csv", "--to", "mjlab"
    )
    assert "no prop" in refused(kinemesh_command, walked, "--mass", "2")
    assert "seeds" in refused(kinemesh_command, walked, "--seeds", "0")
    assert "seed" in refused(kinemesh_command, walked, "--seed", "-1")
