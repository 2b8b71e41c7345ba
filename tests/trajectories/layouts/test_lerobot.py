"""What LeRobot's data set loads, and what else such folders hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kinemesh
from kinemesh.errors import MissingExtra, ReadError
from kinemesh.motion import Links
from kinemesh.result import Result
from kinemesh.trajectories import read_contents
from trajectory_files import Read

pyarrow = pytest.importorskip("pyarrow", reason="needs pyarrow: pip install 'kinemesh[parquet]'")
parquet = pytest.importorskip("pyarrow.parquet")
FRAMES = "data/chunk-000/file-000.parquet"
EPISODES = "meta/episodes/chunk-000/file-000.parquet"
_STATE, _THINGS = "observation.state", "observation.environment_state"


def rewrite(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """``info.json`` after ``change``."""
    info = json.loads((folder / "meta/info.json").read_text())
    change(info)
    (folder / "meta/info.json").write_text(json.dumps(info))


def joined(folder: Path) -> None:
    """The data set twice over, as LeRobot's own merging puts two together."""
    table = parquet.read_table(folder / FRAMES)
    second = table
    for key, more in (("index", len(table)), ("episode_index", 1)):
        values = pyarrow.array(table.column(key).to_numpy() + more)
        second = second.set_column(second.schema.get_field_index(key), key, values)
    state = np.array(table.column(_STATE).to_pylist(), dtype=np.float32)
    state[:, 0] += 1.0  # a metre ahead
    lists = pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(state.ravel()), state.shape[1])
    second = second.set_column(second.schema.get_field_index(_STATE), _STATE, lists)
    parquet.write_table(pyarrow.concat_tables([table, second]), folder / FRAMES)
    rows = parquet.read_table(folder / EPISODES).to_pylist()
    rows = [*rows, {**rows[0], "episode_index": 1}]
    parquet.write_table(pyarrow.Table.from_pylist(rows), folder / EPISODES)


def test_the_frames_are_what_its_loader_asks_for_and_the_action_is_the_next_frame(
    lifted: Result, links: Links, tmp_path: Path
) -> None:
    assert kinemesh.write(lifted, tmp_path / "set", format="lerobot", name="lift a box") == ()
    info = json.loads((tmp_path / "set/meta/info.json").read_text())
    assert (info["codebase_version"], info["fps"], info["robot_type"]) == ("v3.0", 30, "g1")
    assert (info["total_episodes"], info["total_frames"]) == (1, len(lifted))
    columns = parquet.read_table(tmp_path / "set" / FRAMES).to_pydict()
    assert columns.keys() == info["features"].keys()
    for key, feature in info["features"].items():
        values = np.array(columns[key])
        assert list(values.shape[1:]) == [n for n in feature["shape"] if n != 1]
        if feature["names"] is not None:
            assert [len(feature["names"])] == feature["shape"]
    assert info["features"]["action"]["names"] == list(links.joints)
    action, state = np.array(columns["action"]), np.array(columns[_STATE])
    np.testing.assert_array_equal(action[:-1], state[1:, 7:])
    np.testing.assert_array_equal(action[-1], state[-1, 7:])
    rates = np.array(columns["observation.velocity"])
    finite = np.gradient(state[:, 7:].astype(float), 1.0 / 30.0, axis=0)
    np.testing.assert_allclose(rates[:, 6:], finite, atol=1e-4)
    np.testing.assert_allclose(columns["timestamp"], np.arange(len(state)) / 30.0, atol=1e-6)
    assert columns["frame_index"] == columns["index"] == list(range(len(state)))
    assert info["features"][_THINGS]["names"][:2] == ["prop.box.x", "prop.box.y"]
    np.testing.assert_allclose(columns[_THINGS], lifted.tracks["box"], atol=1e-6)


def test_tasks_episodes_and_statistics_are_those_of_the_frames(
    walked: Result, tmp_path: Path
) -> None:
    kinemesh.write(walked, tmp_path / "set", format="lerobot", name="walk")
    pandas = pytest.importorskip("pandas")
    tasks = pandas.read_parquet(tmp_path / "set/meta/tasks.parquet")
    assert tasks.loc["walk"].task_index == 0 and tasks.index.name == "task"
    (episode,) = parquet.read_table(tmp_path / "set" / EPISODES).to_pylist()
    assert (episode["tasks"], episode["length"]) == (["walk"], len(walked))
    assert (episode["dataset_from_index"], episode["dataset_to_index"]) == (0, len(walked))
    stats = json.loads((tmp_path / "set/meta/stats.json").read_text())
    joints = walked.trajectory.joints
    np.testing.assert_allclose(stats[_STATE]["mean"][7:], joints.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(stats[_STATE]["std"][7:], joints.std(axis=0), atol=1e-6)
    np.testing.assert_allclose(stats[_STATE]["q50"][7:], np.median(joints, axis=0), atol=1e-6)
    assert stats["action"]["count"] == [len(walked)]
    assert episode[f"stats/{_STATE}/max"] == stats[_STATE]["max"]


@pytest.mark.slow
def test_of_several_episodes_one_is_named(lifted: Result, read: Read, tmp_path: Path) -> None:
    kinemesh.write(lifted, tmp_path / "set", format="lerobot")
    joined(tmp_path / "set")
    with pytest.raises(ReadError, match=r"data set of 2 episodes \(0 to 1\): name one"):
        read(tmp_path / "set")
    with pytest.raises(ReadError, match="holds no episode '2'"):
        read(tmp_path / "set", motion="2")
    for episode, ahead in (("0", 0.0), ("1", 1.0)):
        found = read(tmp_path / "set", motion=episode)
        wanted = lifted.trajectory.q + np.eye(1, lifted.trajectory.q.shape[1]) * ahead
        np.testing.assert_allclose(found.trajectory.q, wanted, atol=1e-6)
        np.testing.assert_allclose(found.tracks[0], lifted.tracks["box"], atol=1e-6)


@pytest.mark.slow
def test_columns_are_read_by_name_in_any_order_and_under_any_heading(
    walked: Result, read: Read, tmp_path: Path
) -> None:
    kinemesh.write(walked, tmp_path / "set", format="lerobot")
    table = parquet.read_table(tmp_path / "set" / FRAMES)
    state = np.array(table.column(_STATE).to_pylist())[:, ::-1]
    place = table.schema.get_field_index(_STATE)
    table = table.set_column(place, _STATE, pyarrow.array(state.tolist()))  # of no stated width
    parquet.write_table(table, tmp_path / "set" / FRAMES)

    def change(info: dict[str, Any]) -> None:
        feature = info["features"][_STATE]
        feature["names"] = {"motors": feature["names"][::-1]}

    rewrite(tmp_path / "set", change)
    np.testing.assert_allclose(read(tmp_path / "set").trajectory.q, walked.trajectory.q, atol=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda info: info.update(codebase_version="v2.1"), r"version v2\.1; expected v3\.0"),
        (lambda info: info.update(data_path="{0.__class__}"), "has its frames in '{0.__class__}'"),
        (lambda info: info.update(fps="fast"), "is damaged .*expected JSON with"),
        (lambda info: info.pop("features"), "is damaged .*expected JSON with"),
        (lambda info: info["features"][_STATE].update(names=None), "does not name the columns"),
        (lambda info: info["features"][_STATE]["names"].pop(), r"'observation.state' has shape"),
        (
            lambda info: info["features"][_STATE].update(names=[f"m{k}" for k in range(36)]),
            "names no column root.x",
        ),
        (
            lambda info: info["features"][_STATE]["names"].__setitem__(9, "knee"),
            "names no joint left_hip_yaw_joint",
        ),
    ],
)
def test_what_is_no_data_set_of_this_robot_is_refused(
    change: Callable[[dict[str, Any]], Any],
    message: str,
    walked: Result,
    read: Read,
    tmp_path: Path,
) -> None:
    kinemesh.write(walked, tmp_path / "set", format="lerobot")
    rewrite(tmp_path / "set", change)
    with pytest.raises(ReadError, match=message):
        read(tmp_path / "set")


@pytest.mark.slow
def test_a_folder_without_episodes_or_frames_is_refused(
    walked: Result, read: Read, tmp_path: Path
) -> None:
    kinemesh.write(walked, tmp_path / "set", format="lerobot")
    (tmp_path / "set" / FRAMES).unlink()
    with pytest.raises(ReadError, match="does not exist"):
        read(tmp_path / "set")
    (tmp_path / "set" / EPISODES).write_bytes(b"PAR1 and no more")
    with pytest.raises(ReadError, match="cut short or damaged"):
        read(tmp_path / "set")
    (tmp_path / "set" / EPISODES).unlink()
    with pytest.raises(ReadError, match="lists no episode"):
        read(tmp_path / "set")


@pytest.mark.parametrize("chunk", [-1, 1 << 40])
def test_a_table_of_episodes_that_points_nowhere_is_refused(
    chunk: int, walked: Result, tmp_path: Path
) -> None:
    kinemesh.write(walked, tmp_path / "set", format="lerobot")
    rows = parquet.read_table(tmp_path / "set" / EPISODES).to_pylist()
    rows[0]["data/chunk_index"] = chunk
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "set" / EPISODES)
    with pytest.raises(ReadError, match="lists no episode that could be there"):
        read_contents(tmp_path / "set")


@pytest.mark.parametrize(("format", "name"), [("lerobot", "set"), ("parquet", "a.parquet")])
def test_without_pyarrow_it_is_said_before_any_work(
    format: str, name: str, walked: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinemesh.write(walked, tmp_path / name, format=format)
    monkeypatch.setattr("kinemesh._files.parquet_files.find_spec", lambda package: None)
    with pytest.raises(MissingExtra, match=r"kinemesh\[parquet\]"):
        kinemesh.write(walked, tmp_path / f"b{name}", format=format)
    with pytest.raises(MissingExtra, match=r"kinemesh\[parquet\]"):
        read_contents(tmp_path / name)
