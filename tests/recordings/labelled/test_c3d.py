from __future__ import annotations

import io
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from kinemesh import Skeleton, read
from kinemesh.errors import KinemeshError, MissingExtra, ReadError
from kinemesh.motion import LANDMARKS, SKELETONS

c3d = pytest.importorskip("c3d")

Person = Callable[..., np.ndarray]
VICON = {
    "hip": "HJC",
    "knee": "KJC",
    "ankle": "AJC",
    "toe": "TOE",
    "shoulder": "SJC",
    "elbow": "EJC",
    "hand": "WJC",
}
PLUG_IN_GAIT = {
    **{"hip": "FEP", "knee": "FEO", "ankle": "TIO", "toe": "TOE"},
    **{"shoulder": "CLO", "elbow": "HUO", "hand": "RAO"},
}
LAFAN = SKELETONS["lafan22"]


def written(
    labels: Sequence[str], points: np.ndarray, unit: str = "mm", rate: float = 100
) -> bytes:
    """A C3D file of points (T, N, 3); NaN is a point that was not seen."""
    writer = c3d.Writer(point_rate=rate)
    frames = []
    for row in points:
        table = np.zeros((len(labels), 5), np.float32)
        table[:, :3] = np.nan_to_num(row)
        table[np.isnan(row[:, 0]), 3] = -1
        frames.append((table, np.zeros((0, 0))))
    writer.add_frames(frames)
    writer.set_point_labels(labels)
    if "UNITS" in writer.point_group.param_keys():
        writer.point_group.remove_param("UNITS")
    if unit:
        writer.point_group.add_param(
            "UNITS", desc="", bytes_per_element=-1, dimensions=[len(unit)], bytes=unit.encode()
        )
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        writer.write(stream)
        content = stream.getvalue()
    return content if unit else content.replace(b"UNITS", b"UNITX")  # the writer always has one


def centres(person: Person, name: Callable[[str, str], str]) -> tuple[list[str], np.ndarray]:
    """Labels and positions of the fourteen joints of limbs, as ``name(side, part)`` names them."""
    positions = person()
    labels, points = [], []
    for landmark in LANDMARKS[1:]:
        side, _, part = landmark.partition("_")
        labels.append(name(side, part))
        points.append(LAFAN.place(positions, landmark))
    return labels, np.stack(points, axis=1)


STYLES = {
    "vicon": lambda side, part: side[0].upper() + VICON[part],
    "plug-in gait": lambda side, part: side[0].upper() + PLUG_IN_GAIT[part],
    "with a subject": lambda side, part: f"Anna:{side[0].upper()}{VICON[part]}",
    "words": lambda side, part: f"{side}_{'wrist' if part == 'hand' else part}",
    "capitals": lambda side, part: f"{part}_{side}".upper(),
    "long": lambda side, part: (
        f"{side.title()} {part} joint centre"
        if part not in ("toe", "hand")
        else f"{side.title()}{part.title()}"
    ),
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("unit", "factor"), [("mm", 1000.0), ("m", 1.0), ("cm", 100.0)])
def test_joint_centres_are_where_the_file_has_them(
    tmp_path: Path, person: Person, style: str, unit: str, factor: float
) -> None:
    labels, points = centres(person, STYLES[style])
    (tmp_path / "a.c3d").write_bytes(written(labels, points * factor, unit))
    clip = read(tmp_path / "a.c3d")
    assert (len(clip), clip.fps) == (20, 100.0)
    for k, landmark in enumerate(LANDMARKS[1:]):
        np.testing.assert_allclose(clip.landmark(landmark), points[:, k], atol=1e-3)
    hips = (clip.landmark("left_hip") + clip.landmark("right_hip")) / 2.0
    up = clip.landmark("pelvis") - hips
    assert np.all((up[:, 2] > 0.1) & (up[:, 2] < 0.2))  # at the waist
    assert any(f"unit: {unit}" in note for note in clip.notes)


def test_other_points_are_left_out_and_a_pelvis_is_taken(tmp_path: Path, person: Person) -> None:
    labels, points = centres(person, STYLES["vicon"])
    waist = (points[:, :1] + points[:, 4:5]) / 2.0 + [0.02, 0.01, 0.13]
    more = np.concatenate([points[:, :1] + 1.0, points, waist], axis=1)
    file = tmp_path / "a.c3d"
    file.write_bytes(written(["LASI", *labels, "Pelvis"], more * 1000.0))
    clip = read(file)
    assert len(clip.skeleton.joints) == 15
    np.testing.assert_allclose(clip.landmark("pelvis"), waist[:, 0], atol=1e-3)


@pytest.mark.parametrize("name", ["PELO", "midHip", "Pelvis"])
def test_a_pelvis_between_the_hips_is_not_taken_for_the_waist(
    tmp_path: Path, person: Person, name: str
) -> None:
    labels, points = centres(person, STYLES["vicon"])
    middle = (points[:, :1] + points[:, 4:5]) / 2.0
    (tmp_path / "a.c3d").write_bytes(written(labels, points * 1000.0))
    without = read(tmp_path / "a.c3d").landmark("pelvis")
    more = np.concatenate([points, middle], axis=1)
    (tmp_path / "a.c3d").write_bytes(written([*labels, name], more * 1000.0))
    np.testing.assert_allclose(read(tmp_path / "a.c3d").landmark("pelvis"), without, atol=1e-6)
    assert np.all(without[:, 2] - middle[:, 0, 2] > 0.1)


def test_markers_beside_joint_centres_of_plug_in_gait_do_not_matter(
    tmp_path: Path, person: Person
) -> None:
    labels, points = centres(person, STYLES["plug-in gait"])
    skin = "LASI RASI LPSI RPSI LKNE RKNE LANK RANK LSHO RSHO LELB RELB LWRA RWRA".split()
    ends = ["LFEA", "LFEL", "LTIP", "LHUP", "LRAP", "LHNO", "PELP", "TRXO", "LHipAngles"]
    off = np.repeat(points[:, :1], len(skin) + len(ends), axis=1) + 0.3
    off[:, len(skin) + ends.index("LHUP")] = points[:, labels.index("LCLO")]
    more = np.concatenate([off, points], axis=1)
    (tmp_path / "a.c3d").write_bytes(written([*skin, *ends, *labels], more * 1000.0))
    clip = read(tmp_path / "a.c3d")
    for k, landmark in enumerate(LANDMARKS[1:]):
        np.testing.assert_allclose(clip.landmark(landmark), points[:, k], atol=1e-3)


def test_labels_of_a_known_skeleton_make_that_skeleton(tmp_path: Path, person: Person) -> None:
    positions = person("smpl22")
    (tmp_path / "a.c3d").write_bytes(written(SKELETONS["smpl22"].joints, positions * 1000.0))
    assert read(tmp_path / "a.c3d").skeleton.name == "smpl22"


def test_points_that_were_not_seen_for_a_moment_are_filled(tmp_path: Path, person: Person) -> None:
    labels, points = centres(person, STYLES["vicon"])
    holed = points.copy()
    holed[7:9, 4] = np.nan
    (tmp_path / "a.c3d").write_bytes(written(labels, holed * 1000.0))
    clip = read(tmp_path / "a.c3d")
    np.testing.assert_allclose(clip.landmark(LANDMARKS[5]), points[:, 4], atol=2e-3)
    assert any("not seen" in note for note in clip.notes)


def test_markers_on_the_skin_are_refused_in_so_many_words(tmp_path: Path, person: Person) -> None:
    names = "LASI RASI LPSI RPSI LKNE RKNE LANK RANK LTOE RTOE LHEE RHEE LSHO RSHO LELB RELB LWRA"
    labels = names.split()
    points = np.repeat(person()[:, :1], len(labels), axis=1) * 1000.0
    (tmp_path / "a.c3d").write_bytes(written(labels, points))
    with pytest.raises(ReadError, match=r"markers on the skin, not joint centres.*fit a skeleton"):
        read(tmp_path / "a.c3d")
    (tmp_path / "a.c3d").write_bytes(written([f"M{k:03}" for k in range(17)], points))
    with pytest.raises(ReadError, match=r"none is known to be left_hip.*M000.*give skeleton="):
        read(tmp_path / "a.c3d")


def test_labels_that_the_user_explains_are_joints(tmp_path: Path, person: Person) -> None:
    labels, points = centres(person, lambda side, part: f"{part[:2]}{side[0]}7")
    (tmp_path / "a.c3d").write_bytes(written(labels, points * 1000.0))
    marks = {name: label for name, label in zip(LANDMARKS[1:], labels, strict=True)}
    mine = Skeleton("mine", tuple(labels), {"pelvis": labels[0], **marks})
    assert read(tmp_path / "a.c3d", skeleton=mine).skeleton.name == "mine"
    with pytest.raises(ReadError, match="lacks the points"):
        read(tmp_path / "a.c3d", skeleton="lafan22")


def test_an_unknown_unit_is_refused_and_none_is_told_by_size(
    tmp_path: Path, person: Person
) -> None:
    labels, points = centres(person, STYLES["vicon"])
    (tmp_path / "a.c3d").write_bytes(written(labels, points, "ell"))
    with pytest.raises(ReadError, match="'ell'; expected mm"):
        read(tmp_path / "a.c3d")
    for factor, unit in ((1000.0, "mm"), (1.0, "m")):
        (tmp_path / "a.c3d").write_bytes(written(labels, points * factor, ""))
        assert any(f"unit: {unit} (" in note for note in read(tmp_path / "a.c3d").notes)


def test_the_missing_package_is_named(
    tmp_path: Path, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels, points = centres(person, STYLES["vicon"])
    (tmp_path / "a.c3d").write_bytes(written(labels, points))
    monkeypatch.setitem(sys.modules, "c3d", None)
    with pytest.raises(MissingExtra, match=r"kinemesh\[c3d\]"):
        read(tmp_path / "a.c3d")


@pytest.mark.parametrize("share", [0.001, 0.1, 0.4, 0.6, 0.9])
def test_a_file_cut_short_is_refused(tmp_path: Path, person: Person, share: float) -> None:
    labels, points = centres(lambda: person("lafan22", 200), STYLES["vicon"])
    content = written(labels, points * 1000.0)
    (tmp_path / "a.c3d").write_bytes(content[: max(1, int(share * len(content)))])
    with pytest.raises(ReadError, match=r"a\.c3d"):
        read(tmp_path / "a.c3d")


def test_words_are_not_taken_for_points(tmp_path: Path) -> None:
    (tmp_path / "a.c3d").write_bytes(b"these are words")
    with pytest.raises(ReadError, match="is text; expected a C3D file"):
        read(tmp_path / "a.c3d")


@pytest.mark.slow
def test_bytes_changed_anywhere_are_read_or_refused_quickly(tmp_path: Path, person: Person) -> None:
    labels, points = centres(person, STYLES["vicon"])
    content = written(labels, points * 1000.0)
    rng = np.random.default_rng(0)
    for trial in range(150):
        wrong = bytearray(content)
        for place in rng.integers(0, 1200 if trial % 3 else 40, 3):
            wrong[place] = rng.integers(0, 256)
        (tmp_path / "a.c3d").write_bytes(bytes(wrong))
        start = time.perf_counter()
        try:
            read(tmp_path / "a.c3d")
        except KinemeshError:
            pass
        assert time.perf_counter() - start < 3.0
