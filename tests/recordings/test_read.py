from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from kinemesh.errors import ClipError, ReadError
from kinemesh.geometry import poses
from kinemesh.motion import Clip, Shape
from kinemesh.recordings import READERS, read
from recordings import recording

Person = Callable[..., np.ndarray]
Table = Callable[..., np.ndarray]
Save = Callable[..., Path]

REAL = {
    **{
        f"omomo/{name}.pt": ("object", f"omomo/objects/{name.split('_')[1]}.obj")
        for name in (
            *("sub3_largebox_003", "sub8_largebox_000"),
            *("sub2_largetable_000", "sub2_woodchair_000"),
        )
    },
    "climb/seq_0/mocap_climb_seq_0_joint_positions_f900-3700.npy": (
        *("terrain", "climb/seq_0/multi_boxes.obj"),
    ),
    "climb/seq_1/mocap_climb_seq_1_joint_positions_f0-2422.npy": (
        *("terrain", "climb/seq_1/multi_boxes.obj"),
    ),
    "lafan1/dance1_subject1.npy": None,
    "optitrack/walk.npz": None,
    "optitrack/squat.npz": None,
}


@cache
def real(path: str) -> Clip:
    """A recording, read once for all tests."""
    extra = REAL[path]
    kwargs = {} if extra is None else {extra[0]: recording(extra[1])}
    return read(recording(path), **kwargs)


def save(path: Path, array: np.ndarray) -> Path:
    np.save(path, array)
    return path


def on_the_left(clip: Clip, part: str) -> np.ndarray:
    """How far the left ``part`` is to the person's left of the right one ``(T,)`` [m]."""
    feet = [clip.landmark(f"{s}_toe") - clip.landmark(f"{s}_ankle") for s in ("left", "right")]
    left = np.cross([0.0, 0.0, 1.0], feet[0] + feet[1])
    left /= np.linalg.norm(left, axis=1, keepdims=True)
    between = clip.landmark(f"left_{part}") - clip.landmark(f"right_{part}")
    return np.asarray(np.sum(left * between, axis=1))


# ------------------------------------------------------------------ the file


def test_a_missing_file_a_folder_and_an_empty_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"none\.npy does not exist"):
        read(tmp_path / "none.npy")
    with pytest.raises(ReadError, match="is a folder"):
        read(tmp_path)
    (tmp_path / "a.npy").touch()
    with pytest.raises(ReadError, match="is empty"):
        read(str(tmp_path / "a.npy"))


def test_an_impossible_path_is_refused() -> None:
    with pytest.raises(ReadError, match=r"a file system can hold"):
        read("a\0b.npy")
    with pytest.raises(ReadError):
        read("a" * 5000 + ".npy")


@pytest.mark.parametrize("name", ["a.c4d", "a"])
def test_an_unknown_suffix_lists_the_known_ones(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(ReadError, match=r"known are \.pt, \.npy, \.npz"):
        read(tmp_path / name)


def test_suffixes_are_read_in_any_case(tmp_path: Path, person: Person) -> None:
    save(tmp_path / "a.npy", person()).rename(tmp_path / "A.NPY")
    assert len(read(tmp_path / "A.NPY")) == 20
    assert all(suffix == suffix.lower() for suffix in READERS)


def test_reading_prints_nothing(
    tmp_path: Path, person: Person, capfd: pytest.CaptureFixture[str]
) -> None:
    read(save(tmp_path / "a.npy", person()))
    assert capfd.readouterr() == ("", "")


# ------------------------------------------------------------------ axes


def test_y_up_is_found_and_turned_without_mirroring(tmp_path: Path, person: Person) -> None:
    z_up = person()
    y_up = np.stack([z_up[..., 0], z_up[..., 2], -z_up[..., 1]], axis=-1)
    clip = read(save(tmp_path / "a.npy", y_up))
    np.testing.assert_allclose(clip.positions, z_up, atol=1e-12)
    assert any("up axis: y (found" in note for note in clip.notes)
    assert clip.warnings == ()


def test_z_up_is_found_and_kept(tmp_path: Path, person: Person) -> None:
    clip = read(save(tmp_path / "a.npy", person()))
    np.testing.assert_allclose(clip.positions, person(), atol=1e-12)
    assert any("up axis: z (found" in note for note in clip.notes)


def test_x_up_and_upside_down_are_refused_with_the_choices(tmp_path: Path, person: Person) -> None:
    z_up = person()
    with pytest.raises(ReadError, match=r'a\.npy: the x axis points up.*up="y" or up="z"'):
        read(save(tmp_path / "a.npy", z_up[..., [2, 0, 1]]))
    with pytest.raises(ReadError, match=r"head down along the y axis.*\[x, z, -y\]"):
        read(save(tmp_path / "a.npy", z_up[..., [0, 2, 1]] * np.array([1, -1, 1])))


def test_a_person_aslant_is_refused_until_told(tmp_path: Path, person: Person) -> None:
    half = np.sqrt(0.5)
    turn = np.array([[1, 0, 0], [0, half, half], [0, -half, half]])
    file = save(tmp_path / "a.npy", person() @ turn.T)
    with pytest.raises(ReadError, match="no axis is clearly up"):
        read(file)
    assert any("up axis: z (given)" in note for note in read(file, up="z").notes)


@pytest.mark.parametrize("up", ["x", "Z", "-y", ""])
def test_another_up_axis_is_refused(tmp_path: Path, person: Person, up: str) -> None:
    with pytest.raises(ReadError, match="expected 'y' or 'z'"):
        read(save(tmp_path / "a.npy", person()), up=up)


def test_turning_takes_object_rotations_and_track_along(
    tmp_path: Path, table: Table, torch_save: Save, box_obj: Path
) -> None:
    plain = table(floor=0.0)
    turned = plain.copy()
    back = poses.inverse(np.array([0, 0, 0, np.sqrt(0.5), 0, 0, np.sqrt(0.5)]))
    points = plain[:, 162:318].reshape(-1, 3).astype(float)
    turned[:, 162:318] = poses.apply(back, points).reshape(20, -1)
    turned[:, 0:3] = poses.apply(back, plain[:, 0:3].astype(float))
    turned[:, 318:325] = poses.compose(np.tile(back, (20, 1)), plain[:, 318:325].astype(float))
    rotations = np.zeros((20 * 52, 7))
    rotations[:, 3:] = plain[:, 383:591].reshape(-1, 4)
    turned[:, 383:591] = poses.compose(np.tile(back, (20 * 52, 1)), rotations)[:, 3:].reshape(
        20, -1
    )
    one = read(torch_save(tmp_path / "a.pt", plain), object=box_obj)
    two = read(torch_save(tmp_path / "b.pt", turned), object=box_obj, up="y")
    np.testing.assert_allclose(two.positions, one.positions, atol=1e-6)
    np.testing.assert_allclose(
        np.abs(two.scene.props[0].track), np.abs(one.scene.props[0].track), atol=1e-6
    )
    assert one.rotations is not None
    assert two.rotations is not None
    np.testing.assert_allclose(np.abs(two.rotations), np.abs(one.rotations), atol=1e-6)


def test_terrain_turns_with_the_clip(tmp_path: Path, person: Person, obj_save: Save) -> None:
    z_up = person()
    y_up = np.stack([z_up[..., 0], z_up[..., 2], -z_up[..., 1]], axis=-1)
    step = obj_save(tmp_path / "step.obj", Shape.box((1.0, 0.2, 3.0), (2.0, 0.1, 0.0)))
    clip = read(save(tmp_path / "a.npy", y_up), terrain=step)
    assert clip.scene.terrain is not None
    expected = [[1.5, -1.5, 0.0], [2.5, 1.5, 0.2]]
    np.testing.assert_allclose(clip.scene.terrain.shape.bounds, expected, atol=1e-9)
    corners = clip.scene.terrain.shape.parts[0].vertices
    np.testing.assert_allclose(corners.max(axis=0), expected[1], atol=1e-9)


def test_a_mirrored_person_is_warned_about_but_read(tmp_path: Path, person: Person) -> None:
    clip = read(save(tmp_path / "a.npy", person() * np.array([1.0, -1.0, 1.0])))
    assert any("mirrored" in text and "100%" in text for text in clip.warnings)
    assert np.all(on_the_left(clip, "hand") < 0.0)


# ------------------------------------------------------------------ floor


@pytest.mark.parametrize("floor", [-0.3, 0.0, 0.068, 2.0])
def test_the_floor_is_found_and_moved_to_zero(tmp_path: Path, person: Person, floor: float) -> None:
    clip = read(save(tmp_path / "a.npy", person(floor=floor)))
    np.testing.assert_allclose(clip.positions, person(), atol=1e-9)
    assert clip.scene.ground == 0.0
    assert any(f"floor: {floor:.3f} m (median" in note for note in clip.notes)


def test_steps_onto_a_box_do_not_lift_the_floor(tmp_path: Path, person: Person) -> None:
    positions = person(frames=200)
    positions[20:, :, 2] += 0.47
    clip = read(save(tmp_path / "a.npy", positions))
    assert clip.landmark("left_toe")[0, 2] == pytest.approx(0.0, abs=1e-9)


def test_moving_feet_are_not_a_floor(tmp_path: Path, person: Person) -> None:
    positions = person(frames=200)
    positions[:10, :, 0] += 0.1 * np.arange(10)[:, None]
    positions[:10, :, 2] -= 0.3
    clip = read(save(tmp_path / "a.npy", positions))
    assert clip.landmark("left_toe")[-1, 2] == pytest.approx(0.0, abs=1e-9)


def test_a_floor_that_no_toe_rests_on_is_a_guess_and_says_so(
    tmp_path: Path, person: Person
) -> None:
    positions = person()
    positions[..., 0] += 0.1 * np.arange(20)[:, None]
    clip = read(save(tmp_path / "a.npy", positions))
    assert any("a guess" in text for text in clip.warnings)


def test_a_given_floor_moves_person_and_prop_alike(
    tmp_path: Path, table: Table, torch_save: Save, box_obj: Path
) -> None:
    file = torch_save(tmp_path / "a.pt", table(floor=0.07))
    clip = read(file, object=box_obj, floor=0.02)
    assert clip.landmark("left_toe")[0, 2] == pytest.approx(0.05, abs=1e-6)
    np.testing.assert_allclose(clip.scene.props[0].lowest(), -0.02, atol=1e-6)
    with pytest.raises(ReadError, match="floor = nan: expected a height"):
        read(file, floor=float("nan"))


def test_a_prop_keeps_its_place_relative_to_the_person(
    tmp_path: Path, table: Table, torch_save: Save, box_obj: Path
) -> None:
    data = table(floor=0.07)
    data[:, 320] = 1.0
    clip = read(torch_save(tmp_path / "a.pt", data), object=box_obj)
    assert clip.scene.props[0].track[0, 2] == pytest.approx(0.93, abs=1e-6)
    assert any("its place relative to the person" in note for note in clip.notes)


def test_terrain_stays_and_the_person_is_moved_a_little(
    tmp_path: Path, person: Person, obj_save: Save
) -> None:
    step = obj_save(tmp_path / "step.obj", Shape.box((1, 1, 0.2), (2, 0, 0.1)))
    clip = read(save(tmp_path / "a.npy", person(floor=0.03)), terrain=step)
    assert clip.landmark("left_toe")[0, 2] == pytest.approx(0.0, abs=1e-9)
    assert clip.scene.terrain is not None
    assert clip.scene.terrain.name == "step"
    assert clip.scene.terrain.shape.bounds[1, 2] == pytest.approx(0.2)
    assert clip.warnings == ()


def test_a_clip_that_is_far_off_its_terrain_is_warned_about_and_not_moved(
    tmp_path: Path, person: Person, obj_save: Save
) -> None:
    step = obj_save(tmp_path / "step.obj", Shape.box((1, 1, 0.2), (2, 0, 0.1)))
    clip = read(save(tmp_path / "a.npy", person(floor=0.5)), terrain=step)
    assert clip.landmark("left_toe")[0, 2] == pytest.approx(0.5)
    assert any("nothing was moved" in text and "floor=" in text for text in clip.warnings)
    moved = read(save(tmp_path / "a.npy", person(floor=0.5)), terrain=step, floor=0.5)
    assert moved.landmark("left_toe")[0, 2] == pytest.approx(0.0, abs=1e-9)


# ------------------------------------------------------------------ meshes that come along


def test_warnings_of_a_mesh_name_its_file(
    tmp_path: Path, table: Table, torch_save: Save, obj_save: Save
) -> None:
    both = Shape.union([Shape.box((0.3, 0.3, 0.3)), Shape.box((0.2, 0.2, 0.2), (0.5, 0, 0))])
    open_mesh = Shape(both.vertices, both.faces[3:], both.parts)
    crate = obj_save(tmp_path / "crate.obj", open_mesh)
    clip = read(torch_save(tmp_path / "a.pt", table()), object=crate)
    assert clip.warnings[0].startswith("crate.obj: the mesh is not watertight")


@pytest.mark.parametrize("which", ["object", "terrain"])
def test_a_bad_mesh_is_refused_by_its_own_name(
    tmp_path: Path, table: Table, torch_save: Save, obj_save: Save, which: str
) -> None:
    file = torch_save(tmp_path / "a.pt", table())
    with pytest.raises(ReadError, match=r"none\.obj does not exist"):
        read(file, **{which: tmp_path / "none.obj"})
    (tmp_path / "empty.obj").write_text("# nothing\n")
    with pytest.raises(ReadError, match=r"empty\.obj"):
        read(file, **{which: tmp_path / "empty.obj"})
    big = obj_save(tmp_path / "big.obj", Shape.box((1, 1, 1)), 1000.0)
    with pytest.raises(ClipError, match=r"big\.obj is 1000 m across"):
        read(file, **{which: big})


def test_a_mesh_for_bare_positions_is_refused(
    tmp_path: Path, person: Person, box_obj: Path
) -> None:
    with pytest.raises(ReadError, match=r"tracks no object.*terrain="):
        read(save(tmp_path / "a.npy", person()), object=box_obj)


# ------------------------------------------------------------------ real recordings


@pytest.mark.parametrize("path", REAL)
def test_left_is_left_in_every_real_clip(path: str) -> None:
    clip = real(path)
    for part in ("hip", "shoulder", "hand"):
        side = on_the_left(clip, part)
        assert np.mean(side > 0.0) > 0.95, part
        assert np.median(side) > 0.05, part
    assert not any("mirrored" in text for text in clip.warnings)


@pytest.mark.parametrize("path", REAL)
def test_every_real_clip_stands_on_the_ground(path: str) -> None:
    clip = real(path)
    toes = np.stack([clip.landmark("left_toe"), clip.landmark("right_toe")], axis=1)
    assert clip.scene.ground == 0.0
    assert -0.05 < toes[..., 2].min() < 0.02
    speed = np.linalg.norm(np.gradient(toes[..., :2], axis=0), axis=-1) * clip.fps
    low = toes[..., 2][(speed < 0.1) & (toes[..., 2] < 0.06)]
    assert abs(np.median(low)) < 0.01


@pytest.mark.parametrize("sequence", [0, 1])
def test_a_climber_stands_on_the_boxes_as_on_the_ground(sequence: int) -> None:
    clip = real(next(path for path in REAL if f"seq_{sequence}/" in path))
    assert clip.scene.terrain is not None
    top = clip.scene.terrain.shape.bounds[1, 2]
    for side in ("left", "right"):
        toe = clip.landmark(f"{side}_toe")
        speed = np.linalg.norm(np.gradient(toe, axis=0), axis=1) * clip.fps
        on_top = toe[(speed < 0.1) & (toe[:, 2] > top - 0.05), 2]
        assert len(on_top) > 100
        assert np.median(on_top) == pytest.approx(top, abs=0.02)


@pytest.mark.parametrize(
    ("path", "height"),
    [("climb/seq_0", 1.78), ("climb/seq_1", 1.78), ("lafan1", 1.75), ("optitrack/walk", 1.7)],
)
def test_the_estimated_height_is_the_known_one(path: str, height: float) -> None:
    file = next(name for name in REAL if name.startswith(path))
    note = next(text for text in real(file).notes if text.startswith("height"))
    estimates = [float(word) for word in note.replace("(", " ").split() if word[:2] == "1."]
    assert estimates[-1] == pytest.approx(height, abs=0.015)


def test_a_real_clip_survives_pickling() -> None:
    clip = real("omomo/sub8_largebox_000.pt")
    again = pickle.loads(pickle.dumps(clip))
    np.testing.assert_array_equal(again.positions, clip.positions)
    np.testing.assert_array_equal(again.scene.props[0].track, clip.scene.props[0].track)
    assert again.notes == clip.notes


# ------------------------------------------------------------------ cleaning


def test_a_short_gap_is_filled_and_noted(tmp_path: Path, person: Person) -> None:
    positions = person()
    positions[7:9, 3] = np.nan
    clip = read(save(tmp_path / "a.npy", positions), skeleton="lafan22")
    assert np.isfinite(clip.positions).all()
    assert any("LeftFoot 7-8" in note for note in clip.notes)


def test_a_spike_is_warned_of_and_goes_with_clean(tmp_path: Path, person: Person) -> None:
    positions = person(frames=60)
    positions[9, 21] += 0.5
    file = save(tmp_path / "a.npy", positions)
    clip = read(file, floor=0.0)
    assert any("RightHand 9" in text for text in clip.warnings)
    np.testing.assert_array_equal(clip.positions[9, 21], positions[9, 21])
    clean = read(file, floor=0.0, clean=True)
    assert not any("spikes" in text for text in clean.warnings)
    np.testing.assert_allclose(clean.positions[9, 21], person(frames=60)[9, 21], atol=0.01)


def test_a_gap_in_the_objects_track_is_filled(
    tmp_path: Path, table: Table, torch_save: Save, box_obj: Path
) -> None:
    data = table()
    data[5:7, 318:325] = np.nan
    clip = read(torch_save(tmp_path / "a.pt", data), object=box_obj)
    assert np.isfinite(clip.scene.props[0].track).all()
    assert any("2 frames of prop 'object' filled" in note for note in clip.notes)
