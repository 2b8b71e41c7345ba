"""What is opened is a regular file of bounded size; what is written is whole or not there."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from kinemesh.errors import KinemeshError, ReadError, WriteError

LARGEST = 2 << 30
"""A larger file is not opened [bytes]."""

TEMPORARY = ".kinemesh-"
"""What the names of files begin with until they are whole."""

_LONGEST_NAME = 255
"""Of a file, on the file systems in use [bytes]."""

_LONGEST_STEM = 200
"""Of a name that gets suffixes [bytes]."""

_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


def existing_file(
    path: str | Path,
    *,
    largest: int = LARGEST,
    empty: bool = False,
    expected: str = "a file",
    error: type[KinemeshError] = ReadError,
) -> Path:
    """``path`` as a :class:`~pathlib.Path` to a regular file that is there and not empty.

    Whatever opens a file asks this first: a pipe is waited for without end, and a device gives
    bytes without end.

    Args:
        path: the file, or a link to it.
        largest: more bytes than this are refused.
        empty: whether a file of no bytes will do.
        expected: what it should be, for the message.
        error: what is raised.

    Raises:
        KinemeshError: of the kind ``error``: nothing is there, it is a folder, a pipe or a
            device, it is empty or too large, or it may not be opened.
    """
    path = Path(path)
    try:
        if not path.exists():
            raise error(
                f"{path} does not exist (looked from {Path.cwd()})",
                given=path,
                expected=expected,
                advice="check the spelling and the folder",
            )
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise error(
                f"{path} is a folder",
                given=path,
                expected=expected,
                advice="give one of the files in it",
            )
        if not stat.S_ISREG(found.st_mode):
            kind = next((words for is_one, words in _KINDS if is_one(found.st_mode)), "special")
            raise error(
                f"{path} is {kind}",
                given=path,
                expected=expected,
                advice="copy it into a file first",
            )
        if found.st_size == 0 and not empty:
            raise error(
                f"{path} is empty (0 bytes)", given=path, advice="copy or download it again"
            )
        if found.st_size > largest:
            raise error(
                f"{path} holds {found.st_size} bytes, more than {largest}",
                given=path,
                expected=expected,
            )
        with path.open("rb"):
            return path
    except (OSError, ValueError) as why:
        if isinstance(why, KinemeshError):
            raise
        raise error(f"{path} cannot be opened: {why}") from why


def is_file_name(name: str) -> bool:
    """Whether ``name`` can be a file's everywhere, with a suffix after it."""
    return (
        name not in ("", ".", "..")
        and name[0] != "."
        and name.isprintable()
        and not any(c in name for c in '/\\:*?"<>|')
        and len(name.encode()) <= _LONGEST_STEM
    )


def below(folder: Path, name: str) -> Path:
    """The place of a file that a list in ``folder`` names: below the folder, links followed.

    Raises:
        ReadError: an absolute name, one with ``..``, the folder itself, or one that leads out of
            the folder by a link.
    """
    parts = PurePosixPath(name).parts
    odd = not parts or name.startswith("/") or ".." in parts or "\\" in name or "\0" in name
    try:
        home = folder.resolve()
        place = home if odd else (home / name).resolve()
        odd = any(len(os.fsencode(part)) > _LONGEST_NAME for part in parts)
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle; no text
        raise ReadError(f"{name[:80]!a} is no name of a file below {folder}: {error}") from error
    if odd or place == home or not place.is_relative_to(home):
        raise ReadError(f"{name[:80]!a} is no name of a file below {folder}: refused as unsafe")
    return folder / name


def same_file(first: Path, second: Path) -> bool:
    """Whether two paths lead to one file; not if one of them leads nowhere."""
    try:
        return first.samefile(second)
    except (OSError, ValueError):
        return False


def check_place(path: str | Path, *, folder: bool = False) -> Path:
    """The path to write to, tried before the work and not after it.

    Args:
        path: what is to be written.
        folder: whether that is a folder.

    Raises:
        WriteError: a name that no file can have, no such folder, a folder in its place, no
            permission, or a disk that takes no more files.
    """
    target = Path(path)
    try:
        length = len(target.name.encode())
    except UnicodeEncodeError as error:
        raise WriteError(f"{str(target)!a}: the name is no UTF-8; give another") from error
    if length > _LONGEST_NAME or "\0" in str(target):
        raise WriteError(
            f"{str(target)[:80]!r}...: no file can have this name ({length} bytes); expected at "
            f"most {_LONGEST_NAME} bytes"
        )
    parent = target.parent
    try:
        if not parent.is_dir():
            raise WriteError(f"the folder {parent} does not exist; make it first")
        if target.is_dir() and not folder:
            raise WriteError(f"{target} is a folder; give the name of a file")
        if not os.access(parent, os.W_OK) or (target.exists() and not os.access(target, os.W_OK)):
            raise WriteError(f"{target} cannot be written: no permission")
        os.rmdir(tempfile.mkdtemp(dir=parent, prefix=TEMPORARY))
    except OSError as error:
        if isinstance(error, WriteError):
            raise
        raise WriteError(f"{target} cannot be written: {error.strerror or error}") from error
    return target


def write_whole(target: Path, write: Callable[[Path], object]) -> None:
    """Have a file or folder written beside its place, and move it there; leave nothing otherwise.

    Args:
        target: where it is to be; what is there is replaced, or kept if this fails.
        write: called with a path that does not exist and has the suffix of ``target``.

    Raises:
        WriteError: it cannot be written.
    """
    work: Path | None = None
    try:
        work = Path(tempfile.mkdtemp(dir=target.parent, prefix=TEMPORARY))
        made = work / f"new{target.suffix}"
        write(made)
        os.chmod(made, 0o755 if made.is_dir() else 0o644)
        _replace(made, target, work / "old")
    except OSError as error:
        if isinstance(error, WriteError):
            raise
        raise WriteError(f"{target} cannot be written: {error.strerror or error}") from error
    finally:
        if work is not None:
            shutil.rmtree(work, ignore_errors=True)


def _replace(made: Path, target: Path, aside: Path) -> None:
    try:
        if target.is_dir():  # a folder cannot replace one that is not empty
            os.replace(target, aside)
        os.replace(made, target)
    except BaseException:  # stopped by the user, too
        if aside.exists() and not target.exists():
            os.replace(aside, target)
        raise
