from __future__ import annotations

import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinemesh.errors import KinemeshError, ReadError, WriteError
from kinemesh.geometry import poses
from kinemesh.motion import (
    GROUND,
    LANDMARKS,
    PARTS,
    Clip,
    Prop,
    Scene,
    Shape,
    Trajectory,
)
from kinemesh.problem import Plan
from kinemesh.result import FORMAT, FrameReport, Result, check_writable
from kinemesh.robot import RobotModel
from kinemesh.solve import retarget


@pytest.fixture(scope="module")
def result(robot: RobotModel, demos: dict[str, Clip]) -> Result:
    """A short answer with a prop in its scene."""
    return retarget(demos["lift_box"].crop(90, 98), robot)


def made(seed: int = 0, props: int = 1, frames: int = 4) -> Result:
    """A result of chance, for any number of props."""
    rng = np.random.default_rng(seed)

    def track() -> np.ndarray:
        quaternion = rng.normal(size=(frames, 4))
        quaternion /= np.linalg.norm(quaternion, axis=1, keepdims=True)
        return np.hstack([rng.normal(size=(frames, 3)), quaternion])

    names = tuple(f"joint{k}" for k in range(5))
    q = np.hstack([track(), rng.normal(size=(frames, 5))])
    reports = tuple(
        FrameReport(
            k, k + 1, {"laplacian": 0.5 * k}, {"footstance": 1e-4 * k}, ("footstance",) * (k % 2)
        )
        for k in range(frames)
    )
    scene = Scene(tuple(Prop(f"prop {k}", Shape.box((1, 1, 1)), track()) for k in range(props)))
    landmarks = rng.normal(size=(frames, len(LANDMARKS), 3))
    return Result(
        Trajectory(q, 29.97, names, "r"),
        scene,
        landmarks,
        reports,
        clip="ein Gang — привет",
        scale=0.75,
        version="1.2",
        notes=("a note",),
        warnings=("a warning", "another"),
    )


# ------------------------------------------------ what a result says


def test_failures_are_the_frames_that_had_to_give_way() -> None:
    assert [r.index for r in made().failures] == [1, 3]


def test_the_worst_constraint_is_named() -> None:
    report = FrameReport(0, 1, {"a": 1.0, "b": 0.5}, {"x": 0.1, "y": 0.3, "z": 0.2})
    assert report.worst == ("y", 0.3)
    assert report.total == 1.5
    assert FrameReport(0, 1, {}, {}).worst == ("none", 0.0)


def test_the_cost_is_the_mean_of_the_frames() -> None:
    assert made().cost == pytest.approx(np.mean([0.0, 0.5, 1.0, 1.5]))


def test_the_summary_can_be_written_as_json(result: Result) -> None:
    summary = json.loads(json.dumps(result.summary()))
    assert summary["frames"] == len(result)
    assert summary["robot"] == "g1"
    assert summary["fps"] == 30.0
    assert summary["relaxed_frames"] == [r.index for r in result.failures]
    assert summary["mean_cost"] == pytest.approx(result.cost)
    worst = max(r.violation["nonpenetration"] for r in result.reports)
    assert summary["worst_violation"]["nonpenetration"] == worst
    assert summary["mean_iterations"] == np.mean([r.iterations for r in result.reports])


def test_qpos_is_in_mujocos_order_with_props_last(result: Result) -> None:
    qpos = result.qpos()
    assert qpos.shape == (len(result), 7 + 29 + 7)
    q, track = result.trajectory.q, result.scene.props[0].track
    np.testing.assert_array_equal(qpos[:, :3], q[:, :3])
    np.testing.assert_array_equal(qpos[:, 3], q[:, 6])  # w first
    np.testing.assert_array_equal(qpos[:, 4:7], q[:, 3:6])
    np.testing.assert_array_equal(qpos[:, 7:36], q[:, 7:])
    np.testing.assert_array_equal(qpos[:, 36:], poses.to_wxyz(track))


def test_a_result_cannot_be_changed(result: Result) -> None:
    with pytest.raises(AttributeError):
        result.scale = 2.0
    with pytest.raises(ValueError, match="read-only"):
        result.landmarks[0] = 0.0


# ------------------------------------------------ the file


@pytest.mark.slow
@given(seed=st.integers(0, 99), props=st.integers(0, 3))
def test_what_is_saved_is_loaded_again(
    seed: int, props: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    before = made(seed, props)
    path = before.save(tmp_path_factory.mktemp("out") / "out.npz")
    after = Result.load(path)
    np.testing.assert_array_equal(after.trajectory.q, before.trajectory.q)
    np.testing.assert_array_equal(after.landmarks, before.landmarks)
    np.testing.assert_array_equal(after.qpos(), before.qpos())
    assert after.reports == before.reports
    assert list(after.tracks) == [p.name for p in before.scene.props]
    for name in ("clip", "scale", "version", "notes", "warnings"):
        assert getattr(after, name) == getattr(before, name)
    assert (after.trajectory.fps, after.trajectory.robot) == (29.97, "r")
    assert after.trajectory.joint_names == before.trajectory.joint_names
    assert after.summary() == before.summary()


def test_a_loaded_result_can_be_saved_again(result: Result, tmp_path: Path) -> None:
    first = Result.load(result.save(tmp_path / "a.npz"))
    second = Result.load(first.save(tmp_path / "b.npz"))
    np.testing.assert_array_equal(second.qpos(), result.qpos())
    assert second.reports == result.reports


def test_the_file_has_the_promised_keys_and_no_pickle(result: Result, tmp_path: Path) -> None:
    path = result.save(tmp_path / "out.npz")
    with np.load(path, allow_pickle=False) as file:
        data = {key: file[key] for key in file.files}
    frames = len(result)
    assert data["qpos"].shape == (frames, 43)
    assert float(data["fps"]) == 30.0
    assert data["joint_names"].tolist() == list(result.trajectory.joint_names)
    assert str(data["robot"]) == "g1"
    assert data["prop_names"].tolist() == [p.name for p in result.scene.props]
    assert float(data["cost"]) == result.reports[-1].total
    assert data["human_joints"].shape == (frames, len(LANDMARKS), 3)
    assert data["landmark_names"].tolist() == list(LANDMARKS)
    assert len(json.loads(str(data["reports"]))) == frames
    assert str(data["format"]) == FORMAT
    assert str(data["version"])
    assert all(value.dtype != object for value in data.values())


def test_saving_gives_the_path_and_replaces_what_was_there(result: Result, tmp_path: Path) -> None:
    path = tmp_path / "out.npz"
    path.write_text("old")
    assert result.save(str(path)) == path
    assert len(Result.load(path)) == len(result)
    assert [p.name for p in tmp_path.iterdir()] == ["out.npz"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("out.csv", r"the output is an \.npz file"),
        ("out", r"the output is an \.npz file"),
        ("missing/out.npz", "the folder .*missing does not exist; make it first"),
        ("folder.npz", "is a folder; give the name of a file"),
    ],
)
def test_a_path_that_cannot_be_written_is_found_before_the_work(
    tmp_path: Path, name: str, message: str
) -> None:
    (tmp_path / "folder.npz").mkdir()
    with pytest.raises(WriteError, match=message):
        check_writable(tmp_path / name)
    with pytest.raises(WriteError, match=message):
        made().save(tmp_path / name)
    assert [p.name for p in tmp_path.iterdir()] == ["folder.npz"]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="file modes need POSIX")
def test_a_read_only_folder_is_found_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o555)
    if os.geteuid() == 0:  # root may write anywhere: ask as someone who may not
        monkeypatch.setattr(os, "access", lambda path, mode: False)
    try:
        with pytest.raises(WriteError, match="cannot be written: no permission"):
            check_writable(folder / "out.npz")
    finally:
        folder.chmod(0o755)
    assert list(folder.iterdir()) == []


def test_a_read_only_file_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.npz"
    path.write_text("precious")
    path.chmod(0o444)
    can = os.access
    monkeypatch.setattr(os, "access", lambda p, mode: Path(p) != path and can(p, mode))
    with pytest.raises(WriteError, match="no permission"):
        made().save(path)
    assert path.read_text() == "precious"


def test_a_relative_name_is_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made().save("out.npz")
    assert (tmp_path / "out.npz").is_file()


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt(), MemoryError()])
def test_a_write_that_fails_half_way_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    path = tmp_path / "out.npz"
    path.write_text("old")

    def fails(stream, array, **options) -> None:
        stream.write(b"half of it")
        raise error

    monkeypatch.setattr(np.lib.format, "write_array", fails)
    with pytest.raises(type(error)):
        made().save(path)
    assert [p.name for p in tmp_path.iterdir()] == ["out.npz"]
    assert path.read_text() == "old"


def test_a_full_disk_is_an_error_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(stream, array, **options) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", fails)
    with pytest.raises(KinemeshError, match="No space left"):
        made().save(tmp_path / "out.npz")


# ------------------------------------------------ files of others


def damaged(name: str, good: Path, folder: Path) -> Path:
    """A file that is not a result, in one of many ways."""
    path = folder / f"{name}.npz"
    whole = good.read_bytes()
    with np.load(good, allow_pickle=False) as file:
        data = {key: file[key] for key in file.files}
    if name == "text":
        path.write_text("qpos,fps\n1,2\n")
    elif name == "empty":
        path.write_bytes(b"")
    elif name == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif name == "bytes":
        path.write_bytes(bytes(range(256)) * 40)
    elif name == "flipped":
        middle = len(whole) // 3
        path.write_bytes(
            whole[:middle] + bytes(b ^ 0xFF for b in whole[middle:][:200]) + whole[middle + 200 :]
        )
    elif name == "packed":  # otherwise than numpy does, and damaged
        with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as made:
            made.writestr("format.npy", bytes(9000))
        packed = bytearray(path.read_bytes())
        packed[60:75] = bytes(b ^ 0xA5 for b in packed[60:75])
        path.write_bytes(packed)
    elif name == "array":
        np.save(folder / "array.npy", np.zeros(3))
        (folder / "array.npy").rename(path)
    elif name == "pickle":
        np.savez(path, **{**data, "qpos": np.array([{"a": 1}], dtype=object)})
    elif name == "foreign":
        np.savez(path, qpos=data["qpos"], fps=30.0)
    elif name == "older":
        np.savez(path, **{**data, "format": "kinemesh-result-0"})
    elif name == "keyless":
        np.savez(path, **{k: v for k, v in data.items() if k != "joint_names"})
    elif name == "narrow":
        np.savez(path, **{**data, "qpos": data["qpos"][:, :15]})
    elif name == "nan":
        np.savez(path, **{**data, "qpos": np.full_like(data["qpos"], np.nan)})
    elif name == "notjson":
        np.savez(path, **{**data, "reports": "{"})
    elif name == "listless":
        np.savez(path, **{**data, "reports": "3"})
    elif name == "flat":
        np.savez(path, **{**data, "qpos": data["qpos"][0]})
    return path


@pytest.mark.parametrize(
    "name",
    [
        *("text", "empty", "bytes", "pickle", "foreign", "older", "keyless", "nan", "notjson"),
        *("flipped", "array", "listless", "cut", "narrow", "flat", "packed"),
    ],
)
def test_a_file_that_is_no_result_is_refused_with_its_name(tmp_path: Path, name: str) -> None:
    good = made().save(tmp_path / "good.npz")
    path = damaged(name, good, tmp_path)
    with pytest.raises(ReadError, match=f"{name}.npz"):
        Result.load(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.npz", tmp_path):
        with pytest.raises(ReadError, match=r"does not exist|is a folder"):
            Result.load(path)


def test_when_feet_and_hands_were_held_is_in_the_file(
    result: Result, demos: dict[str, Clip], robot: RobotModel, tmp_path: Path
) -> None:
    plan = Plan(demos["lift_box"].crop(90, 98), robot)
    assert np.array_equal(result.stance["left_heel"], plan.footing["left"].heel)
    assert set(result.touch) == {("left_hand", "box"), ("right_hand", "box")}
    loaded = Result.load(result.save(tmp_path / "held.npz"))
    assert list(loaded.stance) == list(result.stance)
    assert list(loaded.touch) == list(result.touch)
    assert all(np.array_equal(loaded.stance[k], flags) for k, flags in result.stance.items())
    assert all(np.array_equal(loaded.touch[k], flags) for k, flags in result.touch.items())


def test_every_part_of_the_body_and_the_ground_are_among_what_was_held(
    result: Result, tmp_path: Path
) -> None:
    frames = np.arange(len(result))
    touch = {
        (part, thing): frames % (k + 2) == 0
        for k, (part, thing) in enumerate((p, t) for p in PARTS for t in (GROUND, "a chair, red"))
    }
    loaded = Result.load(replace(result, touch=touch).save(tmp_path / "held.npz"))
    assert list(loaded.touch) == list(touch)
    assert all(np.array_equal(loaded.touch[key], flags) for key, flags in touch.items())


def test_a_file_that_does_not_say_what_was_held_is_still_read(
    result: Result, tmp_path: Path
) -> None:
    with np.load(result.save(tmp_path / "new.npz")) as file:
        older = {k: file[k] for k in file.files if not k.startswith(("stance", "touch"))}
    np.savez(tmp_path / "older.npz", **older)
    loaded = Result.load(tmp_path / "older.npz")
    assert (dict(loaded.stance), dict(loaded.touch)) == ({}, {})
    again = Result.load(loaded.save(tmp_path / "again.npz"))
    assert (dict(again.stance), dict(again.touch)) == ({}, {})


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f8', 'fortran_order': False, 'shape': (((((",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999,), }",
        "{'descr': '|O', 'fortran_order': False, 'shape': (), }",
    ],
)
def test_a_header_that_lies_is_refused_before_memory_is_taken(tmp_path: Path, header: str) -> None:
    good = made().save(tmp_path / "good.npz")
    text = header.encode() + b"\n"
    data = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + bytes(8)
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(tmp_path / "bad.npz", "w") as new:
        for name in old.namelist():
            new.writestr(name, data if name == "qpos.npy" else old.read(name))
    with pytest.raises(ReadError, match=r"bad\.npz: not a kinemesh result"):
        Result.load(tmp_path / "bad.npz")
