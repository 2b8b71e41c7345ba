"""Numbers that no recording has are refused at the door, and none asks for the memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from commands import Command
from kinemesh import Result, RobotModel, Scene, Trajectory, demos
from kinemesh.errors import ClipError, ReadError, WriteError
from kinemesh.motion import Prop, Shape
from kinemesh.trajectories import write

Spoil = Callable[[dict[str, Any]], None]


@pytest.mark.parametrize("fps", [0.0, -1.0, float("nan"), float("inf"), 1e-300, 1e9, 100_001.0])
def test_a_rate_that_no_recording_has_is_refused_everywhere(fps: float, robot: RobotModel) -> None:
    clip = demos.walk().crop(0, 4)
    with pytest.raises(ClipError, match="positive number"):
        replace(clip, fps=fps)
    with pytest.raises(ClipError, match="positive number"):
        clip.resampled(fps)
    with pytest.raises(ClipError, match="positive number"):
        Trajectory(np.tile(robot.rest, (2, 1)), fps, robot.joint_names, "g1")


def test_no_rate_asks_for_more_memory_than_there_is(tmp_path: Path, robot: RobotModel) -> None:
    clip = replace(demos.walk().crop(0, 60), fps=1.0)
    with pytest.raises(ClipError, match="GiB of memory"):
        clip.resampled(100_000.0)
    made = Trajectory(np.tile(robot.rest, (60, 1)), 1.0, robot.joint_names, "g1")
    for fps, said in ((1e12, "positive number"), (1e5, "GiB of memory")):
        with pytest.raises(WriteError, match=said):
            write(made, tmp_path / "a.npz", format="mjlab", fps=fps)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300, -1e8])
def test_places_that_cannot_be_metres_are_refused_everywhere(
    value: float, robot: RobotModel
) -> None:
    clip = demos.walk().crop(0, 4)
    positions = np.array(clip.positions)
    positions[1, 2, 0] = value
    with pytest.raises(ClipError):
        replace(clip, positions=positions)
    with pytest.raises(ClipError):
        Scene(ground=value)
    track = np.tile([0.0, 0, 0, 0, 0, 0, 1], (4, 1))
    track[2, 1] = value
    with pytest.raises(ClipError):
        Prop("box", Shape.box((1, 1, 1)), track)
    for column in (0, 5, 12):
        q = np.tile(robot.rest, (4, 1))
        q[2, column] = value
        with pytest.raises(ClipError):
            Trajectory(q, 30.0, robot.joint_names, "g1")


def test_rotations_of_zeros_and_more_props_than_can_be_meshed_are_refused() -> None:
    clip = demos.walk().crop(0, 4)
    zeros = np.zeros((*clip.positions.shape[:2], 4))
    with pytest.raises(ClipError, match="rotations hold"):
        replace(clip, rotations=zeros)
    track = np.tile([0.0, 0, 0, 0, 0, 0, 1], (4, 1))
    box = Shape.box((1, 1, 1))
    with pytest.raises(ClipError, match="1000 props; expected at most"):
        Scene(tuple(Prop(f"{k}", box, track) for k in range(1000)))


def qpos(column: int, value: float) -> Spoil:
    def spoil(data: dict[str, Any]) -> None:
        data["qpos"][1, column] = value

    return spoil


def put(key: str, value: Callable[[np.ndarray], Any]) -> Spoil:
    return lambda data: data.update({key: value(data[key])})


def frameless(data: dict[str, Any]) -> None:
    for key in ("qpos", "human_joints", "stance", "touch"):
        data[key] = data[key][:0]


SPOILT: dict[str, Spoil] = {
    "a quaternion of zero": lambda data: data["qpos"].__setitem__((1, slice(3, 7)), 0.0),
    "a prop's quaternion of zero": lambda data: data["qpos"].__setitem__((1, slice(-4, None)), 0.0),
    "a place of NaN": qpos(0, np.nan),
    "a place far away": qpos(0, 1e300),
    "an angle of 1e300": qpos(9, 1e300),
    "a prop far away": qpos(-7, 1e300),
    "no frames": frameless,
    "landmarks of NaN": put("human_joints", lambda found: found * np.nan),
    "landmarks far away": put("human_joints", lambda found: found + 1e300),
    "too few landmarks": put("human_joints", lambda found: found[:-1]),
    "a flat list of landmarks": put("human_joints", np.ravel),
    "a rate of nothing": put("fps", lambda _: 1e-300),
    "a rate beyond all": put("fps", lambda _: 1e12),
    "no scale": put("scale", lambda _: 0.0),
    "a scale of NaN": put("scale", lambda _: np.nan),
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory, robot: RobotModel) -> Path:
    q = np.tile(robot.rest, (3, 1))
    track = np.tile([1.0, 0, 0.5, 0, 0, 0, 1], (3, 1))
    scene = Scene((Prop("box", Shape.box((0.2, 0.2, 0.2)), track),))
    trajectory = Trajectory(q, 30.0, robot.joint_names, "g1")
    made = Result(trajectory, scene, np.zeros((3, 15, 3)), (), clip="still")
    return made.save(tmp_path_factory.mktemp("saved") / "still.npz")


@pytest.mark.parametrize("what", SPOILT)
def test_a_spoilt_result_is_refused_alike_by_every_command(
    what: str, saved: Path, tmp_path: Path, kinemesh_command: Command
) -> None:
    with np.load(saved) as archive:
        data = {key: np.array(archive[key]) for key in archive.files}
    SPOILT[what](data)
    bad = tmp_path / "bad.npz"
    np.savez(bad, **data)
    with pytest.raises(ReadError, match="not a kinemesh result"):
        Result.load(bad)
    for arguments in (
        ("evaluate", bad),
        ("report", bad, "-o", tmp_path / "a.html"),
        ("render", bad, "-o", tmp_path / "a.png"),
        ("convert", bad, tmp_path / "a.csv", "--to", "unitree-csv"),
        ("info", bad),
    ):
        done = kinemesh_command(*arguments)
        assert done.status == 2, arguments
        assert "Traceback" not in done.err and "error:" in done.err
    assert list(tmp_path.iterdir()) == [bad]


def test_the_commands_refuse_such_numbers_in_words(
    recorded: Path, saved: Path, tmp_path: Path, kinemesh_command: Command
) -> None:
    for arguments in (
        ("info", recorded, "--floor", "1e300"),
        ("info", recorded, "--fps", "1e-300"),
        ("info", recorded, "--fps", "1e9"),
        ("retarget", recorded, "--resample", "1e9", "-o", tmp_path / "o.npz"),
        ("convert", saved, tmp_path / "a.npz", "--to", "mjlab", "--fps", "1e12"),
    ):
        done = kinemesh_command(*arguments)
        assert done.status == 2, (arguments, done)
        assert "error:" in done.err
