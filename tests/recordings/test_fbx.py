"""FBX: joints are those of the same motion as BVH, whatever turns stand before and after them."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bvh_files import DIALECTS, write_bvh
from fbx_files import Fbx, person, vector, write_fbx
from kinemesh.errors import MissingExtra, ReadError
from kinemesh.motion import LANDMARKS, Shape
from kinemesh.recordings import read
from moving_bodies import Moves, moves_of
from recordings import recording

pytest.importorskip("ufbx")


def made(folder: Path, name: str = "mixamo") -> Moves:
    return moves_of(write_bvh(folder / "made.bvh", DIALECTS[name], yaw=0.3))


def agree(a: Path, b: Path, within: float = 1e-5) -> None:
    clip, other = read(a), read(b)
    assert len(clip) == len(other)
    for landmark in LANDMARKS:
        np.testing.assert_allclose(clip.landmark(landmark), other.landmark(landmark), atol=within)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mixamo", "rokoko", "optitrack", "xsens", "biped", "unreal"])
def test_every_dialect_is_where_the_same_motion_as_bvh_has_it(tmp_path: Path, name: str) -> None:
    dialect = DIALECTS[name]
    moves = made(tmp_path, name)
    path = write_fbx(tmp_path / "a.fbx", moves, unit=100.0 * dialect.unit, up=dialect.up, seed=7)
    agree(path, tmp_path / "made.bvh")
    clip = read(path)
    assert clip.warnings == ()
    assert clip.fps == 30.0
    assert any(note == f"unit: {dialect.unit:g} m (in the file)" for note in clip.notes)


def test_turns_in_the_world_are_those_of_the_bvh(tmp_path: Path) -> None:
    moves = made(tmp_path)
    clip, other = read(write_fbx(tmp_path / "a.fbx", moves)), read(tmp_path / "made.bvh")
    assert clip.rotations is not None
    assert other.rotations is not None
    names = [j for j in other.skeleton.joints if j in clip.skeleton.joints]
    assert len(names) > 15
    for joint in names:
        a = clip.rotations[:, clip.skeleton.index(joint)]
        b = other.rotations[:, other.skeleton.index(joint)]
        # A turn after the last one turns the bone's own axes, and nothing else.
        apart = np.abs(np.sum(a[1:] * a[:1], axis=1)) - np.abs(np.sum(b[1:] * b[:1], axis=1))
        assert np.abs(apart).max() < 1e-6


@pytest.mark.slow
def test_a_recording_keeps_left_up_and_its_bones(tmp_path: Path) -> None:
    moves = moves_of(recording("cmu/01_01.bvh"), 150, step=4)
    path = write_fbx(tmp_path / "a.fbx", moves, unit=2.54 / 0.45)
    clip, other = read(path), read(recording("cmu/01_01.bvh"))
    assert clip.fps == 30.0
    for side in ("left", "right"):
        for a, b in (("hip", "knee"), ("shoulder", "elbow"), ("elbow", "hand")):
            bone = clip.landmark(f"{side}_{a}") - clip.landmark(f"{side}_{b}")
            assert np.ptp(np.linalg.norm(bone, axis=1)) < 1e-6
    ours = clip.landmarks() - clip.landmark("pelvis")[:, None]
    theirs = (other.landmarks() - other.landmark("pelvis")[:, None])[::4][:150]
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert not any("mirrored" in warning for warning in clip.warnings)


@pytest.mark.slow
def test_of_several_takes_one_is_chosen(tmp_path: Path) -> None:
    moves = made(tmp_path)
    file = Fbx()
    layers = [file.take(name) for name in ("walk", "turn")]
    file.take("empty")
    person(file, moves, layers, parts=(slice(0, 25), slice(25, 40)))
    path = file.write(tmp_path / "a.fbx")
    first, second = read(path), read(path, take=1)
    assert (len(first), len(second)) == (25, 15)
    assert any("holds 2 motions" in warning for warning in first.warnings)
    assert second.warnings == ()
    assert any("takes: 0 'walk', 1 'turn'; read is 1" in note for note in second.notes)
    whole = read(tmp_path / "made.bvh")
    np.testing.assert_allclose(
        second.landmark("left_hand"), whole.landmark("left_hand")[25:], atol=1e-5
    )
    with pytest.raises(ReadError, match="holds 2 motions; take=2 is none"):
        read(path, take=2)


@pytest.mark.slow
def test_of_two_people_one_is_chosen(tmp_path: Path) -> None:
    moves = made(tmp_path)
    file = Fbx()
    layer = file.take("both")
    person(file, moves, [layer], prefix="A:")
    moves.positions[..., 0] += 150.0
    person(file, moves, [layer], prefix="B:", seed=1)
    path = file.write(tmp_path / "a.fbx")
    first, second = read(path), read(path, person=2)
    assert any("holds 2 people" in warning for warning in first.warnings)
    apart = second.landmark("pelvis") - first.landmark("pelvis")
    np.testing.assert_allclose(apart, np.tile([1.5, 0.0, 0.0], (len(first), 1)), atol=1e-5)


def test_joints_that_are_points_make_a_person_too(tmp_path: Path) -> None:
    file = Fbx()
    person(file, made(tmp_path), [file.take("t")], kind="Null")
    agree(file.write(tmp_path / "a.fbx"), tmp_path / "made.bvh")


def test_meshes_are_props_with_their_tracks(tmp_path: Path) -> None:
    moves = made(tmp_path)
    file = Fbx()
    layer = file.take("t")
    models = person(file, moves, [layer])
    times = np.arange(40) / 30.0
    box = file.mesh(
        "box", 0, Shape.box((40.0, 30.0, 20.0)), [vector("Lcl Scaling", "Lcl Scaling", [1, 1, 2])]
    )
    way = np.stack([10.0 * times, np.full(40, 50.0), np.full(40, 60.0)], axis=1)
    file.move(layer, box, "Lcl Translation", times, way)
    turn = np.stack([0.0 * times, 30.0 * times, 0.0 * times], axis=1)
    file.move(layer, box, "Lcl Rotation", times, turn)
    file.mesh(
        "shelf",
        0,
        Shape.box((80.0, 100.0, 30.0)),
        [vector("Lcl Translation", "Lcl Translation", [0, 50, -100])],
    )
    file.mesh("hat", models["mixamorig:Head"], Shape.box((20.0, 20.0, 20.0)))
    clip = read(file.write(tmp_path / "a.fbx"), floor=0.0)
    props = {prop.name: prop for prop in clip.scene.props}
    assert set(props) == {"box", "shelf"}
    np.testing.assert_allclose(
        np.ptp(props["box"].shape.vertices, axis=0), [0.4, 0.3, 0.4], atol=1e-6
    )
    np.testing.assert_allclose(props["box"].track[:, 0], 0.1 * times, atol=1e-6)
    np.testing.assert_allclose(props["box"].track[:, 1], -0.6, atol=1e-6)
    np.testing.assert_allclose(props["box"].track[:, 2], 0.5, atol=1e-6)
    spin = 2.0 * np.arccos(
        np.clip(np.abs(np.sum(props["box"].track[:, 3:] * props["box"].track[0, 3:], axis=1)), 0, 1)
    )
    np.testing.assert_allclose(np.rad2deg(spin[1:]), 30.0 * times[1:], atol=1e-3)
    np.testing.assert_allclose(
        props["shelf"].track[:, :3], np.tile([0.0, 1.0, 0.5], (40, 1)), atol=1e-6
    )
    assert any("hang from the person, left out: hat" in note for note in clip.notes)


@pytest.mark.slow
def test_a_unit_that_makes_no_person_is_not_believed(tmp_path: Path) -> None:
    path = write_fbx(tmp_path / "a.fbx", made(tmp_path), unit=100.0)
    clip = read(path)
    assert any("says that its unit is 1 m" in warning for warning in clip.warnings)
    assert clip.stature == pytest.approx(1.713, abs=0.005)
    other = read(write_fbx(tmp_path / "b.fbx", made(tmp_path)), unit=0.013)
    assert other.stature == pytest.approx(1.3 * clip.stature, rel=1e-3)


def test_keys_at_uneven_times_are_read_at_the_rate_of_the_file(tmp_path: Path) -> None:
    moves = made(tmp_path)
    file = Fbx()
    layer = file.take("t")
    models = person(file, moves, [layer])
    times = np.sort(np.random.default_rng(0).uniform(0.0, 39.0 / 30.0, 60))
    file.move(layer, models["mixamorig:Head"], "Lcl Scaling", times, np.ones((60, 3)))
    clip = read(file.write(tmp_path / "a.fbx", mode=11))
    assert clip.fps == 24.0
    assert any("at uneven times, read at 24/s" in note for note in clip.notes)


@pytest.mark.slow
def test_files_without_motion_or_without_a_person_are_refused(tmp_path: Path) -> None:
    file = Fbx()
    file.mesh("box", 0, Shape.box((1.0, 1.0, 1.0)))
    with pytest.raises(ReadError, match="holds no motion"):
        read(file.write(tmp_path / "a.fbx"))
    layer = file.take("t")
    file.move(layer, 1001, "Lcl Translation", np.arange(5) / 30.0, np.ones((5, 3)))
    with pytest.raises(ReadError, match="holds no person"):
        read(file.write(tmp_path / "a.fbx"))
    for content in (b"these are words", b"Kaydara FBX Binary  \x00\x1a\x00", bytes(500)):
        (tmp_path / "a.fbx").write_bytes(content)
        with pytest.raises(ReadError, match=r"a\.fbx"):
            read(tmp_path / "a.fbx")


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.9])
def test_a_file_cut_short_is_refused(tmp_path: Path, share: float) -> None:
    path = write_fbx(tmp_path / "a.fbx", made(tmp_path))
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(ReadError, match=r"a\.fbx"):
        read(path)


def test_the_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_fbx(tmp_path / "a.fbx", made(tmp_path))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"kinemesh\[fbx\]"):
        read(path)


def test_a_library_that_ends_its_process_ends_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_fbx(tmp_path / "a.fbx", made(tmp_path))
    (tmp_path / "ufbx.py").write_text("import os\nos.abort()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(
        ReadError, match=r"a\.fbx: its reader ended with status -6.*export it again"
    ):
        read(path)


@pytest.mark.slow
def test_a_module_beside_the_reader_is_none_of_pythons(tmp_path: Path) -> None:
    """Files in the folder where one works are not run by the process that reads."""
    (tmp_path / "json.py").write_text("raise SystemExit('run')\n")
    path = write_fbx(tmp_path / "a.fbx", made(tmp_path))
    code = f"import kinemesh; print(len(kinemesh.read({str(path)!r})))"
    run = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "40"
