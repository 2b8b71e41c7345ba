"""What every reader does first: is there a file, and is it what its name says."""

from __future__ import annotations

import zipfile
from pathlib import Path

from kinemesh._files.disk import existing_file
from kinemesh.errors import ReadError

__all__ = ["existing_file", "head", "looks_like", "open_archive", "read_entry"]

_MOST_ENTRIES = 1000
"""More entries than this are no recording."""

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a zip archive (as .npz and .pt are)"),
    (b"\x93NUMPY", "a single NumPy array (.npy)"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x89HDF", "an HDF5 file"),
    (b"glTF", "a binary glTF file (.glb)"),
    (b"HIERARCHY", "a BVH motion"),
    (b"version https://git-lfs", "a Git LFS pointer: fetch the file itself with `git lfs pull`"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x80", "a bare pickle"),
)


def head(path: Path, count: int = 64) -> bytes:
    """The first ``count`` bytes.

    Raises:
        ReadError: not a regular file, as of :func:`existing_file`.
    """
    with existing_file(path).open("rb") as stream:
        return stream.read(count)


def looks_like(start: bytes) -> str:
    """In words, what a file that begins with ``start`` is."""
    for signature, words in _SIGNATURES:
        if start.startswith(signature):
            return words
    if all(byte >= 32 or byte in b"\t\r\n\f" for byte in start):
        return "text"
    return "data of no kind known here"


def open_archive(path: Path, largest: int) -> zipfile.ZipFile:
    """The zip archive at ``path``, its table of contents checked; the caller closes it.

    Args:
        path: the file.
        largest: how many bytes the entries may hold together once unpacked.

    Raises:
        ReadError: not a zip archive, cut short, names that leave the archive or stand twice,
            too many entries, or more than ``largest`` bytes.
    """
    try:
        # zipfile says NotImplementedError of a zip version or a packing that it does not know.
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ReadError(
            f"{path.name} begins as a zip archive but its table of contents cannot be read "
            f"({error}): it is cut short or damaged; copy or download it again"
        ) from error
    try:
        _check_contents(path, archive, largest)
    except ReadError:
        archive.close()
        raise
    return archive


def read_entry(path: Path, archive: zipfile.ZipFile, name: str, count: int | None = None) -> bytes:
    """The bytes of one entry of an archive from :func:`open_archive`.

    Args:
        path: the archive's file.
        archive: the archive.
        name: the entry's name.
        count: how many of the first bytes are unpacked; all if left out.

    Raises:
        ReadError: the entry is damaged, under a password, or packed in a way that cannot be read.
    """
    try:
        with archive.open(name) as stream:
            data = stream.read() if count is None else stream.read(count)
    except MemoryError:
        raise  # says nothing of the file
    except Exception as error:
        # zipfile says RuntimeError of an entry under a password, its child NotImplementedError of
        # a packing or encryption that it does not know, ValueError of a name that is no text, and
        # every unpacker has an error of its own: zlib.error, LZMAError, bz2's OSError.
        raise ReadError(
            f"{path.name}: its entry {name!r} cannot be unpacked ({error}): "
            f"copy or download the file again"
        ) from error
    size = archive.getinfo(name).file_size
    if len(data) != (size if count is None else min(size, count)):
        raise ReadError(f"{path.name}: its entry {name!r} is cut short; download the file again")
    return data


def _check_contents(path: Path, archive: zipfile.ZipFile, largest: int) -> None:
    entries = archive.infolist()
    if len(entries) > _MOST_ENTRIES:
        raise ReadError(
            f"{path.name} holds {len(entries)} entries; expected at most {_MOST_ENTRIES}"
        )
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise ReadError(f"{path.name} holds two entries of one name: refused as unsafe")
    for name in names:
        if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
            raise ReadError(
                f"{path.name} holds an entry named {name!r}, which points out of the archive: "
                f"refused as unsafe"
            )
    size = path.stat().st_size
    for entry in entries:  # zipfile asks for so much memory before it reads
        if entry.compress_size > size:
            raise ReadError(
                f"{path.name}: its entry {entry.filename[:60]!r} claims "
                f"{entry.compress_size} bytes of the file's {size}: it is cut short or damaged; "
                f"copy or download it again"
            )
    total = sum(entry.file_size for entry in entries)
    if total > largest:
        raise ReadError(
            f"{path.name} would unpack to {total / 2**20:.0f} MiB; "
            f"expected at most {largest / 2**20:.0f} MiB"
        )
