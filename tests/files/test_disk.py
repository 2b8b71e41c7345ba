"""Nothing is opened that is no regular file; what is written is there whole or not at all."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from commands import Command
from disks import fill, mounted, specials, within
from kinemesh import Result, RobotModel, Scene, Trajectory
from kinemesh import recordings as io
from kinemesh._files import toml
from kinemesh._files.disk import below, check_place, existing_file, write_whole
from kinemesh.augment import read_spec
from kinemesh.batch import read_sources
from kinemesh.errors import KinemeshError, ReadError, WriteError
from kinemesh.linting import lint
from kinemesh.matching import match
from kinemesh.recordings import read_shape
from kinemesh.robot.shipped import robots_folder
from kinemesh.trajectories import WRITERS, read_contents, write

SUFFIXES = {
    "read": (
        ".npy",
        ".npz",
        ".bvh",
        ".glb",
        ".c3d",
        ".fbx",
        ".amc",
        ".mvnx",
        ".trc",
        ".csv",
        ".pt",
        ".pkl",
        ".toml",
    ),
    "read_shape": (".obj", ".stl", ".ply", ".glb", ".urdf", ".xml", ".npy"),
}
OPENERS: dict[str, Callable[[Path], Any]] = {
    **{f"read {s}": io.read for s in SUFFIXES["read"]},
    **{f"read_shape {s}": read_shape for s in SUFFIXES["read_shape"]},
    "read_contents .npz": read_contents,
    "Result.load .npz": Result.load,
    "toml.load .toml": lambda path: toml.load(path, "a list"),
    "read_spec .toml": read_spec,
    "read_sources .toml": lambda path: read_sources([path]),
    "read_sources .npy": lambda path: read_sources([path]),
    "contacts .toml": io.read_contacts,
    "lint .npz": lambda path: lint(path, "g1"),
}


@pytest.mark.parametrize("name", OPENERS)
def test_pipes_devices_and_links_to_them_are_refused_by_all_that_open_files(
    tmp_path: Path, name: str
) -> None:
    suffix = name.rpartition(" ")[2]
    for what, place in specials(tmp_path).items():
        if what == "folder" or (what == "empty" and "toml" in name):
            continue
        path = place
        if what not in ("long", "circle", "zero byte"):
            path = tmp_path / f"{what} of{suffix}"
            path.symlink_to(place)
        with within(10), pytest.raises(KinemeshError):
            OPENERS[name](path)


def test_what_a_special_file_is_stands_in_the_error(tmp_path: Path) -> None:
    said = {
        "pipe": "is a pipe; expected a file",
        "link": "is a device",
        "device": "is a device",
        "socket": "is a socket",
        "huge": "holds 3221225472 bytes, more than",
        "empty": "is empty",
        "folder": "is a folder",
        "long": "cannot be opened",
        "circle": "does not exist|cannot be opened",
        "zero byte": "does not exist|cannot be opened",
    }
    for what, path in specials(tmp_path).items():
        with within(10), pytest.raises(ReadError, match=said[what]):
            existing_file(path)


def test_a_robots_files_are_looked_at_before_they_are_opened(tmp_path: Path) -> None:
    for name in ("robot.toml", "g1.urdf", "hulls/pelvis.obj"):
        folder = tmp_path / name.replace("/", " ")
        shutil.copytree(robots_folder() / "g1", folder)
        (folder / name).unlink()
        os.mkfifo(folder / name)
        with within(20), pytest.raises(KinemeshError, match=r"is a pipe|no robot\.toml|no file"):
            RobotModel.load(folder)
    text = (robots_folder() / "g1" / "g1.urdf").read_text()
    folder = tmp_path / "absolute"
    shutil.copytree(robots_folder() / "g1", folder)
    first = text.partition('filename="')[2].partition('"')[0]
    (folder / "g1.urdf").write_text(text.replace(first, "&#47;dev/zero", 1))
    with within(20), pytest.raises(KinemeshError, match="is a device"):
        RobotModel.load(folder)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../a", "a/../../b", "/a", "out/a", "a\0b", "a\\b"]
)
def test_a_name_from_a_list_leads_below_its_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "out").symlink_to(tmp_path)
    with pytest.raises(ReadError, match="no name of a file below"):
        below(folder, name)
    assert below(folder, "kept/a.npz") == folder / "kept" / "a.npz"


def test_what_fails_on_the_way_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "a.npz"
    target.write_text("before")

    def breaks(path: Path) -> None:
        path.write_text("half")
        raise OSError(5, "the disk is broken")

    def stopped(path: Path) -> None:
        path.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(WriteError, match=r"a\.npz cannot be written: the disk is broken"):
        write_whole(target, breaks)
    with pytest.raises(KeyboardInterrupt):
        write_whole(target, stopped)
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a.npz", "before")]
    write_whole(target, lambda to: to.write_text("after"))
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a.npz", "after")]
    assert stat.S_IMODE(target.stat().st_mode) == 0o644


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "a"

    def fills(path: Path, text: str, *, breaks: bool = False) -> None:
        path.mkdir()
        (path / text).write_text(text)
        if breaks:
            raise OSError(5, "the disk is broken")

    write_whole(target, lambda to: fills(to, "first"))
    with pytest.raises(WriteError):
        write_whole(target, lambda to: fills(to, "second", breaks=True))
    assert [p.name for p in target.iterdir()] == ["first"]
    write_whole(target, lambda to: fills(to, "third"))
    assert [p.name for p in target.iterdir()] == ["third"]
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("none/a.npz", "none does not exist; make it first"),
        ("folder", "is a folder"),
        (252 * "x" + ".npz", "no file can have this name"),
        ("a\0.npz", "no file can have this name"),
        ("\udcff.npz", "is no UTF-8"),
        ("file/a.npz", "does not exist"),
        ("/proc/o.npz", "cannot be written"),
    ],
)
def test_a_place_that_cannot_be_written_to_is_found_before_the_work(
    tmp_path: Path, name: str, said: str, recorded: Path, kinemesh_command: Command
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(WriteError, match=said):
        check_place(tmp_path / name)
    if name.endswith(".npz") and "\0" not in name:
        done = kinemesh_command("retarget", recorded, "-o", tmp_path / name)
        assert done.status == 2
        assert "solving" not in done.out and "Traceback" not in done.err
    assert sorted(tmp_path.rglob("*")) == before


def saved(name: str, result: Result, folder: Path) -> Path:
    """Write ``result`` in the way that ``name`` says."""
    if name == "result":
        return result.save(folder / "a.npz")
    if name == "report":
        pytest.importorskip("plotly")
        pytest.importorskip("viser")
        from kinemesh.report import entry, report

        matched = match(result, robot=RobotModel.load("g1"), scene=Scene())
        return report(entry(matched), folder / "a.html", scene=False)
    if name in (".mp4", ".gif", ".png"):
        pytest.importorskip("embreex")
        pytest.importorskip("imageio_ffmpeg")
        from kinemesh.film import film
        from kinemesh.viewer import HULLS, stage

        model = RobotModel.load("g1")
        target = folder / f"a{name}"
        return film(stage(result, model, meshes=HULLS), target, size=(160, 120), frames=8)
    suffix = next(iter(WRITERS[name].suffixes), "")
    write(result, folder / f"a{suffix}", format=name)
    return folder / f"a{suffix}"


@pytest.fixture(scope="module")
def standing() -> Result:
    """The robot stands, for 40 frames, and trembles, so that no packing makes it small."""
    robot = RobotModel.load("g1")
    rng = np.random.default_rng(0)
    q = np.tile(robot.rest, (40, 1))
    q[:, 7:] += 1e-3 * rng.normal(size=(40, q.shape[1] - 7))
    trajectory = Trajectory(q, 30.0, robot.joint_names, robot.name)
    landmarks = rng.normal(size=(40, 15, 3))
    return Result(trajectory, Scene(), landmarks, (), clip="standing")


WAYS = ("result", "report", ".mp4", ".gif", ".png", "mjlab", "gmr", "hdmi", "unitree-csv")


@pytest.mark.slow
@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("options", ["size=1m", "size=8m,nr_inodes=12"], ids=["bytes", "inodes"])
def test_on_a_full_disk_every_way_of_writing_fails_in_words_and_leaves_what_was_there(
    tmp_path: Path, name: str, options: str, standing: Result
) -> None:
    with mounted(tmp_path / "disk", options) as disk:
        for room in (0, 8192) if name in ("result", *WRITERS) and "=1m" in options else (0,):
            for place in disk.iterdir():
                shutil.rmtree(place) if place.is_dir() else place.unlink()
            if "inodes" in options:
                with pytest.raises(OSError, match="No space left"):
                    for k in range(20):
                        (disk / f"{k}").touch()
            else:
                fill(disk, room=room)
            before = sorted(disk.rglob("*"))
            with pytest.raises(WriteError, match=r"No space left|ffmpeg failed"):
                saved(name, standing, disk)
            assert sorted(disk.rglob("*")) == before
    if "inodes" not in options:  # once for both: where there is room, it is written
        assert saved(name, standing, tmp_path).exists()
