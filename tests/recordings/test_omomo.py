from __future__ import annotations

import os
import pickle
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinemesh._files import torch_files as torchfile
from kinemesh._files.torch_files import read_tensor
from kinemesh.errors import ReadError
from kinemesh.recordings import read
from recordings import recording

Table = Callable[..., np.ndarray]
Save = Callable[..., Path]
Program = Callable[..., bytes]


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value)) + value.encode()


@pytest.fixture
def canary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that the hostile programs below make if they are run."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / "executed"


# ------------------------------------------------------------------ what torch writes is read


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_a_saved_tensor_is_read_bit_by_bit(
    tmp_path: Path, torch_save: Save, dtype: type[np.floating]
) -> None:
    array = np.random.default_rng(0).normal(size=(4, 7)).astype(dtype)
    again = read_tensor(torch_save(tmp_path / "a.pt", array))
    np.testing.assert_array_equal(again, array)
    assert again.dtype == array.dtype


def test_a_transposed_tensor_and_a_slice_are_read_by_their_strides(
    tmp_path: Path, torch_save: Save, program: Program
) -> None:
    array = np.arange(12, dtype=np.float32)
    turned = torch_save(tmp_path / "a.pt", array, program((4, 3), (1, 4), 12))
    np.testing.assert_array_equal(read_tensor(turned), array.reshape(3, 4).T)
    part = torch_save(tmp_path / "b.pt", array, program((2, 3), (6, 1), 12, offset=3))
    np.testing.assert_array_equal(read_tensor(part), [[3, 4, 5], [9, 10, 11]])


def test_a_big_endian_file_is_read(tmp_path: Path, torch_save: Save, program: Program) -> None:
    array = np.arange(6, dtype=">f4")
    file = torch_save(tmp_path / "a.pt", array, program((6,), (1,), 6), order="big")
    np.testing.assert_array_equal(read_tensor(file), np.arange(6.0))


def test_the_columns_are_read_in_the_published_layout(
    tmp_path: Path, table: Table, torch_save: Save, box_obj: Path
) -> None:
    data = table()
    clip = read(torch_save(tmp_path / "sub1_crate_000.pt", data), object=box_obj)
    assert clip.name == "sub1_crate_000"
    assert clip.skeleton.name == "smplh52"
    assert clip.fps == 30.0
    np.testing.assert_allclose(
        clip.positions.reshape(20, -1)[:, :2], data[:, 162:164].astype(float), atol=1e-7
    )
    assert clip.rotations is not None
    np.testing.assert_allclose(clip.rotations.reshape(20, -1), data[:, 383:591])
    assert clip.scene.props[0].name == "crate"
    assert clip.contacts["left_hand"].tolist() == [False] * 10 + [True] * 10
    assert clip.contacts["right_hand"].tolist() == [False] * 19 + [True]


def test_without_a_mesh_there_is_no_prop_and_a_note_tells_how_to_get_it(
    tmp_path: Path, table: Table, torch_save: Save
) -> None:
    clip = read(torch_save(tmp_path / "a.pt", table()))
    assert clip.scene.props == ()
    assert any("tracks one" in note and "object=" in note for note in clip.notes)


def test_a_mesh_for_a_file_without_a_track_is_refused(
    tmp_path: Path, table: Table, torch_save: Save, box_obj: Path
) -> None:
    file = torch_save(tmp_path / "a.pt", table(track=False))
    assert read(file).contacts == {}
    with pytest.raises(ReadError, match=r"tracks no object.*leave it out"):
        read(file, object=box_obj)


# ------------------------------------------------------------------ bad files


def test_another_shape_is_refused_with_the_expected_one(tmp_path: Path, torch_save: Save) -> None:
    file = torch_save(tmp_path / "a.pt", np.zeros((10, 590), np.float32))
    with pytest.raises(ReadError, match=r"\(10, 590\); expected \(T, 591\)"):
        read(file)


def test_another_layout_of_as_many_columns_is_refused(
    tmp_path: Path, table: Table, torch_save: Save
) -> None:
    data = table()
    data[:, 383:591] = 0.0
    with pytest.raises(ReadError, match="383:591 are not unit quaternions"):
        read(torch_save(tmp_path / "a.pt", data))
    data = table()
    data[:, 0] += 1.0
    with pytest.raises(ReadError, match="not the position of the pelvis"):
        read(torch_save(tmp_path / "a.pt", data))


def test_another_skeleton_is_refused(tmp_path: Path, table: Table, torch_save: Save) -> None:
    file = torch_save(tmp_path / "a.pt", table())
    assert read(file, skeleton="smplh52").skeleton.name == "smplh52"
    with pytest.raises(ReadError, match="always smplh52"):
        read(file, skeleton="lafan22")


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.9999])
def test_a_file_that_is_cut_short_is_refused(
    tmp_path: Path, table: Table, torch_save: Save, share: float
) -> None:
    data = torch_save(tmp_path / "whole.pt", table()).read_bytes()
    (tmp_path / "cut.pt").write_bytes(data[: max(1, int(share * len(data)))])
    with pytest.raises(ReadError, match=r"cut\.pt"):
        read(tmp_path / "cut.pt")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"just some words\n", "is text"),
        (b"\x89PNG\r\n\x1a\n0000", "PNG picture"),
        (pickle.dumps({"a": 1}), r"bare pickle.*before 1\.6"),
    ],
)
def test_a_file_that_is_no_zip_archive_is_refused(
    tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "a.pt").write_bytes(content)
    with pytest.raises(ReadError, match=words):
        read(tmp_path / "a.pt")


def test_an_archive_that_torch_did_not_write_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.pt", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(ReadError, match="0 entries"):
        read(tmp_path / "a.pt")


# ------------------------------------------------------------------ hostile files

SYSTEM = b"cos\nsystem\n(" + text("touch executed") + b"tR"
HOSTILE = {
    "os.system": b"\x80\x02" + SYSTEM + b".",
    "posix.system": b"\x80\x02" + SYSTEM.replace(b"cos", b"cposix") + b".",
    "STACK_GLOBAL": b"\x80\x04" + text("os") + text("system") + b"\x93(" + text("x") + b"tR.",
    "dotted name": b"\x80\x04"
    + text("torch._utils")
    + text("_rebuild_tensor_v2.__globals__")
    + b"\x93.",
    "INST": b"(" + b"S'touch executed'\nios\nsystem\n.",
    "OBJ": b"(cos\nsystem\n" + text("touch executed") + b"o.",
    "NEWOBJ": b"\x80\x02cos\nsystem\n(" + text("x") + b"t\x81.",
    "BUILD": b"\x80\x02ccollections\nOrderedDict\n)R}" + text("a") + SYSTEM + b"sb.",
    "EXT1": b"\x80\x02\x82\x01.",
    "text PERSID": b"Pstorage\n.",
    "eval": b"\x80\x02cbuiltins\neval\n(" + text("__import__('os').mkdir('executed')") + b"tR.",
    "getattr": b"\x80\x02c__builtin__\ngetattr\n(" + text("a") + text("b") + b"tR.",
    "torch.load": b"\x80\x02ctorch\nload\n(" + text("a") + b"tR.",
    "own module": b"\x80\x02ckinemesh._files.torch_files\nread_tensor\n(" + text("a") + b"tR.",
    "plain dict": pickle.dumps({"a": 1}, 2),
    "plain text": b"\x80\x02" + text("hello") + b".",
    "calling a storage type": b"\x80\x02ctorch\nFloatStorage\n)R.",
    "hooks with arguments": b"\x80\x02ccollections\nOrderedDict\n(" + text("a") + b"tR.",
    "reference that is text": b"\x80\x02" + text("storage") + b"Q.",
    "reference of another kind": b"\x80\x02(" + text("module") + text("0") + b"tQ.",
    "tensor of nothing": b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(NNNNtR.",
    "no STOP": b"\x80\x02" + text("hello"),
    "nothing": b"",
    "empty stack": b"\x80\x02.",
    "noise": bytes(range(256)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_program_is_refused_and_nothing_is_run(
    tmp_path: Path, canary: Path, torch_save: Save, name: str
) -> None:
    file = torch_save(tmp_path / "evil.pt", np.zeros((2, 591), np.float32), HOSTILE[name])
    with pytest.raises(ReadError, match=r"evil\.pt|wrong kind"):
        read(file)
    assert not canary.exists()


class Reduced:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch executed",)


REDUCED = [pickle.dumps(Reduced(), protocol) for protocol in range(6)]


@pytest.mark.parametrize("protocol", range(6))
def test_an_object_that_reduces_to_a_call_is_refused_in_every_protocol(
    tmp_path: Path, canary: Path, torch_save: Save, protocol: int
) -> None:
    file = torch_save(tmp_path / "a.pt", np.zeros(1, np.float32), REDUCED[protocol])
    with pytest.raises(ReadError, match="Nothing was run"):
        read(file)
    assert not canary.exists()


def test_a_call_hidden_in_the_arguments_of_a_tensor_is_refused(
    tmp_path: Path, canary: Path, torch_save: Save, program: Program
) -> None:
    code = program((1,), (1,), 1, hooks=SYSTEM)
    with pytest.raises(ReadError, match=r"the name os\.system"):
        read(torch_save(tmp_path / "a.pt", np.zeros(1, np.float32), code))
    assert not canary.exists()


@pytest.mark.parametrize("name", ["os.system", "posix.system", "INST", "OBJ", "BUILD", "eval"])
def test_the_canary_would_have_been_seen(canary: Path, name: str) -> None:
    try:
        pickle.loads(HOSTILE[name])
    except Exception:
        pass  # some programs fail once they have done their harm
    assert canary.exists()


@pytest.mark.parametrize(
    ("size", "stride", "count", "offset"),
    [
        ((2**40, 591), (591, 1), 2**40 * 591, 0),
        ((2, 591), (591, 1), 2**62, 0),
        ((2, 591), (591, 1), 2**200, 0),
        ((2, 591), (591, 1), -1, 0),
        ((2, 591), (-591, -1), 1182, 1181),
        ((2, 591), (591, 1), 1182, -1),
        ((2, 591), (591, 1), 1182, 1),
        ((2, 591), (592, 1), 1182, 0),
        ((2**40, 591), (0, 1), 1182, 0),
        ((2**40, 2**40), (0, 0), 1182, 0),
        ((-2, -591), (591, 1), 1182, 0),
        ((3, 591), (591, 1), 1182, 0),
        ((2, 591), (591,), 1182, 0),
        ((1,) * 9, (1,) * 9, 1182, 0),
    ],
)
def test_sizes_that_do_not_fit_the_bytes_are_refused_before_memory_is_taken(
    tmp_path: Path,
    torch_save: Save,
    program: Program,
    size: tuple[int, ...],
    stride: tuple[int, ...],
    count: int,
    offset: int,
) -> None:
    code = program(size, stride, count, offset)
    file = torch_save(tmp_path / "a.pt", np.zeros((2, 591), np.float32), code)
    with pytest.raises(ReadError, match=r"declares|negative|wrong kind"):
        read_tensor(file)


@pytest.mark.parametrize("key", ["../../etc/passwd", "/etc/passwd", "", "7"])
def test_a_storage_that_is_elsewhere_is_refused(
    tmp_path: Path, torch_save: Save, program: Program, key: str
) -> None:
    file = torch_save(tmp_path / "a.pt", np.zeros(1, np.float32), program((1,), (1,), 1, key=key))
    with pytest.raises(ReadError, match=r"no tensor storage|has no entry"):
        read_tensor(file)


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "clip/../../evil", "C:evil"])
def test_entries_that_point_out_of_the_archive_are_refused(
    tmp_path: Path, torch_save: Save, name: str
) -> None:
    file = torch_save(tmp_path / "a.pt", np.zeros(1, np.float32), extra={name: b"x"})
    with pytest.raises(ReadError, match="refused as unsafe"):
        read_tensor(file)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_name_are_refused(tmp_path: Path, torch_save: Save) -> None:
    file = torch_save(tmp_path / "a.pt", np.zeros(1, np.float32), extra={"clip/data/0": b"1234"})
    with pytest.raises(ReadError, match="two entries"):
        read_tensor(file)


def test_an_archive_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, torch_save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = torch_save(tmp_path / "a.pt", np.zeros(1000, np.float32))
    monkeypatch.setattr(torchfile, "_LARGEST_FILE", 2000)
    with pytest.raises(ReadError, match="would unpack"):
        read_tensor(file)


def test_too_many_entries_and_too_long_a_program_are_refused(
    tmp_path: Path, torch_save: Save
) -> None:
    many = {f"clip/{k}": b"" for k in range(1001)}
    with pytest.raises(ReadError, match="entries; expected at most"):
        read_tensor(torch_save(tmp_path / "a.pt", np.zeros(1, np.float32), extra=many))
    long = b"\x80\x02" + text("a" * 70_000) + b"."
    with pytest.raises(ReadError, match="larger than a tensor needs"):
        read_tensor(torch_save(tmp_path / "b.pt", np.zeros(1, np.float32), long))


@pytest.mark.slow
@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_damaged_file_gives_a_tensor_or_a_read_error_and_nothing_else(
    tmp_path: Path, torch_save: Save, data: st.DataObject
) -> None:
    whole = bytearray(torch_save(tmp_path / "a.pt", np.ones((2, 3), np.float32)).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "b.pt").write_bytes(whole)
    try:
        assert read_tensor(tmp_path / "b.pt").dtype.kind == "f"
    except ReadError:
        pass


# ------------------------------------------------------------------ real recordings

CLIPS = ("sub3_largebox_003", "sub8_largebox_000", "sub2_largetable_000", "sub2_woodchair_000")
KNOWN = {"sub3": 1.941, "sub8": 1.845, "sub2": 1.844}


@pytest.mark.parametrize("name", CLIPS)
def test_a_real_clip_stands_on_the_floor_with_its_object(name: str) -> None:
    subject, thing, _ = name.split("_")
    mesh = recording(f"omomo/objects/{thing}.obj")
    clip = read(recording(f"omomo/{name}.pt"), object=mesh)
    assert clip.stature == pytest.approx(KNOWN[subject], abs=0.02)
    assert clip.scene.ground == 0.0
    # These recordings put their objects a little below the soles; the hands' places are right.
    assert -0.09 < clip.scene.props[0].lowest().min() < 0.0
    toes = np.minimum(clip.landmark("left_toe"), clip.landmark("right_toe"))[:, 2]
    assert abs(np.median(toes)) < 0.02
    assert toes.min() > -0.02
    assert set(clip.contacts) == {"left_hand", "right_hand"}
    assert any("its place relative to the person" in note for note in clip.notes)


def test_the_demo_clip_keeps_the_numbers_of_its_file() -> None:
    path = recording("omomo/sub3_largebox_003.pt")
    with zipfile.ZipFile(path) as archive:
        raw = np.frombuffer(archive.read("sub3_largebox_003/data/0"), "<f4").reshape(196, 591)
    clip = read(path, floor=0.0)
    np.testing.assert_array_equal(clip.positions.reshape(196, -1), raw[:, 162:318].astype(float))


def test_reading_leaves_a_real_file_and_its_folder_as_they_were(tmp_path: Path) -> None:
    file = tmp_path / "sub8_largebox_000.pt"
    shutil.copyfile(recording(f"omomo/{file.name}"), file)
    before = file.read_bytes()
    read(file)
    assert file.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [file.name]
