from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import kinemesh
from kinemesh.errors import ClipError, WriteError
from kinemesh.motion import Trajectory
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from kinemesh.trajectories import WRITERS, check_target, read_contents, writing


@pytest.mark.slow
def test_props_that_a_format_has_no_room_for_are_named(lifted: Result, tmp_path: Path) -> None:
    for format, writer in WRITERS.items():
        suffix = writer.suffixes[0] if writer.suffixes else ""
        notes = kinemesh.write(lifted, tmp_path / f"{format}{suffix}", format=format)
        dropped = [note for note in notes if note.startswith("dropped: box")]
        assert len(dropped) == (0 if writer.props else 1), format


def test_of_several_props_the_first_goes_where_there_is_room_for_one(
    lifted: Result, tmp_path: Path
) -> None:
    box = lifted.tracks["box"]
    tracks = {"box": box, "tray": box + np.eye(7)[0]}
    notes = kinemesh.write(lifted, tmp_path / "a.npz", format="holosoma-train", tracks=tracks)
    assert any(note.startswith("dropped: tray") for note in notes)
    kinemesh.write(lifted, tmp_path / "h", format="hdmi", tracks=tracks)
    assert read_contents(tmp_path / "h").names["body_names"][-2:] == ("box", "tray")


def test_a_file_that_does_not_state_its_rate_is_written_with_a_word_on_it(
    walked: Result, tmp_path: Path
) -> None:
    notes = kinemesh.write(walked, tmp_path / "a.csv", format="unitree-csv")
    assert any("30/s, which the file does not say" in note for note in notes)


def test_another_rate_than_a_tracker_steps_at_is_remarked_on(
    walked: Result, tmp_path: Path
) -> None:
    notes = kinemesh.write(walked, tmp_path / "a.npz", format="mjlab", fps=30.0)
    assert any("usually step at 50/s" in note for note in notes)


def test_a_bare_trajectory_is_written_by_the_robot_that_it_names(
    walked: Result, tmp_path: Path
) -> None:
    kinemesh.write(walked.trajectory, tmp_path / "a.npz", format="holosoma")
    assert "human_joints" not in read_contents(tmp_path / "a.npz").arrays
    kinemesh.write(walked, tmp_path / "b.npz", format="holosoma")
    assert read_contents(tmp_path / "b.npz").arrays["human_joints"].shape[1:] == (15, 3)


def test_joints_in_another_order_are_written_by_name(
    walked: Result, robot: RobotModel, tmp_path: Path
) -> None:
    own = walked.trajectory
    order = np.random.default_rng(1).permutation(29)
    names = tuple(own.joint_names[k] for k in order)
    mixed = Trajectory(np.hstack([own.base, own.joints[:, order]]), own.fps, names, own.robot)
    for name, trajectory in (("a", own), ("b", mixed)):
        kinemesh.write(trajectory, tmp_path / f"{name}.csv", format="unitree-csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_resampled_joints_stay_within_the_limits(
    walked: Result, robot: RobotModel, tmp_path: Path
) -> None:
    own = walked.trajectory
    q = np.array(own.q)
    knee = 7 + own.joint_names.index("left_knee_joint")
    q[:, knee] = robot.lower[knee - 7]
    q[10:20, knee] += 0.5  # a spline swings below before and after it
    step = replace(own, q=q)
    kinemesh.write(step, tmp_path / "a.csv", format="unitree-csv", fps=120.0)
    written = np.loadtxt(tmp_path / "a.csv", delimiter=",")[:, knee]
    assert written.min() >= robot.lower[knee - 7] - 1e-8


def test_of_a_robot_that_does_not_say_what_formats_list_every_link_is_listed(
    walked: Result, tmp_path: Path
) -> None:
    plain = RobotModel.load("g1")
    plain.listed = {}
    kinemesh.write(walked, tmp_path / "h", format="hdmi", robot=plain)
    assert len(read_contents(tmp_path / "h").names["body_names"]) == 30
    kinemesh.write(walked, tmp_path / "s", format="sonic", robot=plain)
    listed = read_contents(tmp_path / "s").arrays["body_part_indexes"]
    assert sorted(listed) == list(range(30))
    assert listed[:4].tolist() == [0, 1, 4, 7]  # depth first, by places in breadth first


@pytest.mark.parametrize(
    ("name", "format", "fps", "message"),
    [
        ("a.npz", "nope", None, r"unknown format 'nope'; known are beyondmimic, mjlab"),
        ("a.csv", "mjlab", None, r"mjlab is a \.npz file; give it that suffix"),
        ("none/a.npz", "mjlab", None, r"the folder .*none does not exist"),
        ("folder.npz", "mjlab", None, r"is a folder; give the name of a file"),
        ("file", "hdmi", None, r"is a file; hdmi is a folder"),
        ("full", "hdmi", None, r"holds notes\.txt, which is not of a hdmi folder"),
        ("a.npz", "mjlab", 0.0, r"cannot write at 0\.0; expected"),
        ("a.npz", "mjlab", float("nan"), r"cannot write at nan; expected"),
        ("a.npz", "mjlab", 0.5, r"fewer than two frames at 0\.5/s"),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is_left(
    name: str, format: str, fps: float | None, message: str, walked: Result, tmp_path: Path
) -> None:
    (tmp_path / "folder.npz").mkdir()
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    before = sorted(str(p) for p in tmp_path.rglob("*"))
    with pytest.raises(WriteError, match=message):
        kinemesh.write(walked, tmp_path / name, format=format, fps=fps)
    assert sorted(str(p) for p in tmp_path.rglob("*")) == before


def test_one_frame_and_another_robots_joints_are_refused(walked: Result, tmp_path: Path) -> None:
    own = walked.trajectory
    with pytest.raises(WriteError, match="has 1 frame"):
        kinemesh.write(replace(own, q=own.q[:1]), tmp_path / "a.npz", format="mjlab")
    fewer = Trajectory(own.q[:, :-1], own.fps, own.joint_names[:-1], "g1")
    with pytest.raises(ClipError, match="lacks right_wrist_yaw_joint"):
        kinemesh.write(fewer, tmp_path / "a.npz", format="mjlab")
    with pytest.raises(WriteError, match="track of prop 'box' has shape"):
        kinemesh.write(own, tmp_path / "a.npz", format="holosoma", tracks={"box": own.base[:3]})


@pytest.mark.parametrize("format", ["mjlab", "hdmi"])
def test_a_write_that_fails_midway_leaves_what_was_there(
    format: str, walked: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suffix = "".join(WRITERS[format].suffixes)
    path = tmp_path / f"a{suffix}"
    kinemesh.write(walked, path, format=format)
    inside = path if suffix else path / "motion.npz"
    before = inside.read_bytes()

    def full(target: Path, content: object) -> None:
        if not suffix:
            target.mkdir()
            target = target / "motion.npz"
        target.write_bytes(b"half of it")
        raise OSError(28, "No space left on device")

    container = replace(WRITERS[format].container, write=full)
    broken = {**WRITERS, format: replace(WRITERS[format], container=container)}
    monkeypatch.setattr(writing, "WRITERS", broken)
    with pytest.raises(WriteError, match="No space left on device"):
        kinemesh.write(walked, path, format=format)
    assert inside.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_folder_is_replaced_as_a_whole(walked: Result, lifted: Result, tmp_path: Path) -> None:
    kinemesh.write(lifted, tmp_path / "a", format="hdmi")
    kinemesh.write(walked, tmp_path / "a", format="hdmi")
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == ["meta.json", "motion.npz"]
    assert "box" not in read_contents(tmp_path / "a").names["body_names"]
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    assert check_target(tmp_path / "a", "hdmi") == tmp_path / "a"


@pytest.mark.slow
@pytest.mark.parametrize("format", list(WRITERS))
def test_the_same_motion_gives_the_same_bytes_at_any_time(
    format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    q = np.repeat(RobotModel.load("g1").rest[None], 5, axis=0)
    trajectory = Trajectory(q, 50.0, RobotModel.load("g1").joint_names, "g1")
    written = []
    for year in (2001, 2031):
        then = time.struct_time((year, 2, 3, 4, 5, 6, 0, 34, 0))
        monkeypatch.setattr(time, "localtime", lambda *_, then=then: then)
        folder = tmp_path / str(year)
        folder.mkdir()
        target = folder / f"motion{next(iter(WRITERS[format].suffixes), '')}"
        kinemesh.write(trajectory, target, format=format)
        files = [file for file in (target, *target.rglob("*")) if file.is_file()]
        written.append({str(file.relative_to(folder)): file.read_bytes() for file in files})
    assert written[0] == written[1]
