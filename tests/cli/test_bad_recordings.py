"""A recording, a mesh or a robot that is wrong is one line and status 2."""

from __future__ import annotations

import importlib.util
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from commands import Command, walking
from kinemesh import Result, Shape, cli


def _writers() -> Any:
    """How the readers' tests write ``.pt`` and ``.obj`` files."""
    file = Path(__file__).parents[1] / "recordings" / "conftest.py"
    spec = importlib.util.spec_from_file_location("file_writers", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


WRITERS = _writers()


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
        r"suffix '\.mp4'; known are \.pt, \.npy, \.npz, \.bvh, \.glb, \.fbx, \.c3d, \.amc, "
        r"\.mvnx, \.trc, \.csv, \.toml: convert",
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
    "a joint too few": (_array(lambda p: p[:, 1:]), r"21 joints, as .kit21. has, but"),
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


SOLVED = {"an unknown robot", "an unknown solver"}
"""What only those who solve can be asked for."""


@pytest.mark.parametrize(
    ("command", "case"),
    [
        *(("retarget", case) for case in BAD),
        *(("info", case) for case in BAD if case not in SOLVED),
    ],
)
def test_bad_input_is_one_line_and_status_2_and_nothing_is_written(
    command: str, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    write, message = BAD[case]
    arguments = write(tmp_path)
    if command == "retarget":
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


@pytest.mark.slow
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
