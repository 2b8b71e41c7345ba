"""AMC with its ASF: the joints are those of the same motion as BVH, and of plain matrices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from acclaim_files import write_acclaim
from bvh_files import DIALECTS, write_bvh
from kinemesh.errors import ReadError
from kinemesh.motion import LANDMARKS
from kinemesh.recordings import read
from moving_bodies import Moves, moves_of
from recordings import recording

ASF = DIALECTS["asf"]


def made(folder: Path, name: str = "asf") -> Moves:
    return moves_of(write_bvh(folder / "made.bvh", DIALECTS[name]))


def turned(angles: list[float], order: str) -> np.ndarray:
    """Turns about fixed axes, the first one first."""
    result = np.eye(3)
    for angle, axis in zip(np.deg2rad(angles), order, strict=True):
        k = "xyz".index(axis)
        turn = np.eye(3)
        a, b = (k + 1) % 3, (k + 2) % 3
        turn[a, a] = turn[b, b] = np.cos(angle)
        turn[b, a], turn[a, b] = np.sin(angle), -np.sin(angle)
        result = turn @ result
    return result


@pytest.mark.parametrize("order", ["xyz", "zxy", "yzx"])
def test_joints_are_where_the_same_motion_as_bvh_has_them(tmp_path: Path, order: str) -> None:
    moves = made(tmp_path)
    clip = read(write_acclaim(tmp_path / "made.amc", moves, order=order, seed=3))
    other = read(tmp_path / "made.bvh")
    for landmark in LANDMARKS:
        np.testing.assert_allclose(clip.landmark(landmark), other.landmark(landmark), atol=1e-8)
    assert clip.rotations is not None
    assert other.rotations is not None
    for joint in ("lfemur", "rhumerus", "lradius"):
        a = clip.rotations[:, clip.skeleton.index(joint)]
        b = other.rotations[:, other.skeleton.index(joint)]
        np.testing.assert_allclose(np.abs(np.sum(a * b, axis=1)), 1.0, atol=1e-12)


@pytest.mark.slow
def test_a_real_recording_agrees_with_its_bvh(tmp_path: Path) -> None:
    path = recording("cmu/01_01.bvh")
    clip = read(write_acclaim(tmp_path / "01_01.amc", moves_of(path, 200, step=12)), fps=10.0)
    other = read(path).resampled(10.0)
    assert clip.stature == pytest.approx(other.stature, abs=1e-6)
    bones = ("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "hand")
    for a, b in bones:
        for side in ("left", "right"):
            length = np.linalg.norm(
                clip.landmark(f"{side}_{a}") - clip.landmark(f"{side}_{b}"), axis=1
            )
            assert np.ptp(length) < 1e-9
    ours = clip.landmarks() - clip.landmark("pelvis")[:, None]
    theirs = other.landmarks()[:200] - other.landmark("pelvis")[:200, None]
    np.testing.assert_allclose(ours[:199], theirs[:199], atol=1e-6)
    assert any("unit: 5.64 cm" in note for note in clip.notes)


def test_a_chain_is_that_of_the_published_formula(tmp_path: Path) -> None:
    """A turn is the parent's, axes, the own one, axes undone; the end is that times the reach."""
    write_acclaim(tmp_path / "a.amc", made(tmp_path), seed=5)
    words = (tmp_path / "a.asf").read_text()
    frame = {
        line.split()[0]: [float(x) for x in line.split()[1:]]
        for line in (tmp_path / "a.amc").read_text().split("\n7\n")[1].split("\n8\n")[0].split("\n")
    }
    links = dict(
        (child, line.split()[0])
        for line in words.split(":hierarchy")[1].split("\n")
        if len(line.split()) > 1
        for child in line.split()[1:]
    )

    def pose(name: str) -> tuple[np.ndarray, np.ndarray]:
        if name == "root":
            return turned(frame["root"][3:], "xyz"), np.array(frame["root"][:3])
        above, start = pose(links[name])
        block = words.split(f"name {name}\n")[1].split("end")[0]
        said = {line.split()[0]: line.split()[1:] for line in block.split("\n") if line.split()}
        axes = turned([float(x) for x in said["axis"][:3]], said["axis"][3].lower())
        own = turned(frame[name], "xyz") if name in frame else np.eye(3)
        turn = above @ axes @ own @ axes.T
        reach = np.array([float(x) for x in said["direction"]]) * float(said["length"][0])
        return turn, start + turn @ reach

    clip = read(tmp_path / "a.amc", unit=0.01, floor=0.0, up="z")
    for bone, joint in (("lfemur", "ltibia"), ("rhumerus", "rradius"), ("lradius", "lwrist")):
        np.testing.assert_allclose(pose(bone)[1] * 0.01, clip.joint(joint)[6], atol=1e-9)


def test_left_is_left_and_up_is_up(tmp_path: Path) -> None:
    clip = read(write_acclaim(tmp_path / "made.amc", made(tmp_path)))
    assert clip.warnings == ()
    ahead = clip.landmark("left_toe") - clip.landmark("left_ankle")
    assert np.all(ahead[:, 1] < -0.1)
    assert np.all((clip.landmark("left_hand") - clip.landmark("right_hand"))[:, 0] > 0.3)
    assert clip.landmark("left_shoulder")[:, 2] == pytest.approx(1.40, abs=1e-6)
    assert clip.landmark("left_toe")[:, 2] == pytest.approx(0.0, abs=1e-6)


def test_radians_and_a_stated_rate_are_read(tmp_path: Path) -> None:
    moves = made(tmp_path)
    first = read(write_acclaim(tmp_path / "a.amc", moves))
    header = ":SAMPLES-PER-SECOND 60"
    second = read(write_acclaim(tmp_path / "b.amc", moves, degrees=False, header=header))
    np.testing.assert_allclose(first.positions, second.positions, atol=1e-8)
    assert (first.fps, second.fps) == (120.0, 60.0)
    assert any("120/s (assumed" in note for note in first.notes)


@pytest.mark.parametrize("beside", ["walk_01.asf", "walk.asf", "Walk.ASF", "another.asf"])
def test_the_skeleton_is_found_beside_the_motion(tmp_path: Path, beside: str) -> None:
    moves = made(tmp_path)
    (tmp_path / "in").mkdir()
    write_acclaim(tmp_path / "in" / "walk_01.amc", moves, beside=tmp_path / "in" / beside)
    assert any(f"bones: {beside}" in note for note in read(tmp_path / "in" / "walk_01.amc").notes)


def test_without_its_skeleton_a_motion_is_refused(tmp_path: Path) -> None:
    path = write_acclaim(tmp_path / "01_02.amc", made(tmp_path))
    (tmp_path / "01_02.asf").rename(tmp_path / "07.asf")
    (tmp_path / "08.asf").write_text((tmp_path / "07.asf").read_text())
    with pytest.raises(ReadError, match=r"\(07\.asf, 08\.asf there\).*01_02\.asf, or 01\.asf"):
        read(path)
    with pytest.raises(ReadError, match=r"no motion: give the \.amc"):
        read(tmp_path / "07.asf")


def test_a_bone_that_is_lost_for_a_moment_is_filled(tmp_path: Path) -> None:
    path = write_acclaim(tmp_path / "a.amc", made(tmp_path))
    whole = read(path)
    frames = path.read_text().split("\n20\n")
    name, _, rest = frames[1].partition("lradius ")
    path.write_text(frames[0] + "\n20\n" + name + "lradius nan 0 0\n" + rest.partition("\n")[2])
    clip = read(path)
    np.testing.assert_allclose(clip.landmark("left_elbow"), whole.landmark("left_elbow"), atol=1e-9)
    np.testing.assert_allclose(clip.landmark("left_hand"), whole.landmark("left_hand"), atol=2e-3)
    assert any("left_hand" in note or "lwrist" in note for note in clip.notes)


DAMAGE = {
    "no hierarchy": ("asf", ":hierarchy", ":other", "no section :hierarchy"),
    "an order twice": ("asf", "TX TY TZ RX RY RZ", "TX TX TZ RX RY RZ", "each of TX TY TZ"),
    "a length of words": ("asf", "length 0.0", "length long", r"length of bone.*a number"),
    "an axis of words": ("asf", " ZXY", " ZZY", "XYZ in some order"),
    "a moving bone": ("asf", "dof rx ry rz", "dof tx ry rz", "move or stretch"),
    "a bone twice": ("asf", "name lfemur", "name rfemur", "two bones of one name"),
    "a bone of none": ("asf", "name lfemur\n", "name other\n", "not in :bonedata"),
    "a huge bone": ("asf", "direction 0.0", "direction 1e300 0.0", "numbers|direction"),
    "a circle": ("asf", "begin\n    root ", "begin\n    lfoot ", "do not"),
    "a frame lost": ("amc", "\n20\n", "\n30\n", "one after the other"),
    "a bone lost": ("amc", "lfemur", "other", "another ASF file|says nothing"),
    "a word": ("amc", "lfemur 0", "lfemur x0", "not every frame has 3 numbers"),
    "a place far off": ("amc", "root ", "root 1e300 ", "not every frame has 6|beyond"),
    "words first": ("amc", "\n1\n", "\nhello\n1\n", "before the first frame"),
}  # fmt: skip


@pytest.mark.parametrize("how", DAMAGE)
def test_damage_is_named(tmp_path: Path, how: str) -> None:
    path = write_acclaim(tmp_path / "a.amc", made(tmp_path))
    which, old, new, message = DAMAGE[how]
    file = tmp_path / f"a.{which}"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(ReadError, match=message):
        read(path)


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = write_acclaim(tmp_path / "a.amc", made(tmp_path))
    data = path.read_bytes()
    for share in (0.0, 0.01, 0.5, 0.97):
        path.write_bytes(data[: int(share * len(data))])
        with pytest.raises(ReadError, match=r"a\.amc"):
            read(path)
