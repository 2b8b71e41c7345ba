from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinemesh._files import numpy_files as arrays
from kinemesh.errors import ClipError, ReadError
from kinemesh.motion import SKELETONS, Skeleton
from kinemesh.recordings import read
from kinemesh.recordings.positions.keypoints import KEYPOINTS
from recordings import recording

Person = Callable[..., np.ndarray]


def save(path: Path, array: np.ndarray, **kwargs: object) -> Path:
    np.save(path, array, **kwargs)
    return path


# ------------------------------------------------------------------ skeletons and rates


@pytest.mark.parametrize("name", SKELETONS)
def test_every_skeleton_is_found_from_a_bare_array(
    tmp_path: Path, person: Person, name: str
) -> None:
    file = save(tmp_path / "a.npy", person(name))
    if name == "smpl45":  # it comes at any rate
        with pytest.raises(ReadError, match=r"smpl45.*give fps="):
            read(file)
        return
    if name in KEYPOINTS:  # other joints come in as many
        assert read(file, skeleton=name, fps=30).skeleton.name == name
        return
    clip = read(file)
    assert clip.skeleton.name == name
    assert any(f"skeleton {name}: found" in note for note in clip.notes)
    assert any("assumed" in note and "fps=" in note for note in clip.notes)
    assert clip.fps == {"mocap53": 120.0, "kit21": 12.5}.get(name, 30.0)


def test_smplhs_own_order_is_told_from_the_other_of_as_many_joints(
    tmp_path: Path, person: Person
) -> None:
    upright = person("smpl52")[:, :, [1, 2, 0]]
    clip = read(save(tmp_path / "a.npy", upright))
    assert (clip.skeleton.name, clip.fps) == ("smpl52", 20.0)
    assert any("HumanML3D" in warning and "52 joints" in warning for warning in clip.warnings)
    np.testing.assert_allclose(
        np.linalg.norm(clip.landmark("left_hip") - clip.landmark("left_knee"), axis=1),
        np.linalg.norm(upright[:, 1] - upright[:, 4], axis=1),
        atol=1e-9,
    )


@pytest.mark.parametrize("dtype", [np.float16, np.float32, ">f8"])
def test_any_type_of_number_and_order_in_memory_is_read(
    tmp_path: Path, person: Person, dtype: str
) -> None:
    whole = person()
    for array in (whole.astype(dtype), np.asfortranarray(whole.astype(dtype))):
        clip = read(save(tmp_path / "a.npy", array), floor=0.0)
        np.testing.assert_allclose(clip.positions, whole, atol=2e-3)


def test_twenty_two_joints_without_steady_bones_need_a_name(tmp_path: Path, person: Person) -> None:
    noisy = person() + np.random.default_rng(0).normal(scale=0.1, size=(20, 22, 3))
    file = save(tmp_path / "a.npy", noisy)
    with pytest.raises(ReadError, match=r"give skeleton='lafan22' or 'smpl22'"):
        read(file)
    assert read(file, skeleton="lafan22").skeleton.name == "lafan22"


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path, person: Person) -> None:
    with pytest.raises(ReadError, match=r"unknown skeleton 'lafan'.*lafan22 \(22 joints\)"):
        read(save(tmp_path / "a.npy", person()), skeleton="lafan")


def test_a_wrong_number_of_joints_names_the_skeletons_that_fit(
    tmp_path: Path, person: Person
) -> None:
    file = save(tmp_path / "a.npy", person())
    with pytest.raises(ReadError, match=r"22 joints.*'mocap53' has 53: lafan22 or smpl22"):
        read(file, skeleton="mocap53")
    with pytest.raises(ReadError, match=r"21 joints, as .kit21. has, but"):
        read(save(tmp_path / "b.npy", person()[:, :21]))


def test_a_skeleton_of_ones_own_needs_a_frame_rate(tmp_path: Path, person: Person) -> None:
    known = SKELETONS["lafan22"]
    mine = Skeleton("mine", known.joints, known.landmarks)
    file = save(tmp_path / "a.npy", person())
    with pytest.raises(ReadError, match=r"give fps="):
        read(file, skeleton=mine)
    assert read(file, skeleton=mine, fps=50).fps == 50.0


@pytest.mark.parametrize("fps", [0, -1, float("nan")])
def test_a_frame_rate_that_is_not_positive_is_refused(
    tmp_path: Path, person: Person, fps: float
) -> None:
    with pytest.raises(ClipError, match=r"the frame rate is .*; expected a positive"):
        read(save(tmp_path / "a.npy", person()), fps=fps)


# ------------------------------------------------------------------ archives


def test_an_archive_gives_height_and_rate(tmp_path: Path, person: Person) -> None:
    np.savez(tmp_path / "a.npz", global_joint_positions=person(), height=1.7, fps=np.array([60.0]))
    clip = read(tmp_path / "a.npz")
    assert (clip.height, clip.fps) == (1.7, 60.0)
    assert any("1.700 m (in the file" in note for note in clip.notes)
    given_ones = read(tmp_path / "a.npz", height=1.75, fps=25)
    assert (given_ones.height, given_ones.fps) == (1.75, 25.0)


def test_a_compressed_archive_is_read(tmp_path: Path, person: Person) -> None:
    np.savez_compressed(tmp_path / "a.npz", global_joint_positions=person())
    np.testing.assert_array_equal(read(tmp_path / "a.npz", floor=0.0).positions, person())


def test_a_height_that_does_not_fit_the_legs_is_a_warning(tmp_path: Path, person: Person) -> None:
    clip = read(save(tmp_path / "a.npy", person()), height=1.3)
    assert clip.height == 1.3
    assert any("does not fit the legs" in text for text in clip.warnings)


def test_a_height_in_centimetres_is_refused(tmp_path: Path, person: Person) -> None:
    with pytest.raises(ClipError, match=r"a\.npy: the given height.*centimetres"):
        read(save(tmp_path / "a.npy", person()), height=170)


def test_an_archive_without_positions_lists_what_it_holds(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", qpos=np.zeros((3, 36)), fps=30)
    with pytest.raises(ReadError, match=r"'global_joint_positions'.*it holds fps, qpos"):
        read(tmp_path / "a.npz")


def test_a_height_that_is_no_number_is_refused(tmp_path: Path, person: Person) -> None:
    np.savez(tmp_path / "a.npz", global_joint_positions=person(), height=[1.0, 2.0])
    with pytest.raises(ReadError, match=r"'height' has shape \(2,\)"):
        read(tmp_path / "a.npz")


def test_objects_elsewhere_in_an_archive_are_not_touched(tmp_path: Path, person: Person) -> None:
    hostile = np.array([Trap()], dtype=object)
    np.savez(tmp_path / "a.npz", global_joint_positions=person(), other=hostile)
    assert len(read(tmp_path / "a.npz")) == 20


# ------------------------------------------------------------------ bad files


class Trap:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return pytest.fail, ("the pickle was run",)


def test_an_array_of_objects_is_refused_and_not_unpickled(tmp_path: Path) -> None:
    file = save(tmp_path / "a.npy", np.array([Trap()] * 3, dtype=object), allow_pickle=True)
    with pytest.raises(ReadError, match=r"a\.npy is an array of Python objects"):
        read(file)
    np.savez(tmp_path / "a.npz", global_joint_positions=np.array([Trap()], dtype=object))
    with pytest.raises(ReadError, match=r"'global_joint_positions' in a\.npz is an array of Py"):
        read(tmp_path / "a.npz")


@pytest.mark.parametrize("array", [np.zeros((3, 22, 3), complex), np.zeros((3, 2), "U4")])
def test_an_array_that_is_not_of_real_numbers_is_refused(tmp_path: Path, array: np.ndarray) -> None:
    with pytest.raises(ReadError, match="expected real numbers"):
        read(save(tmp_path / "a.npy", array))


@pytest.mark.parametrize("shape", [(), (66,), (20, 66), (20, 22, 4), (40, 50, 22, 3)])
def test_an_array_of_another_shape_is_refused(tmp_path: Path, shape: tuple[int, ...]) -> None:
    with pytest.raises(ReadError, match=r"expected joint positions \(T, J, 3\)"):
        read(save(tmp_path / "a.npy", np.zeros(shape)))


def test_a_flattened_array_is_refused_with_the_way_out(tmp_path: Path, person: Person) -> None:
    with pytest.raises(ReadError, match="reshape it"):
        read(save(tmp_path / "a.npy", person().reshape(20, 66)))


@pytest.mark.parametrize("frames", [0, 1])
def test_a_motion_needs_two_frames(tmp_path: Path, person: Person, frames: int) -> None:
    file = save(tmp_path / "a.npy", person(frames=frames))
    with pytest.raises(ClipError, match=r"a\.npy.*at least 2"):
        read(file, skeleton="lafan22")


def test_a_joint_that_is_lost_for_long_is_refused_with_its_frames(
    tmp_path: Path, person: Person
) -> None:
    positions = person()
    positions[7:14, 3] = np.nan
    with pytest.raises(ClipError, match=r"a\.npy: .*longer than 0\.2 s.*LeftFoot 7-13"):
        read(save(tmp_path / "a.npy", positions))


@pytest.mark.parametrize(("factor", "unit"), [(100.0, "centimetres"), (1000.0, "millimetres")])
def test_other_units_are_refused_with_the_factor(
    tmp_path: Path, person: Person, factor: float, unit: str
) -> None:
    with pytest.raises(ClipError, match=rf"a\.npy: .*{unit}; multiply"):
        read(save(tmp_path / "a.npy", person() * factor))


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
@pytest.mark.parametrize(
    ("content", "words"),
    [(b"\x89PNG\r\n\x1a\n00", "PNG"), (b"hello\n", "text"), (b"\xff\xfe\x01\x02", "no kind known")],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(
    tmp_path: Path, suffix: str, content: bytes, words: str
) -> None:
    file = tmp_path / f"a{suffix}"
    file.write_bytes(content)
    with pytest.raises(ReadError, match=rf"a{suffix} is .*{words}"):
        read(file)


def test_npy_and_npz_under_each_others_names_are_told_apart(tmp_path: Path, person: Person) -> None:
    with (tmp_path / "a.npz").open("wb") as stream:
        np.save(stream, person())
    with pytest.raises(ReadError, match=r"a\.npz is a single NumPy array"):
        read(tmp_path / "a.npz")
    with (tmp_path / "b.npy").open("wb") as stream:
        np.savez(stream, person())
    with pytest.raises(ReadError, match=r"b\.npy is a zip archive"):
        read(tmp_path / "b.npy")


@pytest.mark.parametrize("share", [0.001, 0.01, 0.3, 0.99])
def test_files_that_are_cut_short_are_refused(tmp_path: Path, person: Person, share: float) -> None:
    save(tmp_path / "a.npy", person())
    np.savez(tmp_path / "a.npz", global_joint_positions=person())
    for name in ("a.npy", "a.npz"):
        data = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(data[: int(share * len(data)) + 1])
        with pytest.raises(ReadError, match=name):
            read(tmp_path / name)


def test_a_huge_declared_array_is_refused_before_memory_is_taken(tmp_path: Path) -> None:
    header = io.BytesIO()
    layout = {"descr": "<f8", "fortran_order": False, "shape": (10**12, 22, 3)}
    np.lib.format.write_array_header_1_0(header, layout)
    (tmp_path / "a.npy").write_bytes(header.getvalue() + bytes(64))
    with pytest.raises(ReadError, match=r"declares an array.*holds 64"):
        read(tmp_path / "a.npy")
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("global_joint_positions.npy", header.getvalue() + bytes(64))
    with pytest.raises(ReadError, match=r"declares an array.*holds 64"):
        read(tmp_path / "a.npz")


def test_an_archive_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.savez_compressed(tmp_path / "a.npz", global_joint_positions=person())
    monkeypatch.setattr(arrays, "_LARGEST", 1000)
    with pytest.raises(ReadError, match="would unpack"):
        read(tmp_path / "a.npz")


def test_a_zip_archive_without_arrays_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(ReadError, match="without arrays"):
        read(tmp_path / "a.npz")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_damaged_file_gives_an_array_or_a_read_error_and_nothing_else(
    tmp_path: Path, name: str, data: st.DataObject
) -> None:
    if name == "a.npy":
        np.save(tmp_path / name, np.ones((2, 3)))
    else:
        np.savez_compressed(tmp_path / name, a=np.ones((2, 3)))
    whole = bytearray((tmp_path / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / name).write_bytes(whole)
    try:
        if name == "a.npy":
            arrays.read_npy(tmp_path / name)
        else:
            arrays.read_npz(tmp_path / name, ("a",))
    except ReadError:
        pass


# ------------------------------------------------------------------ real recordings


def test_the_bones_of_the_dancer_keep_their_length() -> None:
    clip = read(recording("lafan1/dance1_subject1.npy"))
    assert clip.skeleton.name == "lafan22"
    for side in ("left", "right"):
        for a, b in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "hand")):
            bone = clip.landmark(f"{side}_{a}") - clip.landmark(f"{side}_{b}")
            length = np.linalg.norm(bone, axis=1)
            assert np.std(length) < 1e-15
            assert np.ptp(length) < 1e-13


@pytest.mark.parametrize("name", ["walk", "squat"])
def test_an_optical_recording_brings_its_height(name: str) -> None:
    clip = read(recording(f"optitrack/{name}.npz"))
    assert (clip.skeleton.name, clip.height, clip.fps) == ("optitrack26", 1.7, 30.0)
    assert read(recording(f"optitrack/{name}.npz"), height=1.7).warnings == ()


@pytest.mark.parametrize("shape", ["(True,)", "(" + "1, " * 70 + ")", "(1.5,)", "(-1,)"])
def test_a_header_whose_shape_is_none_is_refused(tmp_path: Path, shape: str) -> None:
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    start = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text
    (tmp_path / "a.npy").write_bytes(start + bytes(8))
    with pytest.raises(ReadError, match="header of the array is damaged"):
        read(tmp_path / "a.npy")


def test_joints_that_are_nowhere_are_refused(tmp_path: Path, person: Person) -> None:
    positions = person()
    positions[3, 2, 1] = 1e300
    np.save(tmp_path / "a.npy", positions)
    with pytest.raises(ReadError, match=r"beyond 1e\+09 m, the first in frame 3"):
        read(tmp_path / "a.npy")


def test_a_joint_that_is_lost_all_through_a_short_clip_is_refused(
    tmp_path: Path, person: Person
) -> None:
    positions = person(frames=4)
    positions[:, 5] = np.nan
    np.save(tmp_path / "a.npy", positions)
    with pytest.raises(ClipError, match="missing"):
        read(tmp_path / "a.npy", skeleton="lafan22")


def test_an_entry_that_claims_more_bytes_than_the_file_has_is_refused(
    tmp_path: Path, person: Person
) -> None:
    file = tmp_path / "a.npz"
    np.savez(file, global_joint_positions=person())
    data = bytearray(file.read_bytes())
    at = data.index(b"PK\x01\x02") + 20
    data[at : at + 4] = b"\xff\xff\xff\x7f"
    file.write_bytes(data)
    with pytest.raises(ReadError, match="claims 2147483647 bytes"):
        read(file)


def test_a_header_that_claims_gigabytes_is_refused_before_memory_is_taken(tmp_path: Path) -> None:
    (tmp_path / "a.npy").write_bytes(b"\x93NUMPY\x02\x00\xff\xff\xff\x7f" + bytes(80))
    with pytest.raises(ReadError, match="2147483647 bytes long"):
        read(tmp_path / "a.npy")


def test_a_rate_that_no_camera_has_is_refused(tmp_path: Path, person: Person) -> None:
    np.savez(tmp_path / "a.npz", global_joint_positions=person(), fps=1e12)
    with pytest.raises(ReadError, match=r"1e\+12 frames/s; expected at most"):
        read(tmp_path / "a.npz", skeleton="lafan22")
