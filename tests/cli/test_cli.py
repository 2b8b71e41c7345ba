from __future__ import annotations

import importlib.util
import io
import json
import os
import re
import runpy
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kinemesh
from bvh_files import DIALECTS, write_bvh
from commands import FRAMES, Command, walking
from kinemesh import Result, RobotModel, Shape, cli, demos
from kinemesh.errors import ClipError, KinemeshError
from recordings import fault


def _writers() -> Any:
    """How the readers' tests write ``.pt`` and ``.obj`` files."""
    file = Path(__file__).parents[1] / "recordings" / "conftest.py"
    spec = importlib.util.spec_from_file_location("file_writers", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


WRITERS = _writers()


def outside(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, warnings as errors."""
    package = str(Path(kinemesh.__file__).parents[1])
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "kinemesh.cli", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": package},
        capture_output=True,
        text=True,
        timeout=120,
    )


# --------------------------------------------------------------------------- it works


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
    assert result.scale == pytest.approx(1.32 / 1.75)
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


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """The demos cut to pieces of a few frames, and how many: in full they are solved elsewhere."""
    whole = demos.DEMOS
    starts = {"walk": 40, "lift_box": 90, "step_up": 60}
    assert set(starts) == set(whole)
    cut = {n: lambda n=n: whole[n]().crop(starts[n], starts[n] + 8 + len(n)) for n in whole}
    monkeypatch.setattr(demos, "DEMOS", cut)
    return {name: 8 + len(name) for name in whole}


def test_the_demo_writes_three_files_and_one_table(
    kinemesh_command: Command, tmp_path: Path, pieces: dict[str, int]
) -> None:
    done = kinemesh_command("demo", "--out", tmp_path / "new" / "folder")
    assert (done.status, done.err) == (0, "")
    files = sorted((tmp_path / "new" / "folder").iterdir())
    assert [file.name for file in files] == ["lift_box.npz", "step_up.npz", "walk.npz"]
    assert Result.load(files[0]).qpos().shape == (pieces["lift_box"], 7 + 29 + 7)
    for name in ("walk", "lift_box", "step_up", "measure", "limits.joint_excess"):
        assert name in done.out


def test_the_demo_reports_as_json(
    kinemesh_command: Command, tmp_path: Path, pieces: dict[str, int]
) -> None:
    done = kinemesh_command("demo", "--out", tmp_path, "--json")
    assert (done.status, done.err) == (0, "")
    report = json.loads(done.out)
    assert set(report) == set(pieces)
    for name, entry in report.items():
        assert entry["frames"] == pieces[name]
        assert entry["score"]["measures"]["limits.velocity_excess"]["passed"] is True


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


def test_the_command_works_in_a_process_of_its_own(recorded: Path, out: Path) -> None:
    done = outside("retarget", recorded, "-o", out, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["frames"] == FRAMES


def test_the_version_is_the_packages(kinemesh_command: Command) -> None:
    assert kinemesh_command("version").out.strip() == kinemesh.__version__


# --------------------------------------------------------------------------- bad input


def _array(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Path], list[Path]]:
    def write(folder: Path) -> list[Path]:
        np.save(folder / "clip.npy", change(walking()))
        return [folder / "clip.npy"]

    return write


def _bytes(name: str, data: bytes) -> Callable[[Path], list[Path]]:
    def write(folder: Path) -> list[Path]:
        (folder / name).write_bytes(data)
        return [folder / name]

    return write


def _spoilt(value: float) -> Callable[[np.ndarray], np.ndarray]:
    def change(positions: np.ndarray) -> np.ndarray:
        positions[7:15, 3, 1] = value
        return positions

    return change


def _tensor(cut: float = 1.0, program: bytes | None = None) -> Callable[[Path], list[Path]]:
    def write(folder: Path) -> list[Path]:
        file = WRITERS.save_torch(folder / "clip.pt", WRITERS.omomo_table(), program)
        data = file.read_bytes()
        file.write_bytes(data[: round(cut * len(data))])
        return [file]

    return write


def _with_mesh(text: str | None, factor: float = 1.0) -> Callable[[Path], list[Any]]:
    def write(folder: Path) -> list[Any]:
        clip = WRITERS.save_torch(folder / "clip.pt", WRITERS.omomo_table())
        mesh = WRITERS.save_obj(folder / "box.obj", Shape.box((0.4, 0.4, 0.5)), factor)
        if text is not None:
            mesh.write_text(text)
        return [clip, "--object", mesh]

    return write


def _plus(*arguments: str) -> Callable[[Path], list[Any]]:
    def write(folder: Path) -> list[Any]:
        np.save(folder / "clip.npy", walking())
        return [folder / "clip.npy", *arguments]

    return write


def _archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("notes.txt", "no arrays here")
    return stream.getvalue()


_HOSTILE = b"cos\nsystem\n(X\x12\x00\x00\x00touch was_run_heretR."

BAD: dict[str, tuple[Callable[[Path], list[Any]], str]] = {
    "nothing there": (
        lambda folder: [folder / "none.npy"],
        r"none\.npy does not exist.*expected a file.*check the spelling",
    ),
    "a folder": (lambda folder: [folder], r"is a folder; expected a file: give one of the files"),
    "an empty file": (_bytes("clip.npy", b""), r"clip\.npy is empty \(0 bytes\): copy or download"),
    "an unknown suffix": (
        _bytes("clip.mp4", b"x" * 99),
        r"suffix '\.mp4'; known are \.pt, \.npy, \.npz, \.bvh, \.glb, \.c3d, \.toml: convert",
    ),
    "a picture called npy": (
        _bytes("clip.npy", b"\x89PNG\r\n\x1a\n" + bytes(99)),
        r"clip\.npy is a PNG picture; expected a NumPy array.*check that this is the right file",
    ),
    "text called pt": (
        _bytes("clip.pt", b"a text of some length"),
        r"clip\.pt is text; expected a tensor saved by torch\.save",
    ),
    "a zip without arrays called npz": (
        _bytes("clip.npz", _archive()),
        r"a zip archive without arrays; expected one that numpy\.savez wrote",
    ),
    "a truncated pt": (_tensor(cut=0.7), r"clip\.pt.*cut short or damaged; copy or download"),
    "a truncated npy": (
        _bytes("clip.npy", b"\x93NUMPY\x01\x00v\x00{'descr': '<f8'"),
        r"clip\.npy: the header of the array is damaged",
    ),
    "a hostile pt": (_tensor(program=_HOSTILE), r"asks for the name os\.system; expected one tens"),
    "a joint that is NaN": (
        _array(_spoilt(np.nan)),
        r"missing \(NaN, infinite or 0\) for longer than 0\.2 s, in frames: LeftFoot 7-14; .* cut ",
    ),
    "a joint that is infinite": (
        _array(_spoilt(np.inf)),
        r"longer than.*LeftFoot 7-14.*fill or cut",
    ),
    "one frame": (_array(lambda p: p[:1]), r"the clip has 1 frames; a motion needs at least 2"),
    "no frame": (
        lambda folder: [*_array(lambda p: p[:0])(folder), "--skeleton", "lafan22"],
        r"the clip has 0 frames; a motion needs at least 2",
    ),
    "centimetres": (
        _array(lambda p: p * 100.0),
        r"a person 17\d m tall: the numbers look like centimetres; multiply them by 0\.01",
    ),
    "a flat array": (
        _array(lambda p: p.reshape(len(p), -1)),
        r"shape \(24, 66\); expected joint positions \(T, J, 3\) in metres: .* reshape it",
    ),
    "a joint too few": (_array(lambda p: p[:, 1:]), r"21 joints, which no known skeleton has"),
    "no frame rate": (_plus("--fps", "0"), r"the frame rate is 0\.0; expected a positive number"),
    "a frame rate below 0": (_plus("--fps", "-30"), r"the frame rate is -30\.0; expected a posit"),
    "a resampling to 0": (_plus("--resample", "0"), r"cannot resample to 0\.0.*expected a positiv"),
    "a height in centimetres": (
        _plus("--height", "175"),
        r"the given height makes a person 175 m tall.*multiply them by 0\.01",
    ),
    "an unknown skeleton": (
        _plus("--skeleton", "smpl"),
        r"unknown skeleton 'smpl'; known are lafan22 \(22 joints\).*give one of these names",
    ),
    "a skeleton of other joints": (
        _plus("--skeleton", "mocap53"),
        r"22 joints; skeleton 'mocap53' has 53: lafan22 or smpl22 would fit",
    ),
    "a start after the end": (
        _plus("--start", "2"),
        r"from --start 2 to --stop 0\.766667 there are not two frames.* runs from 0 to 0\.767 s",
    ),
    "a person's motion as a robot's": (
        _plus("--source-robot", "g1"),
        r"clip\.npy is a person's motion, and --(source-)?robot g1 says whose trajectory it is",
    ),
    "an unknown axis": (_plus("--up", "x"), r"--up x is not known; expected 'y' or 'z'"),
    "an object that nothing tracks": (
        _plus("--object", "box.obj"),
        r"clip\.npy tracks no object.*leave it out",
    ),
    "an unknown robot": (
        _plus("--robot", "g2"),
        r"unknown robot 'g2'; known robots: g1, g1_23dof, g1_base, h1, t1; or give a robot's "
        r"folder",
    ),
    "an unknown solver": (
        _plus("--solver", "simplex"),
        r"unknown solver 'simplex'; known solvers: daqp, osqp, cvxpy",
    ),
    "an empty mesh": (_with_mesh("# nothing\n"), r"box\.obj.*; .*"),
    "a mesh that is text": (_with_mesh("a shopping list\n"), r"box\.obj.*it looks like text"),
    "a mesh without an area": (
        _with_mesh("v 0 0 0\nv 1 0 0\nv 2 0 0\nf 1 2 3\n"),
        r"the mesh box\.obj: none of the 1 triangles of the mesh has an area",
    ),
    "a mesh 1000 times too large": (
        _with_mesh(None, 1000.0),
        r"box\.obj is 500 m across; expected metres and less than 50 m.*scale it by 0\.001",
    ),
    "a mesh 1000 times too small": (
        _with_mesh(None, 0.001),
        r"box\.obj is 0\.5 mm across; expected a shape in metres",
    ),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("command", ["retarget", "info"])
def test_bad_input_is_one_line_and_status_2_and_nothing_is_written(
    command: str, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    write, message = BAD[case]
    arguments = write(tmp_path)
    if command == "info":
        if {"--robot", "--solver"} & set(arguments):
            pytest.skip("info has no such option")
    else:
        arguments += ["-o", tmp_path / "out.npz"]
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    status = cli.main([command, *map(str, arguments)])
    captured = capfd.readouterr()
    assert status == 2
    assert captured.err.endswith("\n") and captured.err.count("\n") == 1
    assert captured.err.startswith("error: ")
    assert "Traceback" not in captured.err + captured.out
    assert re.search(message, captured.err), captured.err
    assert sorted(tmp_path.iterdir()) == before


def test_a_folder_that_has_the_name_of_a_shipped_robot_is_not_taken_for_it(
    kinemesh_command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = WRITERS.save_torch(tmp_path / "clip.pt", WRITERS.omomo_table(frames=4))
    (tmp_path / "g1").mkdir()
    monkeypatch.chdir(tmp_path)
    for robot in ((), ("--robot", "g1")):
        run = kinemesh_command("retarget", clip, "-o", tmp_path / "out.npz", *robot)
        assert "holds no robot.toml" not in run.err
        assert Result.load(tmp_path / "out.npz").trajectory.robot == "g1"
        (tmp_path / "out.npz").unlink()
    run = kinemesh_command("retarget", clip, "-o", tmp_path / "out.npz", "--robot", "./g1")
    assert (run.status, run.err) == (2, "error: the folder g1 holds no robot.toml\n")


def test_a_box_that_is_not_watertight_is_noted_and_its_holes_are_closed(
    kinemesh_command: Command, tmp_path: Path, out: Path
) -> None:
    clip = WRITERS.save_torch(tmp_path / "clip.pt", WRITERS.omomo_table(frames=4))
    box = Shape.box((0.4, 0.4, 0.5))
    mesh = WRITERS.save_obj(tmp_path / "box.obj", box)
    lines = mesh.read_text().splitlines()
    mesh.write_text("\n".join(lines[:-1]) + "\n")
    done = kinemesh_command("retarget", clip, "-o", out, "--object", mesh)
    assert (done.status, done.err) == (0, "")
    assert re.search(r"found +prop \S+: the mesh is open \(holes", done.out)
    assert any("the mesh is open" in text for text in Result.load(out).notes)


def test_a_robot_folder_that_lacks_a_key_names_file_and_key(
    kinemesh_command: Command, recorded: Path, tmp_path: Path, out: Path
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "robot.toml").write_text('name = "mine"\n')
    done = kinemesh_command("retarget", recorded, "-o", out, "--robot", folder)
    assert (done.status, done.out) == (2, "")
    assert done.err == f"error: {folder}/robot.toml: the key urdf is missing\n"
    assert not out.exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none/out.npz", r"the folder .*none does not exist; make it first"),
        ("out.csv", r"out\.csv: the output is an \.npz file; give it that suffix"),
        ("folder.npz", r"folder\.npz is a folder; give the name of a file"),
        ("file.txt/out.npz", r"the folder .*file\.txt does not exist"),
    ],
)
def test_an_output_that_cannot_be_written_is_found_before_the_work(
    kinemesh_command: Command,
    tmp_path: Path,
    recorded: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    message: str,
) -> None:
    def read(*_: object, **__: object) -> None:
        pytest.fail("the recording was read first")

    monkeypatch.setattr("kinemesh.cli.source.read", read)
    (tmp_path / "folder.npz").mkdir()
    (tmp_path / "file.txt").write_text("text")
    done = kinemesh_command("retarget", recorded, "-o", tmp_path / name)
    assert (done.status, done.out) == (2, "")
    assert re.fullmatch(f"error: {message}.*\n", done.err.replace(str(tmp_path) + "/", ""))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_found_before_the_work(
    kinemesh_command: Command, tmp_path: Path, recorded: Path
) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    done = kinemesh_command("retarget", recorded, "-o", tmp_path / "locked" / "out.npz")
    assert done.status == 2
    assert "cannot be written: no permission" in done.err


def test_a_demo_folder_that_is_a_file_is_found_before_the_work(
    kinemesh_command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demos, "DEMOS", {"walk": lambda: pytest.fail("the work began")})
    (tmp_path / "taken").write_text("text")
    done = kinemesh_command("demo", "--out", tmp_path / "taken")
    assert (done.status, done.out) == (2, "")
    assert "cannot be made" in done.err


def test_a_failure_while_writing_leaves_no_half_file(
    recorded: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kinemesh.result.file.np.savez_compressed", full)
    with pytest.raises(OSError, match="No space left"):
        cli.main(["retarget", str(recorded), "-o", str(out), "--debug"])
    assert [p.name for p in out.parent.iterdir()] == ["steps.npy"]


def test_an_older_file_survives_a_run_that_fails(
    kinemesh_command: Command, recorded: Path, out: Path
) -> None:
    out.write_bytes(b"older")
    assert kinemesh_command("retarget", recorded, "-o", out, "--fps", "0").status == 2
    assert out.read_bytes() == b"older"


def test_debug_shows_the_traceback(
    recorded: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shows = sys.excepthook  # shows what nobody catches
    with pytest.raises(KinemeshError, match="frame rate"):
        cli.main(["retarget", str(recorded), "-o", str(out), "--fps", "0", "--debug"])
    assert sys.excepthook is shows
    monkeypatch.setattr(sys, "argv", ["kinemesh", "info", str(recorded), "--fps", "0", "--debug"])
    with pytest.raises(ClipError, match="frame rate"):
        runpy.run_module("kinemesh.cli", run_name="__main__")


def test_an_error_in_a_process_of_its_own_is_status_2_and_one_line(tmp_path: Path) -> None:
    done = outside("retarget", tmp_path / "none.npy", "-o", tmp_path / "out.npz")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "none.npy does not exist" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "arguments", [[], ["retarget"], ["dance"], ["retarget", "a.npy"], ["demo", "--colour"]]
)
def test_a_command_line_that_makes_no_sense_is_status_2(
    kinemesh_command: Command, arguments: list[str]
) -> None:
    assert kinemesh_command(*arguments).status == 2


def test_help_is_status_0_and_names_every_option(kinemesh_command: Command) -> None:
    done = kinemesh_command("retarget", "--help")
    assert done.status == 0
    for option in ("--output", "--object", "--terrain", "--skeleton", "--height", "--source-fps"):
        assert option in done.out
    for option in ("--robot", "--rate", "--solver", "--json", "--debug", "--floor", "--up"):
        assert option in done.out


def test_stopping_by_hand_is_status_130(
    kinemesh_command: Command, recorded: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kinemesh.cli.source.read", stop)
    done = kinemesh_command("retarget", recorded, "-o", out)
    assert (done.status, done.err) == (130, "stopped: nothing was written\n")
    assert not out.exists()


# --------------------------------------------------------------------------- parts and images


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


def test_a_spike_goes_with_clean(kinemesh_command: Command, tmp_path: Path) -> None:
    positions = np.concatenate([walking(), walking()[::-1]])
    positions[20, 21] += 0.9
    np.save(tmp_path / "spike.npy", positions)
    told = kinemesh_command("info", tmp_path / "spike.npy", "--skeleton", "lafan22")
    assert "1 spike:" in told.out and "RightHand 20" in told.out
    told = kinemesh_command("info", tmp_path / "spike.npy", "--skeleton", "lafan22", "--clean")
    assert "spikes: 1 taken out, in frames: RightHand 20" in told.out


# --------------------------------------------------------------------------- robot to robot


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
    assert (other.trajectory.robot, other.scale) == ("g1_base", 1.0)
    models = [RobotModel.load("g1"), RobotModel.load("g1_base")]
    places = [
        np.array([model.configuration(q).landmarks() for q in result.trajectory.q])
        for model, result in zip(models, (one, other), strict=True)
    ]
    assert np.linalg.norm(places[0] - places[1], axis=2).mean() < 0.015
    np.testing.assert_allclose(other.landmarks, places[0], atol=1e-9)


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


def test_a_floor_that_is_given_is_not_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    path = str(fault("stale_floor_warning/walk_sunk.csv"))
    assert cli.main(["info", path]) == 0
    assert "--floor -0.080" in capsys.readouterr().out
    assert cli.main(["info", path, "--floor", "-0.08"]) == 0
    said = capsys.readouterr().out
    assert "floor: -0.080 m (given)" in said
    assert "soles come down to -0.080 m, not" not in said
