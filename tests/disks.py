"""Small disks, and what is no regular file."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest


@contextlib.contextmanager
def mounted(place: Path, options: str) -> Iterator[Path]:
    """A disk in memory of a size, or of so many files; skipped where it cannot be had."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", options, "kinemesh-test", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("mounting a small disk needs to be root, and allowed to")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def fill(disk: Path, *, room: int = 0) -> Path:
    """Fill a disk up to ``room`` bytes; what takes the place is to be deleted for more."""
    ballast = disk / "ballast"
    with ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    os.truncate(ballast, max(0, ballast.stat().st_size - room))
    return ballast


def specials(folder: Path) -> dict[str, Path]:
    """What has a name and is no regular file of a size to be read, by what it is."""
    found = {name: folder / name for name in ("pipe", "link", "socket", "huge", "empty")}
    os.mkfifo(found["pipe"])
    found["link"].symlink_to("/dev/zero")
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(str(found["socket"]))
    with found["huge"].open("wb") as file:
        file.truncate(3 << 30)  # takes no room
    found["empty"].write_bytes(b"")
    (folder / "circle").symlink_to("circle")
    others = {"device": Path("/dev/zero"), "folder": folder, "long": folder / (300 * "x")}
    return {**found, **others, "circle": folder / "circle", "zero byte": folder / "a\0b"}


@contextlib.contextmanager
def within(seconds: int) -> Iterator[None]:
    """Nothing in here may take longer: who waits for a pipe waits for ever."""

    def late(_: int, frame: FrameType | None) -> None:
        raise AssertionError(f"not done within {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
