from __future__ import annotations

import json
import pickle
import re
from pathlib import Path

import numpy as np
import pytest

import kinemesh
from commands import Command
from kinemesh import Result, RobotModel, cli, demos
from kinemesh.robot import links_of
from kinemesh.trajectories import WRITERS, read_contents, read_layout


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory, robot: RobotModel) -> Path:
    """The box demo, ten frames in which both hands hold it."""
    path = tmp_path_factory.mktemp("solved") / "lift.npz"
    return kinemesh.retarget(demos.lift_box().crop(60, 70), robot).save(path)


def test_a_result_becomes_what_a_trainer_reads_and_what_is_dropped_is_said(
    kinemesh_command: Command, solved: Path, tmp_path: Path
) -> None:
    done = kinemesh_command("convert", solved, tmp_path / "a.npz", "--to", "mjlab")
    assert (done.status, done.err) == (0, "")
    assert "resampled from 30 to 50 frames/s: 10 to 16 frames" in done.out
    assert "dropped: box: mjlab has room for no prop" in done.out
    assert "found    robot: g1 (in the file)" in done.out
    assert read_contents(tmp_path / "a.npz").arrays["joint_pos"].shape == (16, 29)


@pytest.mark.slow
def test_any_readable_becomes_any_writable(
    kinemesh_command: Command, solved: Path, robot: RobotModel, tmp_path: Path
) -> None:
    """In a ring: every format is read once and written once."""
    own, links = Result.load(solved).trajectory, links_of(robot)
    source, rate = solved, []
    for format, writer in WRITERS.items():
        suffix = writer.suffixes[0] if writer.suffixes else ""
        target = tmp_path / f"{format}{suffix}"
        done = kinemesh_command(
            *("convert", source, target, "--to", format, "--fps", "30", "--json"), *rate
        )
        assert done.status == 0, done.err
        report = json.loads(done.out)
        assert (report["format"], report["warnings"]) == (format, [])
        source = target
        rate = [] if writer.states_fps else ["--source-fps", "30"]
    file = read_layout(source, robot.joint_names, robot.name, 30.0, links=links)
    np.testing.assert_allclose(file.trajectory.q[:, 7:], own.joints, atol=1e-6)


def test_the_layout_may_be_said_where_content_cannot_tell(
    kinemesh_command: Command, solved: Path, tmp_path: Path
) -> None:
    own = Result.load(solved).trajectory
    np.savetxt(tmp_path / "a.csv", own.qpos(), delimiter=",", fmt="%.12g")
    done = kinemesh_command(
        *("convert", tmp_path / "a.csv", tmp_path / "b.csv", "--to", "unitree-csv"),
        *("--from", "kimodo", "--source-fps", "25"),
    )
    assert (done.status, done.err) == (0, "")
    assert "layout: kimodo" in done.out and "frame rate: 25/s (given)" in done.out
    np.testing.assert_allclose(np.loadtxt(tmp_path / "b.csv", delimiter=","), own.q, atol=1e-8)


def test_one_motion_of_a_library_is_converted_under_its_name(
    kinemesh_command: Command, solved: Path, tmp_path: Path
) -> None:
    kinemesh.write(Result.load(solved), tmp_path / "a.pkl", format="motionlib", name="one")
    library = pickle.loads((tmp_path / "a.pkl").read_bytes())
    (tmp_path / "a.pkl").write_bytes(pickle.dumps({**library, "two": library["one"]}))
    done = kinemesh_command(
        *("convert", tmp_path / "a.pkl", tmp_path / "b.pkl", "--to", "motionlib"),
        *("--motion", "two"),
    )
    assert done.status == 0, done.err
    assert list(pickle.loads((tmp_path / "b.pkl").read_bytes())) == ["two"]


@pytest.mark.slow
def test_every_format_is_measured_and_retargeted_as_the_result_is(
    kinemesh_command: Command, solved: Path, tmp_path: Path
) -> None:
    want = json.loads(kinemesh_command("evaluate", solved, "--json").out)["measures"]
    for format, writer in WRITERS.items():
        suffix = writer.suffixes[0] if writer.suffixes else ""
        path = tmp_path / f"{format}{suffix}"
        kinemesh.write(Result.load(solved), path, format=format, fps=30.0)
        more = () if writer.states_fps else ("--fps", "30")
        done = kinemesh_command("evaluate", path, *more, "--json")
        assert done.status == 0, done.err
        found = json.loads(done.out)["measures"]
        for name in ("penetration.ground.max", "smoothness.joint_jerk", "limits.joint_excess"):
            assert found[name]["value"] == pytest.approx(want[name]["value"], rel=0.02, abs=2e-3)
    for source in (tmp_path / "hdmi", tmp_path / "gmr.pkl"):
        told = kinemesh_command("info", source)
        assert (told.status, "g1 landmarks" in told.out) == (0, True), told.err
    done = kinemesh_command("retarget", tmp_path / "sonic", "-o", tmp_path / "again.npz")
    assert done.status == 0, done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.npz", "a.npz", "--to", "mjlab"], r"none\.npz does not exist"),
        (["lift.npz", "a.npz", "--to", "nope"], r"unknown format 'nope'; known are beyondmimic"),
        (["lift.npz", "a.csv", "--to", "mjlab"], r"mjlab is a \.npz file"),
        (["lift.npz", "lift.npz", "--to", "holosoma"], r"is the trajectory itself"),
        (["lift.npz", "no/a.npz", "--to", "mjlab"], r"the folder no does not exist"),
        (["lift.npz", "a.npz", "--to", "mjlab", "--fps", "-1"], r"cannot write at -1\.0; expected"),
        (["lift.npz", "a.npz", "--to", "mjlab", "--source-fps", "9"], r"states 30 frames/s and"),
        (["lift.npz", "a.npz", "--to", "mjlab", "--robot", "g2"], r"unknown robot 'g2'"),
        (["cut.npz", "a.npz", "--to", "mjlab"], r"cut\.npz.*cut short or damaged"),
        (["person.npz", "a.npz", "--to", "mjlab"], r"no array 'qpos' and not joint_pos"),
        (["evil.pkl", "a.npz", "--to", "mjlab"], r"asks for the name posix\.system.*Nothing was"),
        (["empty", "a.npz", "--to", "mjlab"], r"is a folder without motion\.npz and meta\.json"),
        (["text.csv", "a.npz", "--to", "mjlab", "--from", "x"], r"unknown format 'x'"),
    ],
)
def test_bad_input_is_one_line_and_status_2_and_nothing_is_written(
    arguments: list[str],
    message: str,
    solved: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("lift.npz").write_bytes(solved.read_bytes())
    Path("cut.npz").write_bytes(solved.read_bytes()[:5000])
    Path("evil.pkl").write_bytes(b"\x80\x02cposix\nsystem\nX\x0e\x00\x00\x00touch executed\x85R.")
    Path("text.csv").write_text("1,2,3\n")
    Path("empty").mkdir()
    np.savez("person.npz", global_joint_positions=np.zeros((3, 22, 3)))
    before = sorted(p.name for p in tmp_path.iterdir())
    status = cli.main(["convert", *arguments])
    captured = capfd.readouterr()
    assert (status, captured.out) == (2, "")
    assert captured.err.startswith("error: ") and captured.err.count("\n") == 1
    assert re.search(message, captured.err), captured.err
    assert sorted(p.name for p in tmp_path.iterdir()) == before
