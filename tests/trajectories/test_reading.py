from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kinemesh.errors import KinemeshError
from kinemesh.geometry import poses
from kinemesh.motion import StanceEdit, TouchEdit
from kinemesh.recordings import read_contacts
from kinemesh.robot import RobotModel
from kinemesh.trajectories import read_layout
from recordings import recording

JOINTS = ("hip", "knee")


def table(frames: int = 5, props: int = 1) -> np.ndarray:
    """MuJoCo's order: base, two joints, props."""
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(frames, 7 + 2 + 7 * props))
    for k in (3, *(12 + 7 * p for p in range(props))):
        rows[:, k : k + 4] = [1.0, 0.02, 0.04, 0.06]
        rows[:, k : k + 4] /= np.linalg.norm(rows[:, k : k + 4], axis=1, keepdims=True)
    return rows


def test_a_raw_archive_is_read_in_mujocos_order_with_its_rate_and_prop(tmp_path: Path) -> None:
    qpos = table()
    np.savez(tmp_path / "raw.npz", qpos=qpos, fps=np.array(25), cost=1.0)
    file = read_layout(tmp_path / "raw.npz", JOINTS, "two")
    assert (file.trajectory.fps, file.trajectory.robot) == (25.0, "two")
    assert np.allclose(file.trajectory.qpos(), qpos[:, :9])
    assert np.allclose(poses.to_wxyz(file.tracks[0]), qpos[:, 9:])
    assert any("25/s (in the file)" in note for note in file.notes)
    assert file.warnings == ()


def test_a_table_of_numbers_is_read_with_w_last_and_30_frames_a_second_assumed(
    tmp_path: Path,
) -> None:
    rows = np.hstack([poses.from_wxyz(table(props=0)[:, :7]), table(props=0)[:, 7:]])
    np.savetxt(tmp_path / "motion.csv", rows, delimiter=",")
    file = read_layout(tmp_path / "motion.csv", JOINTS, "two")
    assert np.allclose(file.trajectory.q, rows)
    assert file.tracks == ()
    assert file.trajectory.fps == 30.0
    assert any("30/s (assumed" in note for note in file.notes)
    assert read_layout(tmp_path / "motion.csv", JOINTS, "two", fps=60.0).trajectory.fps == 60.0


def test_a_table_whose_robot_stands_only_with_w_first_is_read_so_and_doubted(
    tmp_path: Path,
) -> None:
    rows = table(props=0)
    rows[:, 3:7] = [1.0, 0.0, 0.0, 0.0]
    np.savetxt(tmp_path / "motion.csv", rows, delimiter=",")
    file = read_layout(tmp_path / "motion.csv", JOINTS, "two")
    (warning,) = file.warnings
    assert "only so the robot does not stand on its head" in warning
    assert file.format == "kimodo"
    assert np.allclose(file.trajectory.q[:, 3:7], [0.0, 0.0, 0.0, 1.0])
    told = read_layout(tmp_path / "motion.csv", JOINTS, "two", format="unitree-csv")
    assert np.allclose(told.trajectory.q[:, 3:7], [1.0, 0.0, 0.0, 0.0])
    assert "stands on its head" in told.warnings[0]


def test_unitrees_own_file_stands_upright_at_the_height_of_a_g1(robot: RobotModel) -> None:
    path = recording("g1_references/B_HandsUp.csv")
    file = read_layout(path, robot.joint_names, robot.name, fps=60.0)
    assert file.trajectory.q.shape == (442, 36)
    assert file.warnings == ()
    first = robot.configuration(np.array(file.trajectory.q[0])).landmarks()
    assert 0.6 < first[0, 2] < 0.9 and abs(first[4, 2]) < 0.1  # pelvis and toe


def _save(**arrays: Any) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with path.open("wb") as stream:
            np.savez(stream, **arrays)

    return write


def _text(text: str) -> Callable[[Path], None]:
    return lambda path: path.write_text(text) and None


def _lines(rows: np.ndarray) -> str:
    return "\n".join(",".join(f"{x:.12g}" for x in row) for row in rows)


def _rolled() -> np.ndarray:
    return np.hstack([table()[:, 3:7], table()[:, :3], table()[:, 7:]])


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (_save(joint_pos=np.zeros((3, 2))), r"no array 'qpos' and not joint_pos, .*only joint_pos"),
        (_save(qpos=table()[:, :8]), r"shape \(5, 8\); a robot of 2 joints needs \(T, 9\)"),
        (_save(qpos=table()[:, :11]), r"shape \(5, 11\).*7 columns more for each prop"),
        (_save(qpos=table()[:0]), r"shape \(0, 16\)"),
        (_save(qpos=table()[0]), r"shape \(16,\)"),
        (_save(qpos=0.0 * table()), r"quaternions of norm 0 to 0; expected x y z"),
        (_text(_lines(_rolled())), r"\(its quaternions come first\)"),
        (_save(qpos=np.nan * table()), r"NaN or infinite numbers, the first in frame 0"),
        (_save(qpos=table(), fps=[1.0, 2.0]), r"'fps' has shape \(2,\); expected a number"),
        (_save(qpos=table(), fps=0.0), r"the frame rate is 0\.0; expected a positive number"),
        (_text("x,y,z\n1,2,3\n"), r"a header without root_translateX"),
        (_text("1,2,3\n1,2\n"), r"text but no table of numbers"),
        (_text("\n\n"), r"holds an array of shape"),
        (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(9)) and None, r"a PNG picture"),
        (lambda path: path.write_bytes(b"PK\x03\x04" + bytes(90)) and None, r"cut short or damag"),
    ],
)
def test_a_file_that_is_no_trajectory_is_refused_with_a_reason(
    write: Callable[[Path], None], message: str, tmp_path: Path
) -> None:
    write(tmp_path / "file")
    with pytest.raises(KinemeshError, match=message):
        read_layout(tmp_path / "file", JOINTS, "two")


def test_a_rate_that_contradicts_the_file_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "raw.npz", qpos=table(), fps=25.0)
    with pytest.raises(KinemeshError, match=r"states 25 frames/s and 30 are given"):
        read_layout(tmp_path / "raw.npz", JOINTS, "two", fps=30.0)


def test_a_file_of_contacts_is_read_in_order(tmp_path: Path) -> None:
    file = tmp_path / "contacts.toml"
    file.write_text(
        '[[stance]]\nfoot = "left"\nframes = [10, 42]\nplanted = true\n'
        '[[touch]]\npart = "right_hand"\nthing = "box"\nframes = [3, 3]\ntouching = false\n'
    )
    assert read_contacts(file) == (
        StanceEdit("left", 10, 42, True),
        TouchEdit("right_hand", "box", 3, 3, False),
    )


_STANCE = '[[stance]]\nfoot = "left"\nframes = [1, 2]\nplanted = true\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[stance]\n", r"contacts\.toml is not valid TOML .*line 1"),
        ("a = 1\n", r"unknown key 'a'; known are stance, touch"),
        ("[stance]\nfoot = 1\n", r"under \[\[stance\]\]"),
        ("# nothing\n", r"says nothing"),
        ("stance = [1]\n", r"under \[\[stance\]\]"),
        (
            _STANCE + "heel = true\n",
            r"\[\[stance\]\] 1: unknown key 'heel'; known are foot, frames",
        ),
        (_STANCE.replace("planted = true", ""), r"\[\[stance\]\] 1 lacks planted; known"),
        (_STANCE.replace("true", '"yes"'), r"planted = 'yes'; expected true or false"),
        (_STANCE.replace('"left"', "3"), r"foot = 3; expected a text"),
        (_STANCE.replace("[1, 2]", "[1]"), r"frames = \[1\]; expected \[first, last\]"),
        (_STANCE.replace("[1, 2]", "[1.0, 2]"), r"frames = \[1\.0, 2\]; expected \[first, last\]"),
    ],
)
def test_a_file_of_contacts_that_makes_no_sense_is_refused(
    text: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "contacts.toml").write_text(text)
    with pytest.raises(KinemeshError, match=message):
        read_contacts(tmp_path / "contacts.toml")


def test_numbers_whose_squares_are_infinite_are_refused(tmp_path: Path) -> None:
    qpos = table()
    qpos[2, 4] = 1e300
    np.savez(tmp_path / "raw.npz", qpos=qpos, fps=np.array(25))
    with pytest.raises(KinemeshError, match="'qpos' holds numbers beyond"):
        read_layout(tmp_path / "raw.npz", JOINTS, "two")


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = " + "9" * 5000, "a." * 5000 + "a = 1"])
def test_toml_that_the_parser_gives_up_on_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.toml").write_text(text)
    with pytest.raises(KinemeshError, match=r"c\.toml is not valid TOML"):
        read_contacts(tmp_path / "c.toml")


@pytest.mark.parametrize("bits", [0x7FA00000, 0x7F800000])
def test_a_nan_that_signals_and_an_endless_number_are_refused(tmp_path: Path, bits: int) -> None:
    qpos = table().astype(np.float32)
    qpos.view(np.uint32)[2, 13] = bits  # in a prop's quaternion
    np.savez(tmp_path / "raw.npz", qpos=qpos, fps=np.array(25))
    with pytest.raises(KinemeshError, match="NaN or infinite"):
        read_layout(tmp_path / "raw.npz", JOINTS, "two")


@pytest.mark.parametrize("shape", ["(2,)", "(99999999999,)"])
def test_texts_of_no_characters_take_no_memory(tmp_path: Path, shape: str) -> None:
    header = f"{{'descr': '<U0', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    np.savez(tmp_path / "raw.npz", qpos=table(), fps=np.array(25))
    with zipfile.ZipFile(tmp_path / "raw.npz", "a") as archive:
        start = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little")
        archive.writestr("remark.npy", start + header)
    assert len(read_layout(tmp_path / "raw.npz", JOINTS, "two").trajectory) == 5
