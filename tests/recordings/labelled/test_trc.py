"""TRC: labelled joint centres, from pose estimation and from capture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kinemesh.errors import ReadError
from kinemesh.motion import LANDMARKS
from kinemesh.recordings import read
from point_files import centres, write_trc


@pytest.mark.parametrize(("unit", "factor"), [("mm", 1000.0), ("m", 1.0), ("cm", 100.0)])
@pytest.mark.parametrize("style", ["{S}{Part}", "Subject1:{side}_{Part}"])
def test_joint_centres_are_where_the_file_has_them(
    tmp_path: Path, unit: str, factor: float, style: str
) -> None:
    labels, points = centres(style=style)
    clip = read(write_trc(tmp_path / "a.trc", labels, points * factor, unit=unit))
    assert (len(clip), clip.fps) == (20, 60.0)
    assert any(f"unit: {unit} (in the file)" in note for note in clip.notes)
    for k, landmark in enumerate(LANDMARKS[1:]):
        np.testing.assert_allclose(clip.landmark(landmark), points[:, k], atol=1e-8)


def test_y_up_is_found_and_left_stays_left(tmp_path: Path) -> None:
    labels, points = centres()
    upright = points[..., [1, 2, 0]]
    clip = read(write_trc(tmp_path / "a.trc", labels, upright))
    assert clip.warnings == ()
    ahead = clip.landmark("left_toe") - clip.landmark("left_ankle")
    left = np.cross([0.0, 0.0, 1.0], ahead)
    across = clip.landmark("left_hand") - clip.landmark("right_hand")
    assert np.all(np.sum(left * across, axis=1) > 0.0)
    assert clip.landmark("left_shoulder")[:, 2] == pytest.approx(1.4, abs=0.05)


def test_other_points_are_left_out_and_empty_places_are_filled(tmp_path: Path) -> None:
    labels, points = centres()
    more = np.concatenate([points, points[:, :1] + 0.3], axis=1)
    more[4:6, 2] = np.nan
    clip = read(write_trc(tmp_path / "a.trc", [*labels, "RHeel"], more))
    assert len(clip.skeleton.joints) == 14
    np.testing.assert_allclose(clip.landmark(LANDMARKS[3]), points[:, 2], atol=2e-3)
    assert any("not seen" in note or "gap" in note or "filled" in note for note in clip.notes)


def test_a_table_that_a_spreadsheet_saved_again_is_read(tmp_path: Path) -> None:
    labels, points = centres()
    path = write_trc(tmp_path / "a.trc", labels, points)
    wanted = read(path).positions
    lines = path.read_text().replace("\t", ",").split("\n")
    path.write_text("\n".join(line + ",,," for line in lines if line))
    np.testing.assert_allclose(read(path).positions, wanted, atol=1e-12)


def test_markers_on_the_skin_are_refused_in_so_many_words(tmp_path: Path) -> None:
    for labels in (
        "LASI RASI LPSI RPSI LKNE RKNE LANK RANK LTOE RTOE LSHO RSHO".split(),
        [f"{name}_study" for name in "r_knee L_knee r_ankle L_ankle r_toe C7".split()],
    ):
        points = np.repeat(centres()[1][:, :1], len(labels), axis=1)
        with pytest.raises(ReadError, match=r"markers on the skin, not joint cent.*fit a skeleton"):
            read(write_trc(tmp_path / "a.trc", labels, points))


def test_labels_that_make_no_person_are_warned_of(tmp_path: Path) -> None:
    labels, points = centres()
    points[:, 1] += (points[:, 2] - points[:, 1]) * 0.8  # a knee at the ankle
    clip = read(write_trc(tmp_path / "a.trc", labels, points))
    assert any("odd person (" in warning and "thigh" in warning for warning in clip.warnings)


DAMAGE = {
    "a beginning": ("PathFileType", "FileType", "does not begin with PathFileType"),
    "a rate": ("\n60\t", "\nfast\t", "DataRate of 'fast'; expected frames/s"),
    "a count": ("\t20\t14", "\t30\t14", "announces 30 frames and holds 20: it is cut short"),
    "a unit": ("\tm\t", "\tell\t", "in 'ell'; expected mm"),
    "a word": ("0.166667\t0.", "0.166667\tx0.", "line 17: expected numbers between tabs"),
    "a column": ("0.166667\t", "0.166667\t1\t", "line 17: 45 columns; expected 44"),
    "a frame": ("\n11\t", "\neleven\t", "line 17: expected the number of a frame"),
    "labels": ("Frame#\tTime", "Other\tTime", "fourth line has"),
    "a place far off": ("0.166667\t0.", "0.166667\t9000000000.", "beyond 1e.09"),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_damage_is_named(tmp_path: Path, how: str) -> None:
    path = write_trc(tmp_path / "a.trc", *centres())
    old, new, message = DAMAGE[how]
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ReadError, match=message):
        read(path)


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = write_trc(tmp_path / "a.trc", *centres())
    data = path.read_bytes()
    for share in (0.01, 0.1, 0.5, 0.93):
        path.write_bytes(data[: int(share * len(data))])
        with pytest.raises(ReadError, match=r"a\.trc"):
            read(path)
