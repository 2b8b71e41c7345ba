"""Zip archives whose entries cannot be unpacked, or had better not be."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kinemesh._files.inputs import open_archive, read_entry
from kinemesh._files.numpy_files import read_npz
from kinemesh.errors import ReadError

CONTENT = bytes(range(256)) * 40
# Places in the central directory's row of an entry, by the zip format.
FLAGS, METHOD = 8, 10


def archive(path: Path, packing: int) -> bytearray:
    with zipfile.ZipFile(path, "w", packing) as made:
        made.writestr("a", CONTENT)
    return bytearray(path.read_bytes())


def spoiled(data: bytearray) -> None:
    for k in range(60, 90):  # in the packed bytes, behind the entry's own header
        data[k] ^= 0xA5


def changed(place: int, value: int) -> Callable[[bytearray], None]:
    def change(data: bytearray) -> None:
        data[data.index(b"PK\x01\x02") + place] = value
        data[data.index(b"PK\x03\x04") + place - 2] = value

    return change


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_entry_is_read_however_it_is_packed(tmp_path: Path, packing: int) -> None:
    archive(tmp_path / "a.zip", packing)
    with open_archive(tmp_path / "a.zip", 1 << 20) as whole:
        assert read_entry(tmp_path / "a.zip", whole, "a") == CONTENT


@pytest.mark.parametrize(
    ("packing", "change"),
    [
        (zipfile.ZIP_DEFLATED, spoiled),
        (zipfile.ZIP_BZIP2, spoiled),
        (zipfile.ZIP_LZMA, spoiled),
        (zipfile.ZIP_STORED, changed(METHOD, 93)),
        (zipfile.ZIP_STORED, changed(FLAGS, 0x01)),
        (zipfile.ZIP_STORED, changed(FLAGS, 0x20)),
        (zipfile.ZIP_STORED, changed(FLAGS, 0x41)),
    ],
    ids=["deflate", "bzip2", "lzma", "unknown", "password", "patch", "encrypted"],
)
def test_an_entry_that_cannot_be_unpacked_is_refused_by_its_name(
    tmp_path: Path, packing: int, change: Callable[[bytearray], None]
) -> None:
    data = archive(tmp_path / "a.zip", packing)
    change(data)
    (tmp_path / "a.zip").write_bytes(data)
    with (
        open_archive(tmp_path / "a.zip", 1 << 20) as whole,
        pytest.raises(ReadError, match=r"a\.zip: its entry 'a' cannot be unpacked"),
    ):
        read_entry(tmp_path / "a.zip", whole, "a")


def test_arrays_that_would_fill_the_memory_are_refused_before_they_are_unpacked(
    tmp_path: Path,
) -> None:
    """A file of some hundred bytes whose array is 20 GB long, as its header and its zip say."""
    header = io.BytesIO()
    shape = (50_000, 50_000)
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f8", "fortran_order": False, "shape": shape}
    )
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("poses.npy", header.getvalue() + bytes(100))
    with pytest.raises(ReadError, match=r"a\.npz declares an array .* but holds 100"):
        read_npz(path, ("poses",))
    data = bytearray(path.read_bytes())
    size = len(header.getvalue()) + (1 << 31)
    place = data.index(b"PK\x01\x02") + 24
    data[place : place + 4] = size.to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(ReadError, match=r"would unpack to 2048 MiB; expected at most 1024 MiB"):
        read_npz(path, ("poses",))


@pytest.mark.slow
def test_bytes_that_would_become_eight_times_as_many_are_refused_by_their_header(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        with made.open("poses.npy", "w") as stream:
            np.lib.format.write_array_header_1_0(
                stream, {"descr": "|u1", "fortran_order": False, "shape": (300 << 20,)}
            )
            for _ in range(300):
                stream.write(bytes(1 << 20))
    tracemalloc.start()
    with pytest.raises(ReadError, match="would take 2400 MiB; expected at most 1024 MiB"):
        read_npz(path, ("poses",))
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()
