"""MVNX: joints are those of the same motion as BVH; nothing in the XML is trusted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bvh_files import DIALECTS, write_bvh
from kinemesh.errors import ReadError
from kinemesh.motion import LANDMARKS
from kinemesh.recordings import read
from moving_bodies import Moves, moves_of
from mvnx_files import write_mvnx


def made(folder: Path, fps: float = 60.0, yaw: float = 0.4) -> Moves:
    path = write_bvh(folder / "made.bvh", DIALECTS["xsens segments"], fps=fps, yaw=yaw)
    return moves_of(path)


@pytest.mark.parametrize("joints", [True, False])
def test_joints_are_where_the_same_motion_as_bvh_has_them(tmp_path: Path, joints: bool) -> None:
    clip = read(write_mvnx(tmp_path / "a.mvnx", made(tmp_path), joints=joints))
    other = read(tmp_path / "made.bvh")
    assert (clip.fps, len(clip)) == (60.0, len(other))
    for landmark in LANDMARKS:
        if not landmark.endswith("toe"):
            np.testing.assert_allclose(clip.landmark(landmark), other.landmark(landmark), atol=1e-7)
    assert clip.rotations is not None
    assert other.rotations is not None
    for joint in ("Pelvis", "LeftUpperArm", "RightForeArm"):
        a = clip.rotations[:, clip.skeleton.index(joint)]
        b = other.rotations[:, other.skeleton.index(joint)]
        np.testing.assert_allclose(np.abs(np.sum(a * b, axis=1)), 1.0, atol=1e-7)


def test_left_is_left_up_is_up_and_bones_keep_their_length(tmp_path: Path) -> None:
    clip = read(write_mvnx(tmp_path / "a.mvnx", made(tmp_path, yaw=0.0)))
    assert clip.warnings == ()
    assert any(note.startswith("up axis: z (by the format)") for note in clip.notes)
    assert np.all((clip.landmark("left_toe") - clip.landmark("left_ankle"))[:, 1] < -0.1)
    assert np.all((clip.landmark("left_hand") - clip.landmark("right_hand"))[:, 0] > 0.3)
    assert clip.landmark("left_shoulder")[:, 2] == pytest.approx(1.40, abs=1e-6)
    bone = clip.landmark("left_elbow") - clip.landmark("left_hand")
    assert np.ptp(np.linalg.norm(bone, axis=1)) < 1e-7


def test_poses_of_the_calibration_are_no_frames(tmp_path: Path) -> None:
    moves = made(tmp_path)
    assert len(read(write_mvnx(tmp_path / "a.mvnx", moves))) == len(moves.positions)


def test_orientations_may_be_missing(tmp_path: Path) -> None:
    clip = read(write_mvnx(tmp_path / "a.mvnx", made(tmp_path), orientation=False))
    assert clip.rotations is None


def test_segments_are_mapped_as_the_user_says(tmp_path: Path) -> None:
    clip = read(write_mvnx(tmp_path / "a.mvnx", made(tmp_path)), map={"pelvis": "L5"})
    np.testing.assert_allclose(clip.landmark("pelvis"), clip.joint("L5"))


DOCTYPE = '<!DOCTYPE mvnx [<!ENTITY a "aaaa">]>\n<mvnx '
NORMAL = 'type="normal">' + "\n<orientation>"
DAMAGE = {
    "a document type": ("<mvnx ", DOCTYPE, "document type.*refused"),
    "another root": ("mvnx xmlns", "other xmlns", r"holds <other>; expected <mvnx>"),
    "no positions": ("position>", "place>", "holds no positions of segments: export it again"),
    "too many numbers": (NORMAL, f"{NORMAL}1 ", "not every frame has the orientation"),
    "no numbers": (NORMAL, f"{NORMAL}one ", "the orientation of frame 0 holds no numbers"),
    "no unit": (f"{NORMAL}0.9", f"{NORMAL}7.9", "no unit quaternions"),
    "a turn that is none": (f"{NORMAL}0.9", f"{NORMAL}nan 0.9", "not every frame"),
    "a place far off": ("</position>\n<velocity>", "e99</position>\n<velocity>", "beyond 1e.09"),
    "two people": ("<frames ", '</subject><subject frameRate="60"><frames ', "several people"),
    "names twice": ('label="L5"', 'label="L3"', "no names of their own"),
    "no frames": ('type="normal"', 'type="other"', "0 frames of motion"),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_damage_is_named(tmp_path: Path, how: str) -> None:
    path = write_mvnx(tmp_path / "a.mvnx", made(tmp_path))
    old, new, message = DAMAGE[how]
    text = path.read_text()
    assert old in text
    count = -1 if how in ("no positions", "no frames", "another root") else 1
    path.write_text(text.replace(old, new, count))
    with pytest.raises(ReadError, match=message):
        read(path)


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = write_mvnx(tmp_path / "a.mvnx", made(tmp_path))
    data = path.read_bytes()
    for share in (0.001, 0.1, 0.5, 0.99):
        path.write_bytes(data[: int(share * len(data))])
        with pytest.raises(ReadError, match=r"a\.mvnx is not XML.*cut short"):
            read(path)


def test_depth_and_numbers_without_end_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mvnx"
    path.write_text("<mvnx>" + "<a>" * 10_000)
    with pytest.raises(ReadError, match="nests deeper than 100"):
        read(path)
    path.write_text("<mvnx><subject><frames><frame><position>" + "1 " * 100_000)
    with pytest.raises(ReadError, match="no end of numbers"):
        read(path)


def test_a_rate_that_is_none_asks_for_the_rate(tmp_path: Path) -> None:
    path = write_mvnx(tmp_path / "a.mvnx", made(tmp_path))
    path.write_text(path.read_text().replace('frameRate="60"', 'frameRate="fast"'))
    with pytest.raises(ReadError, match="does not state its frame rate"):
        read(path)
    assert read(path, fps=60.0).fps == 60.0
