"""Zip archives whose entries cannot be unpacked."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from kinemesh.errors import ReadError
from kinemesh.io.files import open_archive, read_entry

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
