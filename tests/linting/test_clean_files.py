"""Files that are as they should be are clean; real ones say what is wrong with them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from spoiling import spoil

import kinemesh
from kinemesh.errors import ReadError, WriteError
from kinemesh.linting import TRAPS
from kinemesh.result import Result
from kinemesh.robot import RobotModel
from kinemesh.trajectories import WRITERS
from recordings import recording


def written(result: Result, folder: Path, format: str) -> Path:
    suffixes = WRITERS[format].suffixes
    path = folder / f"motion{suffixes[0] if suffixes else ''}"
    kinemesh.write(result, path, format=format)
    return path


@pytest.mark.parametrize("clip", ["walked", "carried"])
@pytest.mark.parametrize("format", WRITERS)
def test_what_a_writer_writes_is_clean(
    format: str, clip: str, request: pytest.FixtureRequest, robot: RobotModel, tmp_path: Path
) -> None:
    report = kinemesh.lint(written(request.getfixturevalue(clip), tmp_path, format), robot)
    assert (report.format, report.findings) == (format, ())
    assert report.clean and report.written is None


@pytest.mark.parametrize("yaw", [1.6, np.pi, -2.4])
@pytest.mark.parametrize("format", ["unitree-csv", "holosoma", "omniretarget"])
def test_wherever_the_robot_faces_the_file_is_clean(
    format: str, yaw: float, walked: Result, robot: RobotModel, tmp_path: Path
) -> None:
    """Facing -x, quaternions in the wrong order stand upright too."""
    turn, q = Rotation.from_euler("z", yaw), np.array(walked.trajectory.q)
    q[:, :3] = turn.apply(q[:, :3])
    q[:, 3:7] = (turn * Rotation.from_quat(q[:, 3:7])).as_quat()
    trajectory = replace(walked.trajectory, q=q)
    path = tmp_path / f"motion{WRITERS[format].suffixes[0]}"
    kinemesh.write(trajectory, path, format=format)
    assert kinemesh.lint(path, robot, format=format).findings == ()


def test_a_table_with_w_first_is_a_good_one_of_kimodo_and_a_bad_one_of_unitree(
    walked: Result, robot: RobotModel, tmp_path: Path
) -> None:
    path = tmp_path / "motion.csv"
    np.savetxt(path, walked.trajectory.qpos(), delimiter=",")
    report = kinemesh.lint(path, robot)
    assert (report.format, report.findings) == ("kimodo", ())
    assert any("format='unitree-csv'" in note for note in report.notes)
    assert kinemesh.lint(path, robot, format="unitree-csv").traps == ("quaternion-order",)


def test_a_result_of_our_own_is_clean(walked: Result, robot: RobotModel, tmp_path: Path) -> None:
    assert kinemesh.lint(walked.save(tmp_path / "result.npz"), robot).findings == ()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "format", "traps"),
    [
        ("B_HandsUp.csv", "unitree-csv", ()),
        ("B_HandsUp.npz", "mjlab", ("frame-rate",)),  # 60/s, which mjlab plays at 50
        # 24 mm throughout, and its hands up to 51 mm in its hips
        ("walk_forward_loop_002__A024.npz", "mjlab", ("feet-sunk", "self-collision")),
    ],
)
def test_published_files_have_these_faults_and_no_other(
    file: str, format: str, traps: tuple[str, ...], robot: RobotModel, tmp_path: Path
) -> None:
    report = kinemesh.lint(recording(f"g1_references/{file}"), robot, fix=tmp_path / "copy.npz")
    assert (report.format, report.traps) == (format, traps)
    if traps:
        left = tuple(trap for trap in traps if trap == "self-collision")  # nothing mends that
        assert kinemesh.lint(tmp_path / "copy.npz", robot).traps == left


@pytest.mark.parametrize("kind", ["robot_only", "object"])
def test_the_released_retargeters_feet_are_clean_and_gmrs_sink(
    kind: str, robot: RobotModel
) -> None:
    folder = recording("MANIFEST.md").parents[1] / "reference"
    files = [folder / peer / f"sub3_largebox_003_{kind}.npz" for peer in ("holosoma", "gmr")]
    if not all(file.exists() for file in files):
        pytest.skip(f"no files of the peers in {folder}")
    # Neither keeps the robot out of itself: 25 and 54 mm, 21 mm.
    assert kinemesh.lint(files[0], robot).traps == ("self-collision",)
    report = kinemesh.lint(files[1], robot)
    assert report.traps == ("feet-sunk", "self-collision")
    assert "-0.020 m" in report.findings[0].evidence
    assert not report.findings[0].mendable


def test_a_base_family_robot_is_told_apart_by_no_trap_it_has_not(
    walked: Result, tmp_path: Path
) -> None:
    """The two families differ by 10 mm at the waist: no body is reported as out of place."""
    path = written(walked, tmp_path, "mjlab")
    traps = kinemesh.lint(path, "g1_base").traps
    assert "bodies" not in traps and "joint-order" not in traps


def test_two_faults_are_found_side_by_side(
    walked: Result, robot: RobotModel, tmp_path: Path
) -> None:
    path = written(walked, tmp_path, "mjlab")
    with np.load(path) as file:
        arrays = {key: file[key] for key in file.files}
    arrays["body_quat_w"] = arrays["body_quat_w"][..., [1, 2, 3, 0]]
    arrays["joint_pos"] = np.rad2deg(arrays["joint_pos"])
    np.savez(path, **arrays)
    report = kinemesh.lint(path, robot, fix=tmp_path / "copy.npz")
    assert set(report.traps) == {"quaternion-order", "degrees"}
    assert kinemesh.lint(tmp_path / "copy.npz", robot).clean


def test_the_mended_copy_is_the_motion_that_was_spoiled(
    walked: Result, robot: RobotModel, tmp_path: Path
) -> None:
    path = written(walked, tmp_path, "mjlab")
    with np.load(path) as file:
        arrays = {key: file[key] for key in file.files}
    arrays["body_pos_w"] = arrays["body_pos_w"] * 100.0
    arrays["body_quat_w"] = arrays["body_quat_w"][..., [1, 2, 3, 0]]
    np.savez(tmp_path / "bad.npz", **arrays)
    kinemesh.lint(tmp_path / "bad.npz", robot, fix=tmp_path / "copy.npz")
    with np.load(path) as good, np.load(tmp_path / "copy.npz") as copy:
        for key in good.files:
            np.testing.assert_allclose(copy[key], good[key], atol=2e-4, err_msg=key)


def test_what_cannot_be_read_or_written_is_an_error(
    walked: Result, robot: RobotModel, tmp_path: Path
) -> None:
    path = written(walked, tmp_path, "unitree-csv")
    table = np.loadtxt(path, delimiter=",")
    np.savetxt(path, table + np.eye(36)[2] * 0.5, delimiter=",")
    before = path.read_bytes()
    with pytest.raises(WriteError, match="is the file itself"):
        kinemesh.lint(path, robot, fix=path)
    with pytest.raises(WriteError, match=r"unitree-csv is a \.csv file"):
        kinemesh.lint(path, robot, fix=tmp_path / "copy.npz")
    with pytest.raises(ReadError, match="unknown format 'nope'"):
        kinemesh.lint(path, robot, format="nope")
    with pytest.raises(ReadError, match="has no array 'qpos'"):
        kinemesh.lint(path, robot, format="holosoma")
    np.savetxt(tmp_path / "narrow.csv", table[:, :20], delimiter=",")
    with pytest.raises(ReadError, match="needs \\(T, 36\\)"):
        kinemesh.lint(tmp_path / "narrow.csv", robot)
    assert path.read_bytes() == before


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_a_motion_of_few_frames_is_looked_at_as_far_as_it_goes(
    frames: int, walked: Result, robot: RobotModel, tmp_path: Path
) -> None:
    path = tmp_path / "motion.csv"
    np.savetxt(path, walked.trajectory.q[:frames], delimiter=",")
    assert kinemesh.lint(path, robot).findings == ()


def test_a_library_of_double_numbers_is_read_and_clean(
    walked: Result, robot: RobotModel, tmp_path: Path
) -> None:
    path = written(walked, tmp_path, "motionlib")
    spoil(path, lambda table: table.update({k: np.array(v, float) for k, v in table.items()}))
    assert kinemesh.lint(path, robot).findings == ()


@pytest.mark.parametrize("format", WRITERS)
@pytest.mark.parametrize("value", [np.nan, 1e30, 0.0])
def test_a_file_of_nonsense_is_found_out_and_nothing_is_written(
    format: str, value: float, walked: Result, robot: RobotModel, tmp_path: Path
) -> None:
    path = written(walked, tmp_path, format)

    def nonsense(table: dict[str, Any]) -> None:
        for key, array in table.items():
            if np.ndim(array) > 1:
                table[key] = np.full(np.shape(array), value)

    spoil(path, nonsense)
    if format == "mimickit" and value == 0.0:
        pytest.skip("without quaternions zeros are a robot that stands still, too low")
    try:
        report = kinemesh.lint(path, robot, fix=tmp_path / "copy")
    except ReadError:
        return
    assert report.findings and report.written is None


def test_every_trap_is_in_the_documents() -> None:
    text = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    assert [trap for trap in TRAPS if f"| `{trap}` |" not in text] == []
