"""``kinemesh info``: what it says of recordings, results and trajectories."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import kinemesh
from bvh_files import DIALECTS, write_bvh
from commands import Command, walking
from kinemesh import Result, RobotModel, cli, demos
from recordings import fault


def test_info_says_what_a_recording_holds(kinemesh_command: Command, recorded: Path) -> None:
    done = kinemesh_command("info", recorded)
    assert (done.status, done.err) == (0, "")
    assert "24 at 30/s, 0.77 s" in done.out
    assert "lafan22, 22 joints" in done.out
    assert "left foot planted" in done.out
    table = json.loads(kinemesh_command("info", recorded, "--json").out)
    assert table["clip"] == "steps"
    assert any("floor" in line for line in table["found"])


def test_info_says_what_was_found_in_a_bvh(kinemesh_command: Command, tmp_path: Path) -> None:
    file = write_bvh(tmp_path / "a.bvh", DIALECTS["xsens"])
    done = kinemesh_command("info", file)
    assert (done.status, done.err) == (0, "")
    for words in (
        "40 at 30/s",
        "bvh, 23 joints",
        "confidence 90%",
        "left_knee LeftKnee",
        "unit: centimetre",
        "up axis: y",
        "height: 1.713 m",
        "floor: ",
        "left foot planted in 100% of frames",
    ):
        assert words in done.out
    done = kinemesh_command("info", file, "--unit", "0.011")
    assert "unit: 0.011 m (given)" in done.out


def test_a_bvh_that_nobody_can_map_prints_the_table_to_fill_in(
    kinemesh_command: Command, tmp_path: Path
) -> None:
    file = write_bvh(tmp_path / "a.bvh", DIALECTS["xsens"])
    file.write_text(file.read_text().replace("LeftHip", "Pata").replace("LeftKnee", "Garra"))
    done = kinemesh_command("info", file)
    assert done.status == 2
    assert 'left_hip = ""' in done.err
    table = done.err.partition("\n")[2].replace('left_hip = ""', 'left_hip = "Pata"')
    (tmp_path / "map.toml").write_text(table.replace('left_knee = ""', 'left_knee = "Garra"'))
    done = kinemesh_command("info", file, "--map", tmp_path / "map.toml")
    assert (done.status, done.err) == (0, "")
    assert "left_knee Garra" in done.out


def test_info_says_what_a_result_holds(
    kinemesh_command: Command, robot: RobotModel, out: Path
) -> None:
    clip = demos.lift_box().crop(0, 3)
    kinemesh.retarget(clip, robot).save(out)
    done = kinemesh_command("info", out)
    assert (done.status, done.err) == (0, "")
    assert f"made by  kinemesh {kinemesh.__version__}" in done.out
    table = json.loads(kinemesh_command("info", out, "--json").out)
    assert (table["robot"], table["frames"], table["props"]) == ("g1", 3, ["box"])


def test_a_spike_goes_with_clean(kinemesh_command: Command, tmp_path: Path) -> None:
    positions = np.concatenate([walking(), walking()[::-1]])
    positions[20, 21] += 0.9
    np.save(tmp_path / "spike.npy", positions)
    told = kinemesh_command("info", tmp_path / "spike.npy", "--skeleton", "lafan22")
    assert "1 spike:" in told.out and "RightHand 20" in told.out
    told = kinemesh_command("info", tmp_path / "spike.npy", "--skeleton", "lafan22", "--clean")
    assert "spikes: 1 taken out, in frames: RightHand 20" in told.out


@pytest.mark.slow
def test_a_csv_of_somebody_elses_is_a_robots_trajectory(
    kinemesh_command: Command, recorded: Path, out: Path, tmp_path: Path
) -> None:
    kinemesh_command("retarget", recorded, "-o", out)
    np.savetxt(tmp_path / "moves.csv", Result.load(out).trajectory.q, delimiter=",")
    told = kinemesh_command("info", tmp_path / "moves.csv", "--fps", "30", "--source-robot", "g1")
    assert told.status == 0
    assert "robot: g1 (given)" in told.out
    assert "g1 landmarks" in told.out
    lifted = kinemesh_command("info", tmp_path / "moves.csv", "--floor", "0.1")
    assert "floor: 0.100 m (given)" in lifted.out
    refused = kinemesh_command("info", tmp_path / "moves.csv", "--up", "y")
    assert refused.status == 2
    assert "leave out --up" in refused.err


@pytest.mark.slow
def test_a_floor_that_is_given_is_not_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    path = str(fault("stale_floor_warning/walk_sunk.csv"))
    assert cli.main(["info", path]) == 0
    assert "--floor -0.080" in capsys.readouterr().out
    assert cli.main(["info", path, "--floor", "-0.08"]) == 0
    said = capsys.readouterr().out
    assert "floor: -0.080 m (given)" in said
    assert "soles come down to -0.080 m, not" not in said
