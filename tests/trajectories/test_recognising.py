"""Layouts are told by content; what cannot be told, or is damaged, is refused with a reason."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinemesh import demos
from kinemesh._files.torch_files import read_table
from kinemesh.errors import KinemeshError, ReadError
from kinemesh.motion import Links
from kinemesh.result import Result
from kinemesh.robot import RobotModel, link_poses, links_of
from kinemesh.solve import retarget
from kinemesh.trajectories import (
    holds_trajectory,
    read_contents,
    read_layout,
)
from kinemesh.trajectories.containers.torch_writer import save_tensors
from recordings import recording
from trajectory_files import Read, arrays_of, every_format


@pytest.fixture(scope="module")
def lifted(robot: RobotModel) -> Result:
    return retarget(demos.lift_box().crop(60, 76), robot)


@pytest.fixture(scope="module")
def written(lifted: Result, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return every_format(lifted, tmp_path_factory.mktemp("written"))


# ------------------------------------------------------------------ told by content


@pytest.mark.slow
def test_every_format_is_recognised_whatever_its_name(
    written: dict[str, Path], read: Read, tmp_path: Path
) -> None:
    for format, path in written.items():
        if path.is_dir():
            shutil.copytree(path, tmp_path / format)
        else:
            shutil.copy(path, tmp_path / format)
        assert read(tmp_path / format).format == format


def test_a_trajectory_is_told_from_a_persons_motion(
    written: dict[str, Path], tmp_path: Path
) -> None:
    assert all(holds_trajectory(path) for path in written.values())
    np.savez(tmp_path / "person.npz", global_joint_positions=np.zeros((3, 22, 3)))
    np.save(tmp_path / "person.npy", np.zeros((3, 22, 3)))
    (tmp_path / "folder").mkdir()
    for name in ("person.npz", "person.npy", "folder"):
        assert not holds_trajectory(tmp_path / name)


def test_the_given_layout_is_taken_at_its_word(
    written: dict[str, Path], read: Read, lifted: Result
) -> None:
    file = read(written["unitree-csv"], format="kimodo")
    assert file.format == "kimodo"
    assert any("layout: kimodo" in note and "(given)" in note for note in file.notes)
    turn = Rotation.from_quat(file.trajectory.q[:, 3:7]).inv()
    assert (turn * Rotation.from_quat(lifted.trajectory.q[:, 3:7])).magnitude().min() > 1.0
    with pytest.raises(ReadError, match=r"unknown format 'nope'; known are beyondmimic"):
        read(written["gmr"], format="nope")
    with pytest.raises(ReadError, match=r"has no array 'dof_pos'"):
        read(written["motionlib"], format="gmr")


def test_raw_arrays_can_be_looked_at_as_the_file_has_them(written: dict[str, Path]) -> None:
    contents = read_contents(written["beyondmimic"])
    assert contents.container == "npz"
    for key, array in arrays_of(written["beyondmimic"]).items():
        np.testing.assert_array_equal(contents.arrays[key], array)
    assert read_contents(written["gmr"]).names["link_body_list"][0] == "pelvis"
    with pytest.raises(TypeError):
        contents.arrays["fps"] = np.zeros(1)


# ------------------------------------------------------------------ orders without names


def test_beyondmimics_and_mjlabs_files_are_told_apart_by_where_the_links_are(
    written: dict[str, Path], read: Read
) -> None:
    for format, order in (("beyondmimic", "breadth first"), ("mjlab", "depth first")):
        file = read(written[format])
        assert file.format == format
        assert any(f"bodies {order}, joints {order}" in note for note in file.notes)


def test_a_file_whose_joints_and_bodies_disagree_is_warned_of_and_read_right(
    written: dict[str, Path], read: Read, lifted: Result, tmp_path: Path
) -> None:
    mixed = arrays_of(written["mjlab"])
    mixed["joint_pos"] = arrays_of(written["beyondmimic"])["joint_pos"]
    np.savez(tmp_path / "mixed.npz", **mixed)
    file = read(tmp_path / "mixed.npz")
    assert any("no trainer reads both right" in text for text in file.warnings)
    np.testing.assert_allclose(file.trajectory.joints, lifted.trajectory.joints, atol=1e-6)


def test_a_standing_robot_is_enough_to_tell(
    robot: RobotModel, links: Links, read: Read, tmp_path: Path
) -> None:
    """Every joint at rest: nothing moves, and orders still show."""
    q = np.tile(robot.rest, (3, 1))
    poses = link_poses(robot, q)
    order = links.breadth_first()
    np.savez(
        tmp_path / "a.npz",
        fps=[50],
        joint_pos=q[:, 7:][:, links.breadth_first_joints()],
        body_pos_w=poses[:, order, :3],
        body_quat_w=poses[:, order][..., [6, 3, 4, 5]],
    )
    file = read(tmp_path / "a.npz")
    assert file.format == "beyondmimic"
    np.testing.assert_allclose(file.trajectory.q, q, atol=1e-12)


def test_another_hardware_familys_file_fits_worse_and_is_read(
    written: dict[str, Path], lifted: Result
) -> None:
    base = RobotModel.load("g1_base")
    file = read_layout(written["mjlab"], base.joint_names, base.name, links=links_of(base))
    (note,) = (note for note in file.notes if note.startswith("order"))
    fit = float(note.split("g1_base to ")[1].split(" mm")[0])
    assert 0.5 < fit < 20.0
    np.testing.assert_allclose(file.trajectory.joints, lifted.trajectory.joints, atol=1e-6)


@pytest.mark.slow
def test_without_links_what_needs_them_is_refused_and_the_rest_is_read(
    written: dict[str, Path], robot: RobotModel
) -> None:
    refused = set()
    for format, path in written.items():
        try:
            read_layout(path, robot.joint_names, robot.name)
        except ReadError as error:
            assert "links" in str(error)
            refused.add(format)
    assert refused == {"beyondmimic", "mjlab", "sonic", "omnicontact"}
    file = read_layout(written["mjlab"], robot.joint_names, robot.name, format="mjlab")
    assert file.format == "mjlab"


# ------------------------------------------------------------------ real files of others


def test_the_published_g1_files_are_read_right(read: Read, robot: RobotModel) -> None:
    table = read(recording("g1_references/B_HandsUp.csv"), 60.0)
    archive = read(recording("g1_references/B_HandsUp.npz"))
    walk = read(recording("g1_references/walk_forward_loop_002__A024.npz"))
    # Both archives are in MuJoCo's orders, which trainers on mjlab take.
    assert (table.format, archive.format, walk.format) == ("unitree-csv", "mjlab", "mjlab")
    assert (archive.trajectory.fps, walk.trajectory.fps) == (60.0, 50.0)
    assert table.warnings == archive.warnings == walk.warnings == ()
    one, other = table.trajectory.q[:441], archive.trajectory.q
    np.testing.assert_allclose(one[:, :3], other[:, :3], atol=1e-6)
    np.testing.assert_allclose(one[:, 7:], other[:, 7:], atol=1e-5)
    turn = Rotation.from_quat(one[:, 3:7]).inv() * Rotation.from_quat(other[:, 3:7])
    assert turn.magnitude().max() < 1e-5
    for q in (archive.trajectory.q, walk.trajectory.q):
        lows = [
            min(
                robot.configuration(row).positions(np.full(4, s.joint), s.corners)[:, 2].min()
                for s in robot.soles
            )
            for row in q[::10]
        ]
        assert abs(np.median(lows)) < 0.015
    forward = Rotation.from_quat(walk.trajectory.q[:, 3:7]).apply([1.0, 0.0, 0.0])[:, :2]
    speed = np.gradient(walk.trajectory.q[:, :2], 0.02, axis=0)
    assert 0.5 < np.sum(forward * speed, axis=1).mean() < 1.5


# ------------------------------------------------------------------ damaged and hostile


@pytest.mark.slow
def test_a_file_cut_short_anywhere_is_an_error_of_ours(
    written: dict[str, Path], read: Read, tmp_path: Path
) -> None:
    for format, path in written.items():
        if path.is_dir():
            continue
        whole = path.read_bytes()
        for share in (0.3, 0.7, 0.99):
            file = tmp_path / f"cut{path.suffix}"
            file.write_bytes(whole[: int(share * len(whole))])
            if format == "unitree-csv":
                file.write_bytes(file.read_bytes().rsplit(b",", 2)[0])  # within a line
            with pytest.raises(KinemeshError):
                read(file)


@pytest.mark.parametrize("format", ["hdmi", "sonic"])
def test_a_folder_that_lacks_a_file_or_has_a_damaged_one_is_refused(
    format: str, written: dict[str, Path], read: Read, tmp_path: Path
) -> None:
    for entry in sorted(written[format].iterdir()):
        if entry.name in ("joint_vel.csv", "body_lin_vel.csv", "body_ang_vel.csv", "metadata.txt"):
            continue  # not needed to read
        missing = tmp_path / f"missing-{entry.name}"
        shutil.copytree(written[format], missing)
        (missing / entry.name).unlink()
        with pytest.raises(ReadError, match="is a folder without"):
            read(missing)
        damaged = tmp_path / f"damaged-{entry.name}"
        shutil.copytree(written[format], damaged)
        whole = (damaged / entry.name).read_bytes()
        (damaged / entry.name).write_bytes(whole[: len(whole) // 2].rsplit(b",", 1)[0])
        with pytest.raises(ReadError):
            read(damaged)


def test_a_folder_of_frames_that_do_not_fit_together_is_refused(
    written: dict[str, Path], read: Read, tmp_path: Path
) -> None:
    folder = tmp_path / "a"
    shutil.copytree(written["sonic"], folder)
    lines = (folder / "body_pos.csv").read_text().splitlines()
    (folder / "body_pos.csv").write_text("\n".join(lines[:-2]) + "\n")
    with pytest.raises(ReadError, match=r"'body_pos' has shape \(14, 14, 3\); expected \(16, N, 3"):
        read(folder)
    (folder / "metadata.txt").write_text("Body part indexes:\n[4 0]\n")
    (folder / "body_pos.csv").write_text("\n".join(lines) + "\n")
    with pytest.raises(ReadError, match="lists body 4 first; expected 0, the root"):
        read(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.pop("joint_names"), r"KeyError: 'joint_names'"),
        (lambda m: m.update(fps="fast"), r"expected JSON with body_names"),
        (lambda m: m["joint_names"].pop(), r"names no joint right_wrist_yaw_joint"),
        (lambda m: m["body_names"].pop(), r"'body_pos_w' has shape"),
        (lambda m: m["body_names"].__setitem__(0, "hips"), r"names no body 'pelvis', the root"),
    ],
)
def test_hdmis_meta_that_does_not_fit_is_refused(
    change: Callable[[dict[str, list[str]]], None],
    message: str,
    written: dict[str, Path],
    read: Read,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "a"
    shutil.copytree(written["hdmi"], folder)
    meta = json.loads((folder / "meta.json").read_text())
    change(meta)
    (folder / "meta.json").write_text(json.dumps(meta))
    with pytest.raises(ReadError, match=message):
        read(folder)


@pytest.mark.parametrize(
    ("key", "change", "message"),
    [
        (
            "joint_pos",
            lambda a: a[:, :-1],
            r"'joint_pos' has 28 joints in each of its 16 frames, and the robot 'g1' has 29",
        ),
        ("body_pos_w", lambda a: a[:, :-1], r"'body_quat_w' has shape .*; expected \(16, 29, 4\)"),
        ("body_quat_w", lambda a: a * 0.0, r"a body has quaternions of norm 0 to 0"),
        ("body_pos_w", lambda a: a * np.nan, r"NaN or infinite numbers, the first in frame 0"),
        ("joint_pos", lambda a: a * np.inf, r"NaN or infinite numbers"),
        ("fps", lambda a: np.array([50, 50]), r"'fps' has shape \(2,\); expected a number"),
        ("fps", lambda a: np.array([-5]), r"the frame rate is -5"),
        ("joint_pos", lambda a: np.array([{}]), r"array of Python objects|not joint_pos"),
    ],
)
def test_an_archive_of_bodies_that_does_not_fit_is_refused(
    key: str,
    change: Callable[[np.ndarray], np.ndarray],
    message: str,
    written: dict[str, Path],
    read: Read,
    tmp_path: Path,
) -> None:
    arrays = arrays_of(written["mjlab"])
    arrays[key] = change(arrays[key])
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(KinemeshError, match=message):
        read(tmp_path / "a.npz")


def test_another_number_of_bodies_is_refused_unless_the_layout_is_given(
    written: dict[str, Path], read: Read, lifted: Result, tmp_path: Path
) -> None:
    arrays = arrays_of(written["mjlab"])
    for key in ("body_pos_w", "body_quat_w"):
        arrays[key] = arrays[key][:, :14]
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(ReadError, match=r"has 14 bodies without names; the robot 'g1' has 30"):
        read(tmp_path / "a.npz")
    file = read(tmp_path / "a.npz", format="mjlab")
    np.testing.assert_allclose(file.trajectory.q, lifted.trajectory.q, atol=1e-6)


def test_a_torch_table_that_asks_for_more_is_refused(tmp_path: Path) -> None:
    save_tensors(tmp_path / "a.motion", {"dof_pos": np.zeros((2, 3), np.float32), "fps": 30.0})
    table = read_table(tmp_path / "a.motion")
    assert table["fps"] == 30.0 and table["dof_pos"].shape == (2, 3)
    for program, message in (
        (b"\x80\x02}(X\x01\x00\x00\x00acos\nsystem\nX\x02\x00\x00\x00ls\x85Ru.", "posix|os.system"),
        (b"\x80\x02](K\x01e.", "a value of type list"),
        (b"\x80\x02}(X\x01\x00\x00\x00a](K\x01eu.", "a list under 'a'"),
        (b"\x80\x02}}b.", "BUILD"),
    ):
        with zipfile.ZipFile(tmp_path / "b.motion", "w") as archive:
            archive.writestr("motion/data.pkl", program)
        with pytest.raises(ReadError, match=message):
            read_table(tmp_path / "b.motion")


def test_protomotions_own_mark_of_its_quaternions_is_read_over(
    written: dict[str, Path], read: Read, tmp_path: Path
) -> None:
    mark = b"cprotomotions.simulator.base_simulator.simulator_state\nStateConversion\n"
    key = b"X\x10\x00\x00\x00state_conversion" + mark + b"X\x06\x00\x00\x00common\x85R"
    with zipfile.ZipFile(written["protomotions"]) as old:
        with zipfile.ZipFile(tmp_path / "a.motion", "w") as new:
            for name in old.namelist():
                data = old.read(name)
                if name.endswith("data.pkl"):
                    data = data.removesuffix(b"u.") + key + b"u."
                new.writestr(name, data)
    assert read(tmp_path / "a.motion").format == "protomotions"
