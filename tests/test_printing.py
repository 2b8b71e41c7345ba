"""What the command prints goes through pipes that close and names that are no text."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = (sys.executable, "-m", "kinemesh.cli")


@pytest.mark.parametrize("arguments", [("retarget", "--help"), ("version",)])
def test_a_reader_who_has_had_enough_is_no_error(arguments: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)  # before anything is printed
    try:
        done = subprocess.run(
            [*COMMAND, *arguments], stdout=write, stderr=subprocess.PIPE, timeout=60
        )
    finally:
        os.close(write)
    assert done.stderr == b""
    assert done.returncode in (1, 141)


@pytest.mark.slow
def test_names_that_are_no_text_are_printed_and_not_written(recorded: Path, tmp_path: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/m\xfcller.npy"
    shutil.copy(recorded, os.fsdecode(odd))
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}

    def run(*arguments: bytes) -> subprocess.CompletedProcess[bytes]:
        command = [os.fsencode(part) for part in COMMAND]
        return subprocess.run(
            [*command, *arguments], capture_output=True, timeout=120, env=environment
        )

    shown = run(b"info", odd)
    assert shown.returncode == 0, shown.stderr
    assert b"Traceback" not in shown.stderr
    lost = run(b"info", odd + b"x.npy")
    assert lost.returncode == 2
    assert b"does not exist" in lost.stderr and b"Traceback" not in lost.stderr
    written = run(b"retarget", odd, b"-o", os.fsencode(tmp_path) + b"/\xff.npz")
    assert written.returncode == 2
    assert b"no UTF-8" in written.stderr and b"Traceback" not in written.stderr
    solved = run(b"retarget", odd, b"--stop", b"0.2", b"-o", os.fsencode(tmp_path) + b"/a.npz")
    assert solved.returncode == 0, solved.stderr
    assert run(b"evaluate", os.fsencode(tmp_path) + b"/a.npz").returncode in (0, 1)
