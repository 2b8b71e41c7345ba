"""The recordings in a folder and the folders below it: which files are taken, and why not."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from kinemesh._files.disk import existing_file, is_file_name
from kinemesh.errors import ReadError
from kinemesh.recordings import READERS, is_motive
from kinemesh.trajectories import holds_trajectory


def recordings_in(
    folder: Path, apart: Sequence[Path] = ()
) -> tuple[list[tuple[str, Path]], list[str]]:
    """Names and paths of the recordings below ``folder``, in the order of their paths.

    A name is the path from the folder, without suffix, its parts joined by ``__``; where two
    files would have one name, both keep their suffix. Links are not followed, and what begins
    with a dot is not looked at.

    Args:
        folder: the folder.
        apart: folders in it that are not looked into.

    Returns:
        The recordings, and of every other file why it was not taken.

    Raises:
        ReadError: the folder cannot be listed, or no file in it is a recording.
    """
    taken: list[Path] = []
    left: list[str] = []
    for path, reason in sorted(_files(folder, {os.path.realpath(place) for place in apart})):
        reason = reason or _unfit(path)
        if reason:
            left.append(f"{path}: {reason}")
        else:
            taken.append(path)
    stems = [_name(path.relative_to(folder).with_suffix("")) for path in taken]
    often = Counter(stem.lower() for stem in stems)
    named = []
    for path, stem in zip(taken, stems, strict=True):
        name = stem if often[stem.lower()] == 1 else _name(path.relative_to(folder))
        if is_file_name(name):
            named.append((name, path))
        else:
            left.append(f"{path}: {name[:80]!r} is no name for a folder of results: rename it")
    if not named:
        said = f"; the first of {len(left)} others: {left[0]}" if left else ""
        raise ReadError(
            f"{folder} holds no recording ({', '.join(READERS)}){said}: give another folder, or a "
            f".toml that lists recordings"
        )
    return named, left


def _name(path: Path) -> str:
    return "__".join(path.parts)


def _files(folder: Path, apart: set[str]) -> Iterator[tuple[Path, str]]:
    """Every file below ``folder``, with a reason where it cannot be one of ours."""
    folders = [folder]
    while folders:
        here = folders.pop()
        try:
            entries = list(os.scandir(here))
        except OSError as error:
            if here == folder:
                raise ReadError(f"{folder} cannot be listed: {error.strerror}") from error
            yield here, f"cannot be listed: {error.strerror}"
            continue
        for entry in entries:
            path = here / entry.name
            if entry.name.startswith("."):
                continue
            if entry.is_symlink():
                yield path, "a link, which is not followed: give what it leads to itself"
            elif entry.is_dir(follow_symlinks=False):
                if os.path.realpath(path) not in apart:
                    folders.append(path)
            elif entry.is_file(follow_symlinks=False):
                yield path, ""
            else:
                yield path, "no regular file"


def _unfit(path: Path) -> str:
    """Why a file is no recording, by its name and its head; empty if it may be one."""
    suffix = path.suffix.lower()
    if suffix == ".toml":
        return "a .toml is taken where it is given itself, not from a folder"
    if suffix not in READERS:
        return f"no recording has the suffix {suffix or 'none'!r}"
    try:
        if suffix == ".csv" and not is_motive(path):
            return "no recording: of .csv files only Motive's are"
        if holds_trajectory(existing_file(path)):
            return "a robot's trajectory; give it itself to retarget it"
    except ReadError as error:
        return str(error)
    return ""
