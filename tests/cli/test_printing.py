"""What the command prints goes through pipes that close and names that are no text."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = (sys.executable, "-m", "kinemesh.cli")


@pytest.mark.slow
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


THEN = b"--then--"
SEVERAL = """
import sys
from itertools import groupby
from kinemesh.cli import main
for last, words in groupby(sys.argv[1:], lambda word: word == "--then--"):
    if not last:
        status = main(list(words))
        for stream in (sys.stdout, sys.stderr):
            print("ended:", status, file=stream, flush=True)
"""


@pytest.mark.slow
def test_names_that_are_no_text_are_printed_and_not_written(recorded: Path, tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    odd = folder + b"/m\xfcller.npy"
    shutil.copy(recorded, os.fsdecode(odd))
    runs = (
        (b"info", odd),
        (b"info", odd + b"x.npy"),
        (b"retarget", odd, b"-o", folder + b"/\xff.npz"),
        (b"retarget", odd, b"--stop", b"0.2", b"-o", folder + b"/a.npz"),
        (b"evaluate", folder + b"/a.npz"),
    )
    done = subprocess.run(  # one process for all: its start is what costs
        [os.fsencode(sys.executable), b"-c", SEVERAL.encode()]
        + [word for run in runs for word in (*run, THEN)],
        capture_output=True,
        timeout=120,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr
    said, errors = (re.split(rb"ended: (\d)\n", text) for text in (done.stdout, done.stderr))
    assert said[1::2] == errors[1::2] == [b"0", b"2", b"2", b"0", b"0"]
    assert b"Traceback" not in done.stderr
    _, missing, written, *_ = errors[::2]
    assert b"does not exist" in missing
    assert b"no UTF-8" in written
    assert b"ller" in said[0]
