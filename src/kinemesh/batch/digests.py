"""SHA-256 of what a result depends on: files, a robot's folder, and the code that computes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from kinemesh._files.disk import existing_file
from kinemesh.errors import ReadError
from kinemesh.robot.shipped import is_shipped, robots_folder

_CODE = (".py", *EXTENSION_SUFFIXES)
"""How the names of files end that compute."""


def sha256(path: Path) -> str:
    """SHA-256 of a file."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256_if_read(path: Path) -> str:
    """SHA-256 of a file; empty where it cannot be read."""
    try:
        return sha256(existing_file(path, empty=True))
    except (OSError, ReadError):
        return ""


def robot_sha256(robot: str) -> str:
    """SHA-256 of a robot's folder: names and contents of all files."""
    folder = robots_folder() / robot if is_shipped(robot) else Path(robot)
    return _together(folder, (path for path in folder.rglob("*") if path.is_file()))


def code_sha256(package: Path = Path(__file__).parents[1]) -> str:
    """SHA-256 of a package's code: names and contents of its modules and compiled loops.

    So a working tree that was changed, or loops that were compiled anew from other sources, are
    not taken for what made a result before, though the version is the same.
    """
    return _together(package, (p for p in package.rglob("*") if p.name.endswith(_CODE)))


def _together(folder: Path, files: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(f"{path.relative_to(folder).as_posix()} {sha256(path)}\n".encode())
    return total.hexdigest()
