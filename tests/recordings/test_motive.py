"""Motive's CSV: bones are those of the same motion as BVH; markers are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bvh_files import DIALECTS, write_bvh
from kinemesh.batch import folder
from kinemesh.errors import ReadError
from kinemesh.motion import LANDMARKS
from kinemesh.recordings import read
from kinemesh.trajectories import holds_trajectory
from moving_bodies import Moves, moves_of
from point_files import bones, centres, write_motive

Columns = list[tuple[str, str, np.ndarray | None, np.ndarray]]


def made(place: Path, dialect: str = "optitrack") -> Moves:
    return moves_of(write_bvh(place / "made.bvh", DIALECTS[dialect]))


def thing(kind: str, name: str, frames: int = 40) -> tuple[str, str, np.ndarray, np.ndarray]:
    turns = np.tile([0.0, 0.0, 0.0, 1.0], (frames, 1))
    return kind, name, turns, np.tile([1.0, 0.3, 0.2], (frames, 1))


@pytest.mark.parametrize("version", ["1.21", "1.23", "1.25"])
@pytest.mark.parametrize(
    ("unit", "factor"), [("Meters", 1.0), ("Centimeters", 100.0), ("Millimeters", 1000.0)]
)
def test_bones_are_where_the_same_motion_as_bvh_has_them(
    tmp_path: Path, version: str, unit: str, factor: float
) -> None:
    columns = [(k, n, t, factor * p) for k, n, t, p in bones(made(tmp_path))]
    clip = read(write_motive(tmp_path / "a.csv", columns, unit=unit, version=version))
    other = read(tmp_path / "made.bvh")
    assert clip.warnings == ()
    assert (clip.fps, len(clip)) == (120.0, len(other))
    for landmark in LANDMARKS:
        np.testing.assert_allclose(clip.landmark(landmark), other.landmark(landmark), atol=1e-7)
    assert clip.rotations is not None
    assert other.rotations is not None
    for joint in ("LUArm", "RFArm", "Hip"):
        a = clip.rotations[:, clip.skeleton.index(joint)]
        b = other.rotations[:, other.skeleton.index(joint)]
        np.testing.assert_allclose(np.abs(np.sum(a * b, axis=1)), 1.0, atol=1e-7)
    assert np.all((clip.landmark("left_hand") - clip.landmark("right_hand"))[:, 0] > 0.3)
    assert np.all((clip.landmark("left_toe") - clip.landmark("left_ankle"))[:, 1] < -0.1)


def test_names_as_for_fbx_are_known_too(tmp_path: Path) -> None:
    clip = read(
        write_motive(tmp_path / "a.csv", bones(made(tmp_path, "nokov")), unit="Millimeters")
    )
    other = read(tmp_path / "made.bvh")
    for landmark in LANDMARKS:
        np.testing.assert_allclose(clip.landmark(landmark), other.landmark(landmark), atol=1e-7)


def test_hips_under_the_name_of_their_skeleton_are_the_hips(tmp_path: Path) -> None:
    columns = bones(made(tmp_path))
    wanted = read(write_motive(tmp_path / "a.csv", columns))
    named = [(k, n.replace(":Hip", ":Anna"), t, p) for k, n, t, p in columns]
    clip = read(write_motive(tmp_path / "b.csv", named))
    assert clip.skeleton.joints == wanted.skeleton.joints
    assert clip.notes == wanted.notes
    np.testing.assert_allclose(clip.landmarks(), wanted.landmarks(), atol=1e-12)


def test_the_larger_of_two_skeletons_is_read(tmp_path: Path) -> None:
    moves = made(tmp_path)
    columns = [*bones(moves, "Bo")[:5], *bones(moves, "Anna"), thing("Marker", "Anna:WaistLFront")]
    clip = read(write_motive(tmp_path / "a.csv", columns))
    assert any("people left out" in note and "Bo" in note for note in clip.notes)
    assert clip.skeleton.name == f"motive{sum(not end for end in moves.ends)}"


def test_rigid_bodies_that_are_limbs_make_a_person(tmp_path: Path) -> None:
    moves = made(tmp_path)
    columns: Columns = [("Rigid Body", n.rpartition(":")[2], t, p) for _, n, t, p in bones(moves)]
    clip = read(write_motive(tmp_path / "a.csv", columns))
    assert any("bones: the file's rigid bodies" in note for note in clip.notes)
    other = read(tmp_path / "made.bvh")
    np.testing.assert_allclose(clip.landmark("left_hand"), other.landmark("left_hand"), atol=1e-7)


def test_the_only_rigid_body_is_the_track_of_an_object(tmp_path: Path, box_obj: Path) -> None:
    columns = [*bones(made(tmp_path)), thing("Rigid Body", "Box")]
    path = write_motive(tmp_path / "a.csv", columns)
    clip = read(path, object=box_obj)
    floor = read(tmp_path / "made.bvh")
    lift = clip.landmark("pelvis")[0, 2] - floor.landmark("pelvis")[0, 2]
    np.testing.assert_allclose(clip.scene.props[0].track[0, :2], [1.0, -0.2], atol=1e-9)
    assert lift == pytest.approx(0.0, abs=1e-9)
    assert any("rigid body 'Box'" in note for note in clip.notes)
    columns.append(thing("Rigid Body", "Lid"))
    notes = read(write_motive(tmp_path / "b.csv", columns)).notes
    assert any("rigid bodies left out (Box, Lid)" in note for note in notes)


def test_labelled_joint_centres_are_read_and_markers_are_refused(tmp_path: Path) -> None:
    labels, points = centres()
    columns: Columns = [
        ("Marker", f"Anna:{label}", None, points[:, k]) for k, label in enumerate(labels)
    ]
    clip = read(write_motive(tmp_path / "a.csv", columns))
    np.testing.assert_allclose(clip.landmark("left_knee"), points[:, labels.index("LKnee")])
    plain: Columns = [("Marker", f"Unlabeled:{k}", None, points[:, k]) for k in range(14)]
    with pytest.raises(ReadError, match=r"none is known to be.*fit a skeleton first"):
        read(write_motive(tmp_path / "a.csv", plain))
    with pytest.raises(ReadError, match=r"no person.*rigid bodies Box.*bones of a skeleton"):
        read(write_motive(tmp_path / "a.csv", [thing("Rigid Body", "Box")]))


def test_what_was_not_seen_for_a_moment_is_filled(tmp_path: Path) -> None:
    columns = bones(made(tmp_path))
    whole = read(write_motive(tmp_path / "a.csv", columns))
    _, _, turns, places = columns[8]
    turns[5:7], places[5:7] = np.nan, np.nan
    clip = read(write_motive(tmp_path / "b.csv", columns))
    np.testing.assert_allclose(clip.positions, whole.positions, atol=2e-3)
    assert len(clip.notes) > len(whole.notes)


def test_turns_that_are_angles_are_left_out(tmp_path: Path) -> None:
    path = write_motive(tmp_path / "a.csv", bones(made(tmp_path)), rotation="XYZ")
    lines = path.read_text().replace(",X,Y,Z,W,", ",X,Y,Z,,")
    path.write_text(lines)
    clip = read(path)
    assert clip.rotations is None
    assert any("not as quaternions" in note for note in clip.notes)


DAMAGE = {
    "local axes": ("Coordinate Space,Global", "Coordinate Space,Local", "export it again with Glo"),
    "a unit": ("Length Units,Meters", "Length Units,Ells", "in 'ells'; expected mm"),
    "no head": ("Frame,Time", "Row,Time", "lacks the rows that head its columns"),
    "a count": ("Total Exported Frames,40", "Total Exported Frames,50", "announces 50 frames"),
    "a word": ("\n7,0.058333,", "\n7,seven,", "line 15: expected numbers between commas"),
    "a column": ("\n7,0.058333,", "\n7,0.0,0.058333,", r"line 15: .* columns; expected"),
    "a quaternion": ("\n7,0.058333,", "\n7,0.058333,7", "no unit quaternions"),
    "a place far off": ("\n7,0.058333,", "\n7,5000000000,", "beyond 1e.09"),
    "a quote": ("\n,Type,Bone", '\n,"Type,Bone', "no line of CSV"),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_damage_is_named(tmp_path: Path, how: str) -> None:
    path = write_motive(tmp_path / "a.csv", bones(made(tmp_path)))
    old, new, message = DAMAGE[how]
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ReadError, match=message):
        read(path)


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = write_motive(tmp_path / "a.csv", bones(made(tmp_path)))
    data = path.read_bytes()
    for share in (0.001, 0.01, 0.2, 0.9):
        path.write_bytes(data[: int(share * len(data))])
        with pytest.raises(ReadError, match=r"a\.csv"):
            read(path)


def test_other_tables_are_no_recordings(tmp_path: Path) -> None:
    motive = write_motive(tmp_path / "a.csv", bones(made(tmp_path)))
    other = tmp_path / "track.csv"
    other.write_text("0,0,0.1,0,0,0,1\n" * 5)
    assert (holds_trajectory(motive), holds_trajectory(other)) == (False, True)
    with pytest.raises(ReadError, match="does not begin with 'Format Version'"):
        read(other)
    taken, left = folder.recordings_in(tmp_path)
    assert [path.name for _, path in taken] == ["a.csv", "made.bvh"]
    assert any("track.csv" in line and "Motive" in line for line in left)
